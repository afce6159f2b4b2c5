import { expect } from 'chai';
import { describe, it } from 'mocha';
import { composeRun, type Findings } from '../../../lib/verdict/compose-run.ts';
import { runSchema, type ClauseResult, type ClauseVerdict, type Level } from '../../../lib/verdict/run.ts';
import { clause, edge, healthy } from '../report/sample-runs.ts';

const failure = { code: 'interrupted', message: 'The run was interrupted by SIGINT.', remedy: null };
const one = (level: Level, verdict: ClauseVerdict): ClauseResult =>
  clause({ id: `x/${level}-${verdict}`, level, verdict });

function compose(clauses: ClauseResult[], over: Partial<Findings> = {}) {
  const {
    apiVersion: _,
    verdict: _verdict,
    summary: _summary,
    exitCode: _code,
    findings: _findings,
    ...rest
  } = healthy();
  const run = composeRun({ ...rest, clauses, remarkable: [], unchecked: [], ...over });
  runSchema.parse(run);
  return run;
}

interface Case {
  fact: string;
  clauses: ClauseResult[];
  over?: Partial<Findings>;
  verdict: string;
  exitCode: number;
  summary: RegExp;
}

const must = one('MUST', 'pass');

const cases: Case[] = [
  {
    fact: 'every MUST kept',
    clauses: [must, one('INFO', 'pass')],
    verdict: 'conformant',
    exitCode: 0,
    summary: /^Conformant: .* the promise that was checked/,
  },
  {
    fact: 'a MUST broken',
    clauses: [must, one('MUST', 'fail')],
    verdict: 'not conformant',
    exitCode: 1,
    summary: /1 of 2 clauses broken \(x\/MUST-fail\)/,
  },
  {
    fact: 'a SHOULD broken',
    clauses: [must, one('SHOULD', 'fail')],
    verdict: 'conformant',
    exitCode: 0,
    summary: /with 1 finding \(x\/SHOULD-fail\)/,
  },
  {
    fact: 'a SHOULD broken under --strict',
    clauses: [must, one('SHOULD', 'fail')],
    over: { strict: true },
    verdict: 'not conformant',
    exitCode: 1,
    summary: /x\/SHOULD-fail/,
  },
  {
    fact: 'a MUST inconclusive',
    clauses: [must, one('MUST', 'inconclusive')],
    verdict: 'partial',
    exitCode: 3,
    summary: /^No verdict: 1 of 2 clauses inconclusive/,
  },
  {
    fact: 'a SHOULD inconclusive',
    clauses: [must, one('SHOULD', 'inconclusive')],
    verdict: 'conformant',
    exitCode: 0,
    summary: /^Conformant/,
  },
  {
    fact: 'a SHOULD inconclusive under --strict',
    clauses: [must, one('SHOULD', 'inconclusive')],
    over: { strict: true },
    verdict: 'partial',
    exitCode: 3,
    summary: /x\/SHOULD-inconclusive/,
  },
  {
    fact: 'an INFO inconclusive, even under --strict',
    clauses: [must, one('INFO', 'inconclusive')],
    over: { strict: true },
    verdict: 'conformant',
    exitCode: 0,
    summary: /^Conformant/,
  },
  {
    fact: 'a MUST broken and another inconclusive',
    clauses: [one('MUST', 'fail'), one('MUST', 'inconclusive')],
    verdict: 'not conformant',
    exitCode: 1,
    summary: /^Not conformant/,
  },
  { fact: 'no clause at all', clauses: [], verdict: 'partial', exitCode: 3, summary: /no clause was checked/ },
  {
    fact: 'nothing but clauses that do not apply',
    clauses: [one('MUST', 'not applicable')],
    verdict: 'partial',
    exitCode: 3,
    summary: /no clause that was asked for applies here/,
  },
  {
    fact: 'a failure',
    clauses: [],
    over: { failure },
    verdict: 'partial',
    exitCode: 3,
    summary: /^No verdict: The run was interrupted/,
  },
  {
    fact: 'a failure after passes',
    clauses: [must],
    over: { failure },
    verdict: 'partial',
    exitCode: 3,
    summary: /interrupted/,
  },
  {
    fact: 'a failure after a MUST was broken',
    clauses: [one('MUST', 'fail')],
    over: { failure },
    verdict: 'not conformant',
    exitCode: 1,
    summary: /The run was cut short/,
  },
  {
    fact: 'a node that nobody checked',
    clauses: [must],
    over: { unchecked: ['node-3'] },
    verdict: 'partial',
    exitCode: 3,
    summary: /probes are missing on node-3/,
  },
  {
    fact: 'nothing that applies',
    clauses: [one('MUST', 'not applicable'), must],
    verdict: 'conformant',
    exitCode: 0,
    summary: /keeps the promise that was checked/,
  },
];

describe('the verdict of a run', () => {
  for (const { fact, clauses, over, verdict, exitCode, summary } of cases)
    it(`with ${fact} is "${verdict}", exit code ${exitCode}`, () => {
      const run = compose(clauses, over);
      expect(run).to.include({ verdict, exitCode });
      expect(run.summary).to.match(summary);
    });

  it('lists broken SHOULD clauses and remarkable INFO clauses as findings', () => {
    const run = compose([must, one('SHOULD', 'fail')], { remarkable: ['services/proxy-mode'] });
    expect(run.findings).to.deep.equal(['x/SHOULD-fail', 'services/proxy-mode']);
  });

  it('names nodes that were skipped', () => {
    const { cluster } = healthy();
    if (cluster === null) throw new Error('no cluster');
    const nodes = cluster.nodes.map((node, n) => (n === 2 ? { ...node, skipped: 'runs windows' } : node));
    expect(compose([must], { cluster: { ...cluster, nodes } }).summary).to.match(/Not checked: node-3\.$/);
  });

  it('has samples of very many dials, says how many are left out, and counts them all the same', () => {
    const edges = [...Array.from({ length: 3_000 }, () => edge({ problems: [] })), edge()];
    const { clauses, matrix } = compose([clause({ edges, edgesOmitted: 0 })]);
    const [sampled] = clauses;
    expect(sampled?.edges).to.have.length(2_000);
    expect(sampled?.edges[0]).to.deep.equal(edge());
    expect(sampled?.edgesOmitted).to.equal(1_001);
    expect(matrix.cells).to.deep.equal([{}, { kept: 3_000, 'source address translated': 1 }]);
    expect(matrix.nodes).to.deep.equal(['node-1', 'node-2', 'node-3']);
  });
});
