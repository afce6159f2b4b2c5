import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { AddressOwner } from '../../../lib/cluster/model.ts';
import { podsInRanges } from '../../../lib/facts/pods-in-ranges.ts';
import { node } from './surveys.ts';

const nodes = [
  node('node-1', { podCIDRs: ['10.1.1.0/24', 'fd00:1::/64'] }),
  node('node-2', { podCIDRs: ['10.1.2.0/24'] }),
];
const pod = (address: string, on: string): AddressOwner => ({ kind: 'pod', name: 'a/x', node: on, address });
const seen = (...owners: AddressOwner[]) => podsInRanges({ nodes, owners }, []);

describe('pod addresses', () => {
  it('lie in the range of their node, each family for itself', () => {
    const found = seen(pod('10.1.1.9', 'node-1'), pod('fd00:1::9', 'node-1'), pod('10.1.2.9', 'node-2'));
    expect(found.seen).to.equal('all 3 pod addresses lie in the pod range of their node');
    expect(found.measurements?.map(({ estimate }) => estimate)).to.deep.equal([1]);
  });

  it('may lie elsewhere, which breaks nothing', () => {
    const found = seen(pod('10.1.1.9', 'node-2'), pod('10.1.2.9', 'node-2'));
    expect(found.seen).to.match(/^1 of 2 pod addresses do not lie/);
    expect(found.remarks).to.deep.equal(['outside: a/x (10.1.1.9 on node-2)']);
    expect(found.violations).to.deep.equal([]);
  });

  it('say nothing where nodes have no range of their family', () => {
    expect(seen(pod('fd00:2::9', 'node-2')).notApplicable).to.equal(
      'the nodes have no pod ranges, or there are no pods',
    );
  });
});
