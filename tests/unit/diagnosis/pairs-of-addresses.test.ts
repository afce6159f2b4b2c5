/** A path that a hash of the two addresses picks is dead: some pairs get nothing through, the others everything, and it is one fault. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Leg } from '../../../lib/diagnosis/folding/observations.ts';
import { both, causesOf, drops, mesh, type Fault } from './mesh.ts';

const ports = [80, 443];
const nameOf = ({ node, probe }: Leg['from']): string => `${node}/${probe}`;

/** What leaves the pods of node-1 for these. */
function deadPairs(...pairs: [string, string][]): Fault {
  const dead = new Set(pairs.map((pair) => pair.join(' ')));
  return drops(({ from, to }) => dead.has(`${nameOf(from)} ${nameOf(to)}`));
}

const three = [
  ['node-1/pod-a', 'node-2/pod-b'],
  ['node-1/pod-b', 'node-2/pod-a'],
  ['node-1/pod-b', 'node-3/pod-b'],
] satisfies [string, string][];

const evidenceOf = (fault: Fault, families: ('IPv4' | 'IPv6')[] = ['IPv4']): string[] =>
  causesOf(mesh({ nodes: 3, families, ports }, fault)).flatMap(({ evidence }) => evidence);

describe('pairs of addresses', () => {
  it('that are dead while all others are good are one dead path out of their node', () => {
    const [cause, ...others] = causesOf(mesh({ nodes: 3, ports }, deadPairs(...three)));
    expect(others).to.deep.equal([]);
    expect(cause?.likelyCause).to.match(
      /^one of several paths of pod-to-pod traffic out of node-1 is dead, and the two addresses of a pair decide .*: 3 of 8 pairs get nothing through/,
    );
    expect(cause?.evidence[0]).to.match(/^pod-to-pod traffic out of node-1 between 3 of 8 pairs of addresses is lost/);
    expect(cause?.lookWith).to.match(/^kubectl debug node\/node-1 .*fib_multipath_hash_policy/);
  });

  it('are told beside another fault, which stays one of its own', () => {
    const other = drops(({ from, to }) => from.node === 'node-3' && to.node === 'node-2');
    const told = evidenceOf(both(deadPairs(...three), other));
    expect(told).to.have.length(2);
    expect(told.join('\n')).to.match(/^all traffic from node-3 to node-2 is lost/m);
    expect(told.join('\n')).to.match(/^pod-to-pod traffic out of node-1 between 3 of 8 pairs/m);
  });

  it('of each of two families have a hash of their own', () => {
    const v6 = drops(
      ({ from, to, family }) =>
        family === 'IPv6' &&
        ['node-1/pod-a node-3/pod-b', 'node-1/pod-b node-2/pod-b', 'node-1/pod-b node-3/pod-a'].includes(
          `${nameOf(from)} ${nameOf(to)}`,
        ),
    );
    const dead = deadPairs(...three);
    const v4: Fault = (edge) => (edge.family === 'IPv4' ? dead(edge) : null);
    const [told, ...others] = evidenceOf(both(v4, v6), ['IPv4', 'IPv6']);
    expect(others).to.deep.equal([]);
    expect(told).to.match(/^pod-to-pod traffic out of node-1 between 6 of 16 pairs of addresses is lost/);
    expect(evidenceOf(v4, ['IPv4', 'IPv6'])[0]).to.match(
      /out of node-1 between 3 of 8 pairs of addresses over IPv4 is/,
    );
  });

  it('that are one or two, or have a probe in common, are told as they are', () => {
    expect(evidenceOf(deadPairs(...three.slice(0, 1)))).to.have.length(1);
    expect(evidenceOf(deadPairs(...three.slice(0, 1)))[0]).to.match(/from node-1\/pod-a to node-2\/pod-b is lost/);
    expect(evidenceOf(deadPairs(...three.slice(0, 2)))).to.have.length(2);
    const ofOne = deadPairs(
      ['node-1/pod-a', 'node-2/pod-a'],
      ['node-1/pod-a', 'node-3/pod-a'],
      ['node-1/pod-a', 'node-3/node'],
    );
    expect(evidenceOf(ofOne).join()).not.to.include('pairs of addresses');
  });

  it('that are dead over one protocol alone, or of which a port is alive, show no hash of addresses', () => {
    const dead = deadPairs(...three);
    const overTcp: Fault = (edge) => (edge.protocol === 'TCP' ? dead(edge) : null);
    const butPort: Fault = (edge) => (edge.port === 80 ? null : dead(edge));
    for (const fault of [overTcp, butPort]) expect(evidenceOf(fault).join()).not.to.include('pairs of addresses');
    expect(evidenceOf(overTcp)).not.to.deep.equal([]);
  });

  it('of nodes themselves are told as well, and of two nodes as what is between them', () => {
    const pairs = [
      ['node-1/node', 'node-2/pod-b'],
      ['node-1/pod-b', 'node-2/pod-a'],
      ['node-1/pod-a', 'node-2/node'],
    ] satisfies [string, string][];
    expect(evidenceOf(deadPairs(...pairs))).to.have.length(1);
    expect(evidenceOf(deadPairs(...pairs))[0]).to.match(
      /^all traffic from node-1 to node-2 between 3 of 9 pairs of addresses is lost/,
    );
  });
});
