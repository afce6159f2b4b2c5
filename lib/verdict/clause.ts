import type { Session } from './session.ts';
import { currentSession } from './session.ts';
import { settle, takeResult } from './recorder.ts';
import type { ClauseResult, Level } from './run.ts';

export interface ClauseMetadata {
  /** The path of its file below specs/, without the ending; the command line selects by it. */
  id: string;
  level: Level;
  /** The sentence that is checked; a MUST quotes the network model. */
  promise: string;
}

/** One act of traffic and one expectation. */
export type ClauseBody = (session: Session) => Promise<void>;

/** All clauses whose files were loaded, in order. */
export const catalogue: ClauseMetadata[] = [];

/** Thrown into mocha for a clause that has no pass; the report has the whole story. */
class BrokenPromise extends Error {
  override name = 'BrokenPromise';
  readonly result: ClauseResult;
  constructor(result: ClauseResult) {
    super(`${result.id}: ${result.verdict}: ${result.seen}`);
    this.result = result;
  }
}

/** Declares a clause: a mocha test whose verdict is recorded by level. */
export function clause(metadata: ClauseMetadata, body: ClauseBody): void {
  catalogue.push(metadata);
  describe(folderOf(metadata.id), () => {
    it(metadata.id, async function () {
      const result = await takeResult(metadata, () => body(currentSession()));
      settle(result);
      if (result.verdict === 'not applicable') this.skip();
      if (result.verdict === 'fail' || result.verdict === 'inconclusive') throw new BrokenPromise(result);
    });
  });
}

function folderOf(id: string): string {
  return id.split('/')[0] ?? id;
}
