import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { topologyNames } from '../../../lab/topology/names.ts';
import type { Run } from '../../../lib/verdict/run.ts';
import { startBusyLoops } from '../../../scripts/soak/busy-loops.ts';
import { type Circumstance, circumstances } from '../../../scripts/soak/circumstances.ts';
import { problemsOf } from '../../../scripts/soak/judge.ts';
import { faultsIn, trialsIn } from '../../../scripts/soak/plan.ts';
import { type Result, SoakRecord } from '../../../scripts/soak/record.ts';
import { isGood, type Row } from '../../../scripts/soak/row.ts';
import type { State } from '../../../scripts/soak/state.ts';
import { faultTable, healthyTable } from '../../../scripts/soak/table.ts';
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
const plain = (): Run => ({
  ...goodRun(),
  verdict: 'conformant',
  findings: [...healthy.routed.findings],
  notes: [],
  clauses: [clause()],
});

describe('a run of the soak', () => {
  it('is good when it says what is true of its network', () => {
    expect(problemsOf(run(plain()), healthy.routed)).to.deep.equal([]);
    const { findings } = healthy.flannel;
    expect(problemsOf(run({ ...plain(), findings: [...findings] }), healthy.flannel)).to.deep.equal([]);
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
    expect(problemsOf(run(plain()), healthy.flannel)).to.deep.equal(['findings: policy/supported']);
    expect(problemsOf(run(null), healthy.routed)).to.deep.equal(['no report: last']);
  });
});

const state: State = { date: '2026-11-26', commit: 'abc1234', machine: '2 cores', isClean: true };
const good = (durationMs: number): Result => ({ run: `run of ${durationMs}`, durationMs, problems: [] });
const bad: Result = { run: 'run 1 of 2', durationMs: 9_000, problems: ['not conformant', 'findings: a/b'] };

const omitTime = ({ run: name, problems }: Result) => ({ run: name, problems });
const healthyAt = (circumstance: string) => ({ circumstance, fault: null });

describe('the record of the soak', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'soak-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const open = (changes: Partial<State> = {}, again = false): SoakRecord =>
    new SoakRecord(folder, { state: { ...state, ...changes }, again });
  const three = healthyAt('3 nodes');

  it('keeps each run as soon as it is finished; others of the same commit and machine are added', () => {
    open().add(three, { asked: 3, result: good(12_000) });
    open().add({ circumstance: '3 nodes', fault: 'calm loss' }, { asked: 1, result: bad });
    open({ date: '2026-11-27' }).add(three, { asked: 3, result: good(11_000.4) });
    const { date, commit, machine } = state;
    const common = { circumstance: '3 nodes', commit, machine };
    expect(JSON.parse(readFileSync(join(folder, 'soak.json'), 'utf8'))).to.deep.equal([
      { ...common, fault: 'calm loss', asked: 1, goodMs: [], bad: [omitTime(bad)], date },
      { ...common, fault: null, asked: 3, goodMs: [12_000, 11_000], bad: [], date: '2026-11-27' },
    ]);
    const document = readFileSync(join(folder, 'soak.md'), 'utf8');
    expect(document).to.include('| 3 nodes | 2 of 3 | 2 |').and.include('* flannel: not ');
    expect(document).to.match(/\| 3 nodes \| 1 of \d\d \| 0 \| 1 \|/);
    const matrix = readFileSync(join(folder, 'kill-matrix.md'), 'utf8');
    expect(matrix)
      .to.match(new RegExp(`^\\| calm loss \\|.*\\| wrong: 3 nodes \\(${commit}\\) \\|$`, 'm'))
      .and.match(/^\| missing route \|.*\| – \|$/m);
  });

  it('is what its documents in docs/ say (otherwise: npm run soak -- --write)', () => {
    cpSync('docs/soak.json', join(folder, 'soak.json'));
    open().write();
    for (const name of ['soak.md', 'kill-matrix.md', 'networks.md'])
      expect(readFileSync(join(folder, name), 'utf8')).to.equal(readFileSync(join('docs', name), 'utf8'));
  });

  for (const [name, changes, again] of [
    ['another commit', { commit: 'def5678' }, false],
    ['another machine', { machine: '8 cores' }, false],
    ['changes that are not committed', { isClean: false }, false],
    ['all anew', {}, true],
  ] as const)
    it(`replaces what there was: ${name}`, () => {
      open().add(three, { asked: 2, result: bad });
      const record = open(changes, again);
      expect(record.current(three)).to.equal(null);
      record.add(three, { asked: 2, result: good(1_000) });
      record.add(three, { asked: 2, result: good(2_000) });
      expect(record.current(three)).to.deep.include({ goodMs: [1_000, 2_000], bad: [] });
    });
});

describe('the tables of the soak', () => {
  const { date, commit, machine } = state;
  const [three, , ten, sixteen] = circumstances as [Circumstance, Circumstance, Circumstance, Circumstance];
  const chosen = [three, ten, sixteen];
  const row = (one: Partial<Row>): Row => ({
    ...healthyAt(''),
    asked: 1,
    goodMs: [],
    bad: [],
    date,
    commit,
    machine,
    ...one,
  });

  it('have a row a circumstance, those among them that were never tried, and what was wrong', () => {
    const rows = [
      row({ circumstance: '3 nodes', asked: 3, goodMs: [12_000, 11_000, 13_500] }),
      row({ circumstance: '16 nodes', asked: 2, bad: [omitTime(bad)] }),
    ];
    expect(rows.map(isGood)).to.deep.equal([true, false]);
    expect(healthyTable(chosen, rows)).to.equal(`| circumstance | runs | good | median | longest | day | commit |
|---|---|---|---|---|---|---|
| 3 nodes | 3 | 3 | 12.0 s | 13.5 s | 2026-11-26 | abc1234 |
| 10 nodes | never | – | – | – | – | – |
| 16 nodes | 1 of 2 | 0 | – | – | 2026-11-26 | abc1234 |

* 16 nodes, run 1 of 2: not conformant; findings: a/b`);
  });

  it('count faults: how many of those that make sense there, and how often what was said of them was right', () => {
    const rows = [
      row({ circumstance: '3 nodes', fault: 'same node', goodMs: [30_000, 20_000] }),
      row({
        circumstance: '3 nodes',
        fault: 'calm loss',
        date: '2026-11-27',
        bad: [{ run: 'calm loss', problems: ['a:\n  b'] }],
      }),
    ];
    const all = faultsIn(three).length;
    const inTurn = circumstances.find(({ pauseMs }) => pauseMs === 0)!;
    expect(faultTable([three, inTurn, ten], rows)).to
      .equal(`| circumstance | faults | right | wrong | median | longest | day | commit |
|---|---|---|---|---|---|---|---|
| 3 nodes | 2 of ${all} | 2 | 1 | 30.0 s | 30.0 s | 2026-11-26 – 2026-11-27 | abc1234 |
| 10 nodes | 0 of ${all} | – | – | – | – | – | – |

* 3 nodes, calm loss: a: / b`);
  });
});

describe('what is run in a circumstance', () => {
  const at = (name: string): Circumstance => circumstances.find((one) => one.name === name)!;
  const names = (...args: Parameters<typeof trialsIn>): string[] => trialsIn(...args).map(({ name }) => name);

  it('is healthy runs, or each fault that makes sense there', () => {
    expect(names(at('3 nodes'), { runs: 2, fault: null })).to.deep.equal(['run 1 of 2', 'run 2 of 2']);
    expect(names(at('3 nodes'), { runs: 1, fault: /(calm|way) loss/ })).to.deep.equal(['calm loss', 'one-way loss']);
    expect(names(at('flannel-udp'), { runs: 1, fault: /loss/ })).to.include('loss behind the tunnel');
    expect(names(at('flannel-udp'), { runs: 2, fault: /calm/ })).to.deep.equal([
      'calm loss 1 of 2',
      'calm loss 2 of 2',
    ]);
  });

  it('leaves out what is no fault there, or needs IPv6', () => {
    expect(names(at('3 nodes'), { runs: 1, fault: /IPv6/ })).to.deep.equal([]);
    expect(names(at('dual stack'), { runs: 1, fault: /IPv6/ })).to.deep.equal(['IPv6 only']);
    expect(names(at('flannel'), { runs: 1, fault: /pod→node/ })).to.deep.equal([]);
    expect(names(at('nftables'), { runs: 1, fault: /asymmetric/ })).to.deep.equal([]);
  });

  it('is healthy runs only where they follow each other at once, as runs with faults do everywhere', () => {
    expect(names(at('one run after the other'), { runs: 1, fault: /./ })).to.deep.equal([]);
    expect(names(at('one run after the other'), { runs: 1, fault: null })).to.have.length(1);
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
