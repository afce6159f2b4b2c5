import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Edge } from '../../../lib/verdict/run.ts';
import { causesOf, mesh } from './mesh.ts';

const families = ['IPv4', 'IPv6'] as const;
const all = mesh({ nodes: 3, families: [...families] }, () => null);
/** Each node dials the next one, before all others. */
const first = all
  .filter(({ from, to }) => from.probe === 'node' && to.probe === 'node' && isNext(from.node, to.node))
  .map((edge): Edge => ({ ...edge, id: `first-${edge.id}`, firstContact: true }));

function isNext(from: string, to: string): boolean {
  return Number(to.at(-1)) === (Number(from.at(-1)) % 3) + 1;
}

const notMet = {
  outcome: 'timeout',
  problems: ['no first contact'] as Edge['problems'],
  answered: 0,
  responderSees: null,
};

describe('a node that cannot be found by peers that it has not talked to', () => {
  it('is named, though the same dials are sound later', () => {
    const edges = first.map((edge): Edge => {
      const isHidden = edge.to.node === 'node-2' && edge.family === 'IPv6';
      return isHidden ? { ...edge, ...notMet, outcome: 'timeout' } : edge;
    });
    const causes = causesOf([...all, ...edges]);
    expect(causes.map(({ likelyCause }) => likelyCause)).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(
      /^node-2 cannot be found by peers that it has not talked to: .* from node-1 to node-2 over IPv6 is lost until then, because neighbour/,
    );
    expect(causes[0]?.evidence[0]).to.match(/ over IPv6 is lost before the other side has talked itself \(2 dials\)$/);
  });
});
