import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import { catalogue, type ClauseMetadata } from '../verdict/clause.ts';

const root = new URL('../../', import.meta.url);

/** The loaded specs: what they promise, and a way to check some of it. */
export interface Suite {
  clauses: readonly ClauseMetadata[];
  /** Runs the clauses with these ids, one after the other; ends early when the signal fires. */
  run: (ids: readonly string[], options: { signal: AbortSignal; onStart: (id: string) => void }) => Promise<void>;
}

/** Loads the specs that `.mocharc.json` lists, in the order of the network model. */
export async function loadSuite(): Promise<Suite> {
  const config = JSON.parse(readFileSync(new URL('.mocharc.json', root), 'utf8')) as Mocha.MochaOptions & {
    spec: string[];
  };
  const mocha = new Mocha({ ...config, reporter: Silent as never, ui: 'bdd' });
  for (const file of config.spec) mocha.addFile(fileURLToPath(new URL(file, root)));
  await mocha.loadFilesAsync();
  return {
    clauses: catalogue,
    run: async (ids, { signal, onStart }) => {
      keepOnly(mocha.suite, new Set(ids));
      await new Promise<void>((resolve) => {
        const runner = mocha.run(() => resolve());
        runner.on('test', ({ title }) => onStart(title));
        if (signal.aborted) runner.abort();
        signal.addEventListener('abort', () => runner.abort(), { once: true });
      });
    },
  };
}

/** Results go to the recorder as they come; what is printed of them is the reports' business. */
class Silent {
  /** Mocha calls it when the run ends. */
  done(failures: number, end?: (failures: number) => void): void {
    end?.(failures);
  }
}

function keepOnly(suite: Mocha.Suite, ids: ReadonlySet<string>): void {
  suite.tests = suite.tests.filter((test) => ids.has(test.title));
  for (const child of suite.suites) keepOnly(child, ids);
}
