/**
 * > Pods cannot move from a node to another and keep their IP address.
 *
 * INFO: does a pod that is made anew on another node, under its old name, get its old address? Plugins with pools for the whole cluster can do that; what relies on it works nowhere else.
 *
 * Verified by: a pod on one node, and after its end one of the same name on another; their addresses by the API.
 * Would be missed by: nothing; it shows what can be relied on.
 */
import { addressesFollow, clause, expect } from '../../lib/index.ts';

export default clause(
  {
    id: 'addressing/an-ip-does-not-follow-its-pod',
    level: 'INFO',
    promise: 'pods cannot move from a node to another and keep their IP address',
    needs: ['moved pod'],
  },
  async ({ movedPod }) => {
    expect(addressesFollow(await movedPod())).to.hold();
  },
);
