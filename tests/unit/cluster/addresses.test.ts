import { expect } from 'chai';
import { describe, it } from 'mocha';
import { nodeByAddress } from '../../../lib/cluster/addresses.ts';
import type { AddressOwner, Probe } from '../../../lib/cluster/model.ts';
import { makeWorld } from '../mesh/world.ts';

/** The host-network probes of two nodes, with these interfaces each. */
function nodesWith(...addresses: string[][]): Probe[] {
  return makeWorld({ nodes: addresses.length }).nodes.map((probe, n) => {
    const interfaces = addresses[n]!.map((address) => ({ name: 'x', address, family: 'IPv4', mtu: null }) as const);
    return { ...probe, hello: { ...probe.hello, interfaces } };
  });
}

const owner = (kind: AddressOwner['kind'], node: string, address: string): AddressOwner => ({
  kind,
  name: node,
  node,
  address,
});

describe('the node that has an address', () => {
  const owners = [owner('node', 'node-1', '198.18.0.11'), owner('pod', 'node-1', '198.18.64.5')];

  it('is the one that the API names, however the address is written', () => {
    const nodeOf = nodeByAddress([...owners, owner('node', 'node-2', '2001:2::12')], []);
    expect(['198.18.0.11', '::ffff:198.18.0.11', '2001:2:0::12'].map(nodeOf)).to.deep.equal([
      'node-1',
      'node-1',
      'node-2',
    ]);
  });

  it('is else the one whose interfaces have it, if no other has it, too', () => {
    const nodes = nodesWith(['198.18.0.12', '198.18.64.0', '198.18.99.1'], ['198.18.65.0', '198.18.99.1']);
    const nodeOf = nodeByAddress(owners, nodes);
    expect(['198.18.64.0', '198.18.65.0', '198.18.99.1'].map(nodeOf)).to.deep.equal(['node-1', 'node-2', null]);
  });

  it('is the one of the API where another carries it', () => {
    expect(nodeByAddress(owners, nodesWith([], ['198.18.0.11']))('198.18.0.11')).to.equal('node-1');
  });

  it('is not known of pods, and of strangers', () => {
    expect(['198.18.64.5', '192.0.2.1'].map(nodeByAddress(owners, []))).to.deep.equal([null, null]);
  });
});
