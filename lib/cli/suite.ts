import { readFileSync } from 'node:fs';
import Mocha from 'mocha';
import type { Clause } from '../verdict/clause.ts';
import type { OngoingRun } from '../verdict/create-run.ts';
import type { ClauseResult } from '../verdict/run.ts';

const root = new URL('../../', import.meta.url);

/** The clauses of the specs that `.mocharc.json` lists, in the order of the network model. Throws an Error when a spec exports none. */
export async function loadClauses(): Promise<Clause[]> {
  const { spec } = JSON.parse(readFileSync(new URL('.mocharc.json', root), 'utf8')) as { spec: string[] };
  const clauses: Clause[] = [];
  for (const file of spec) {
    const { default: found } = (await import(new URL(file, root).href)) as { default?: Clause };
    if (found === undefined) throw new Error(`${file} exports no clause: it begins with \`export default clause(\``);
    clauses.push(found);
  }
  return clauses;
}

/** Runs these clauses, one after the other; ends early when the signal fires: the one that is under way is inconclusive, for that reason. */
export async function runClauses(
  clauses: readonly Clause[],
  { run, signal, onStart }: { run: OngoingRun; signal: AbortSignal; onStart: (id: string) => void },
): Promise<void> {
  const mocha = new Mocha({ reporter: Silent as never, timeout: 0 });
  const interrupted = Promise.withResolvers<never>();
  interrupted.promise.catch(() => undefined);
  // What it still waits for breaks off in its own ways, which say nothing.
  const until = (clause: Clause): Clause => ({
    ...clause,
    body: (session) => Promise.race([clause.body(session), interrupted.promise]),
  });
  for (const clause of clauses) mocha.suite.addTest(testOf(until(clause), run));
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('test', ({ title }) => onStart(title));
    if (signal.aborted) runner.abort();
    const end = (): void => {
      runner.abort();
      interrupted.reject(signal.reason);
    };
    signal.addEventListener('abort', end, { once: true });
  });
}

function testOf(clause: Clause, run: OngoingRun): Mocha.Test {
  return new Mocha.Test(clause.id, async function (this: Mocha.Context) {
    const result = await run.check(clause);
    if (result.verdict === 'not applicable') this.skip();
    if (result.verdict === 'fail' || result.verdict === 'inconclusive') throw new BrokenPromise(result);
  });
}

/** Thrown into mocha for a clause that did not pass; the report has the details. */
class BrokenPromise extends Error {
  override name = 'BrokenPromise';
  constructor({ id, verdict, seen }: ClauseResult) {
    super(`${id}: ${verdict}: ${seen}`);
  }
}

/** Results go to the run as they come; the reports print them. */
class Silent {
  /** Mocha calls it when the run ends. */
  done(failures: number, end?: (failures: number) => void): void {
    end?.(failures);
  }
}
