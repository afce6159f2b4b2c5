import { expect } from 'chai';
import { describe, it } from 'mocha';
import { topologyNames } from '../../../lab/topology/names.ts';
import type { Run } from '../../../lib/verdict/run.ts';
import { startBusyLoops } from '../../../scripts/soak/busy-loops.ts';
import { circumstances } from '../../../scripts/soak/circumstances.ts';
import { problemsOf } from '../../../scripts/soak/judge.ts';
import { isGood, type Row, tableOf } from '../../../scripts/soak/table.ts';
import { healthy } from '../../support/healthy.ts';
import type { SuiteRun } from '../../support/run-suite.ts';
import { clause, healthy as goodRun } from '../report/sample-runs.ts';

const run = (report: Run | null): SuiteRun => ({
  exitCode: 0,
  stdout: '',
  stderr: 'first\nlast\n',
  durationMs: 1000,
  report,
  junit: null,
});
const plain = (): Run => ({ ...goodRun(), verdict: 'conformant', findings: [], notes: [], clauses: [clause()] });

describe('a run of the soak', () => {
  it('is good when it says what is true of its network', () => {
    expect(problemsOf(run(plain()), healthy.routed)).to.deep.equal([]);
    const finding = 'flat-network/pod-to-node-without-nat';
    expect(problemsOf(run({ ...plain(), findings: [finding] }), healthy.flannel)).to.deep.equal([]);
    const slow = 'the exec stream of node-1/pod-a was lost and re-established after 2.0 s';
    expect(problemsOf(run({ ...plain(), notes: [slow] }), healthy.routed)).to.deep.equal([]);
  });

  it('is bad for a verdict, a clause, a finding or a note that should not be, each told', () => {
    const id = 'flat-network/self-ip';
    for (const [changes, told] of [
      [{ verdict: 'partial' }, 'partial'],
      [{ clauses: [clause({ id, verdict: 'fail' })] }, `failed: ${id}`],
      [{ clauses: [clause({ id, verdict: 'inconclusive' })] }, `inconclusive: ${id}`],
      [{ findings: [id] }, `findings: ${id}`],
      [{ notes: ['the namespace is still there'] }, 'note: the namespace is still there'],
    ] as const)
      expect(problemsOf(run({ ...plain(), ...changes } as Run), healthy.routed)).to.deep.equal([told]);
    expect(problemsOf(run(plain()), healthy.flannel)).to.deep.equal(['findings: none']);
    expect(problemsOf(run(null), healthy.routed)).to.deep.equal(['no report: last']);
  });
});

describe('the table of the soak', () => {
  const rows: Row[] = [
    { circumstance: '3 nodes', asked: 3, goodMs: [12_000, 11_000, 13_500], bad: [] },
    {
      circumstance: '16 nodes',
      asked: 2,
      goodMs: [],
      bad: [{ run: 'run 1 of 2', problems: ['not conformant', 'findings: a/b'], report: 'x/report.json' }],
    },
  ];

  it('has a row a circumstance, and what was wrong', () => {
    expect(tableOf(rows)).to.equal(`| circumstance | runs | good | min | median | max |
|---|---|---|---|---|---|
| 3 nodes | 3 | 3 | 11.0 s | 12.0 s | 13.5 s |
| 16 nodes | 1 of 2 | 0 | – | – | – |

* 16 nodes, run 1 of 2: not conformant; findings: a/b`);
  });

  it('is good when all that was asked for was', () => {
    expect(rows.map(isGood)).to.deep.equal([true, false]);
  });
});

describe('the circumstances of the soak', () => {
  it('have names of their own, and every topology is among them', () => {
    const names = circumstances.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
    expect(circumstances.map(({ lab }) => lab.topology)).to.include.members(topologyNames);
  });
});

describe('busy loops', () => {
  it('run until they are ended', async () => {
    const { pids, end } = startBusyLoops(2);
    expect(pids).to.have.length(2);
    // Signal 0 asks whether there is such a process.
    for (const pid of pids) expect(process.kill(pid, 0)).to.equal(true);
    await end();
    await end();
    for (const pid of pids) expect(() => process.kill(pid, 0)).to.throw('ESRCH');
  });
});
