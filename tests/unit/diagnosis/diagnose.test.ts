import { expect } from 'chai';
import { describe, it } from 'mocha';
import { diagnose } from '../../../lib/diagnosis/diagnose.ts';
import type { ClauseResult, Edge } from '../../../lib/verdict/run.ts';
import { clause } from '../report/sample-runs.ts';
import { drops, isPod, mesh } from './mesh.ts';

const around = { nodeOfAddress: () => null };
const edges = mesh(
  { nodes: 3 },
  drops(({ from, to }) => from.node === 'node-1' && isPod(to, 'node-2')),
);
const sound = edges.filter((edge) => edge.problems.length === 0);
const failed = (id: string, which: (edge: Edge) => boolean, over: Partial<ClauseResult> = {}): ClauseResult =>
  clause({ id, verdict: 'fail', edges: edges.filter(which), evidence: [], ...over });

describe('diagnosis of a run', () => {
  it('says a cause once, with every clause that fails for it', () => {
    const { causes, clauses } = diagnose(
      [
        failed('flat-network/pod-to-pod-across-nodes', ({ from, to }) => isPod(from) && isPod(to)),
        failed('flat-network/node-to-pod', ({ from, to }) => from.probe === 'node' && isPod(to)),
        clause({ id: 'flat-network/node-to-node' }),
      ],
      { sound, around },
    );
    expect(causes.map((cause) => cause.clauses)).to.deep.equal([
      ['flat-network/pod-to-pod-across-nodes', 'flat-network/node-to-pod'],
    ]);
    expect(clauses.map((one) => one.likelyCause)).to.deep.equal([causes[0]?.likelyCause, causes[0]?.likelyCause, null]);
    expect(clauses[0]?.lookWith).to.match(/^kubectl debug node\/node-1 .*ip route get 198\.18\.2\.\d/);
  });

  it('keeps the cause that a clause without edges brought', () => {
    const brought = {
      likelyCause: 'two ranges overlap',
      evidence: ['10.0.0.0/8 overlaps 10.1.0.0/16'],
      lookWith: 'look',
    };
    const { causes } = diagnose([failed('addressing/ranges-do-not-overlap', () => false, brought)], { sound, around });
    expect(causes).to.deep.equal([{ ...brought, clauses: ['addressing/ranges-do-not-overlap'] }]);
  });

  it('keeps the cause that a clause brought also beside edges, and tells it first', () => {
    const brought = { likelyCause: 'an address was changed', evidence: ['a is b'], lookWith: 'look' };
    const { causes } = diagnose([failed('flat-network/self-ip', () => true, brought)], { sound, around });
    expect(causes[0]).to.deep.equal({ ...brought, clauses: ['flat-network/self-ip'] });
    expect(causes).to.have.length(2);
  });

  it('leaves clauses alone that did not fail', () => {
    const results = [clause(), clause({ verdict: 'inconclusive', edges }), clause({ verdict: 'not applicable' })];
    expect(diagnose(results, { sound, around })).to.deep.equal({ clauses: results, causes: [] });
  });

  it('merges causes of the same words', () => {
    const brought = { likelyCause: 'the same', lookWith: null };
    const { causes } = diagnose(
      [
        failed('a/one', () => false, { ...brought, evidence: ['x'] }),
        failed('a/two', () => false, { ...brought, evidence: ['x', 'y'] }),
      ],
      { sound, around },
    );
    expect(causes).to.deep.equal([{ ...brought, evidence: ['x', 'y'], clauses: ['a/one', 'a/two'] }]);
  });
});
