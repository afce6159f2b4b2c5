import type { ClauseResult } from '../verdict/run.ts';
import type { BlockOptions } from './block-options.ts';
import { clauseLines, keptLine } from './clause-line.ts';
import { standing } from './standing.ts';

export interface FoldKept {
  take(result: ClauseResult): void;
  /** Prints what is still held back. */
  flush(): void;
}

/** Prints one line for all kept clauses of a folder, once the next folder begins; any other clause has a line of its own, at once. */
export function foldKept({
  strict,
  options,
  print,
}: {
  strict: boolean;
  options: BlockOptions;
  print: (text: string) => void;
}): FoldKept {
  let held: ClauseResult[] = [];
  let folder = '';

  function flush(): void {
    const [first, ...others] = held;
    held = [];
    if (first === undefined) return;
    print(others.length === 0 ? clauseLines(first, { strict }, options) : keptLine([first, ...others], options));
  }

  return {
    take(result) {
      const [its = ''] = result.id.split('/');
      if (its !== folder) flush();
      folder = its;
      if (standing(result, { strict }) === 'kept') held.push(result);
      else print(clauseLines(result, { strict }, options));
    },
    flush,
  };
}
