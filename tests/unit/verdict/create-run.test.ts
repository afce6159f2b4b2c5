import { expect } from 'chai';
import { describe, it } from 'mocha';
import { clause, type Clause } from '../../../lib/verdict/clause.ts';
import { createRun, type OngoingRun } from '../../../lib/verdict/create-run.ts';
import { expect as judge } from '../../../lib/verdict/expect.ts';
import type { Facts } from '../../../lib/facts/facts.ts';
import type { Violation } from '../../../lib/facts/violation.ts';
import type { ClauseResult } from '../../../lib/verdict/run.ts';
import type { Session } from '../../../lib/verdict/session.ts';
import type { WorkKey } from '../../../lib/verdict/shared-work.ts';
import { runClauses } from '../../../lib/cli/suite.ts';
import { survey } from '../facts/surveys.ts';
import { metadata } from './dials.ts';

/** A run on a cluster of that name. */
function runOn(cluster: string, onResult?: (result: ClauseResult) => void): OngoingRun {
  const run = createRun(onResult && { onResult });
  run.openSession({
    ...run,
    survey: survey({ context: cluster }),
    families: ['IPv4'],
    proxyModes: { [cluster]: 'iptables' },
    missing: [],
  } as unknown as Session);
  return run;
}

const facts = (about: Partial<Facts> = {}): Facts => ({ expected: 'all is well', seen: '', violations: [], ...about });
const counting: WorkKey<string> = { name: 'who was counted' };

describe('a run', () => {
  it('keeps what its clauses find, in their order, and says it as it comes', async () => {
    const heard: string[] = [];
    const run = runOn('a', ({ id }) => heard.push(id));
    for (const id of ['x/one', 'x/two'])
      await run.check(clause(metadata({ id }), async () => judge(facts({ finding: id === 'x/two' })).to.hold()));
    const { results, findings } = run.recorded();
    expect(results.map(({ id, verdict }) => [id, verdict])).to.deep.equal([
      ['x/one', 'pass'],
      ['x/two', 'pass'],
    ]);
    expect(findings).to.deep.equal(['x/two']);
    expect(heard).to.deep.equal(['x/one', 'x/two']);
  });

  it('has no verdict for a clause while no cluster is set up', async () => {
    const run = runOn('a');
    run.openSession(null);
    const result = await run.check(clause(metadata(), async () => judge(facts()).to.hold()));
    expect(result).to.include({ verdict: 'inconclusive', reason: 'no cluster is set up for the clause' });
  });

  it('still knows of a session that was closed what a report needs', () => {
    const run = runOn('a');
    run.openSession(null);
    expect(run.known).to.deep.include({ families: ['IPv4'], proxyModes: { a: 'iptables' } });
  });

  it('does work that clauses share once, and what failed is not tried again', async () => {
    const run = createRun();
    const [right, wrong]: WorkKey<number>[] = [{ name: 'counting' }, { name: 'counting' }];
    let done = 0;
    const count = async (): Promise<number> => ++done;
    expect(run.begun(right!)).to.equal(null);
    expect(await Promise.all([run.once(right!, count), run.once(right!, count)])).to.deep.equal([1, 1]);
    expect(await run.begun(right!)).to.equal(1);
    const fail = async (): Promise<number> => {
      done += 1;
      throw new Error('no Service could be made');
    };
    const failed = await Promise.allSettled([run.once(wrong!, fail), run.once(wrong!, fail)]);
    expect(failed.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect(done).to.equal(2);
  });

  it('keeps the later one of two files of one name', () => {
    const run = createRun();
    run.attach({ file: 'raw.csv', text: 'first' });
    run.attach({ file: 'raw.csv', text: 'second' });
    expect(run.attached()).to.deep.equal([{ file: 'raw.csv', text: 'second' }]);
  });
});

describe('two runs at once in one process', () => {
  /** Each clause waits for its namesake in the other run, so that both are surely under way together. */
  function clausesOfBoth(): Clause[] {
    const gates = new Map<string, { come: number; open: PromiseWithResolvers<void> }>();
    const meet = async (id: string): Promise<void> => {
      const gate = gates.get(id) ?? { come: 0, open: Promise.withResolvers<void>() };
      gates.set(id, gate);
      gate.come += 1;
      if (gate.come === 2) gate.open.resolve();
      await gate.open.promise;
    };
    return ['x/one', 'x/two'].map((id) =>
      clause(metadata({ id }), async (session) => {
        const { context } = session.survey;
        await meet(id);
        session.attach({ file: `${id}.csv`, text: context });
        const counted = await session.once(counting, async () => context);
        await meet(`${id} again`);
        const violation: Violation = { kind: 'peers differ', node: 'node-1', evidence: `${context} is broken` };
        const violations = context === 'broken' ? [violation] : [];
        judge(facts({ seen: `${context} counted ${counted}`, violations })).to.hold();
      }),
    );
  }

  it('each judge their own cluster: results, files and shared work do not mix', async () => {
    const clauses = clausesOfBoth();
    const runs = [runOn('sound'), runOn('broken')];
    const { signal } = new AbortController();
    await Promise.all(runs.map((run) => runClauses(clauses, { run, signal, onStart: () => undefined })));
    const told = runs.map((run) => run.recorded().results.map(({ id, verdict, seen }) => [id, verdict, seen]));
    expect(told).to.deep.equal([
      [
        ['x/one', 'pass', 'sound counted sound'],
        ['x/two', 'pass', 'sound counted sound'],
      ],
      [
        ['x/one', 'fail', 'broken counted broken'],
        ['x/two', 'fail', 'broken counted broken'],
      ],
    ]);
    expect(runs.map((run) => run.attached().map(({ text }) => text))).to.deep.equal([
      ['sound', 'sound'],
      ['broken', 'broken'],
    ]);
  });
});
