import { expect } from 'chai';
import { describe, it } from 'mocha';
import { withSamples } from '../../../lib/verdict/samples.ts';
import type { ClauseResult, Edge } from '../../../lib/verdict/run.ts';
import { clause, edge } from '../report/sample-runs.ts';

const sound = edge({ problems: [] });
const failing = edge({ problems: ['timeout'], outcome: 'timeout' });
const of = (count: number, one: Edge): Edge[] => Array.from({ length: count }, () => one);
const between = (from: string, one: Edge): Edge => ({ ...one, from: { ...one.from, node: from } });
const withEdges = (...edges: Edge[]): ClauseResult => clause({ edges, edgesOmitted: 0 });

describe('the edges of a report', () => {
  it('are all dials where there are few, those that fail first', () => {
    const [only] = withSamples([withEdges(sound, failing, sound)]);
    expect(only!.edges).to.deep.equal([failing, sound, sound]);
    expect(only!.edgesOmitted).to.equal(0);
  });

  it('are of every pair one before any has two, failing ones before all others', () => {
    const edges = [
      ...of(1_500, between('node-1', sound)),
      ...of(3_000, between('node-1', failing)),
      ...of(10, between('node-3', failing)),
    ];
    const [only] = withSamples([withEdges(...edges)]);
    expect(only!.edges).to.have.length(2_000);
    expect(only!.edgesOmitted).to.equal(edges.length - 2_000);
    expect(only!.edges.every(({ problems }) => problems.length > 0)).to.equal(true);
    expect(only!.edges.filter(({ from }) => from.node === 'node-3')).to.have.length(10);
    expect(only!.edges[1]!.from.node).to.equal('node-3');
  });

  it('are at most 8,000 in all: a clause that has few keeps them, the others share what is left', () => {
    const sizes = [3_000, 100, 2_500, 2_000, 2_000, 5_000];
    const sampled = withSamples(sizes.map((size) => withEdges(...of(size, sound))));
    expect(sampled.map(({ edges }) => edges.length)).to.deep.equal([1_580, 100, 1_580, 1_580, 1_580, 1_580]);
  });
});
