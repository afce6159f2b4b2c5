/**
 * > `kube-proxy` is on the data path when connecting to a pod or container.
 *
 * No connection through a Service takes a second SYN to open, also when many are opened at once.
 *
 * Verified by: a hundred new connections at once of each kind of path (from pods, from nodes; to a Service with a pod of the same node, of another node), over each family.
 * Where some of them took a second SYN (1 s, 3 s, …) as many are opened at once again: that decides, and every lost SYN counts.
 * Would be missed by: connections one after the other (source ports of a masquerade collide, and limits strike, only when there are many at once), and by a look at whether they open at all.
 */
import { clause, expect, manyAtOnce } from '../../lib/index.ts';

export default clause(
  {
    id: 'services/no-slow-connects',
    level: 'MUST',
    promise: 'kube-proxy is on the data path: no connection through a Service takes a second SYN to open',
    needs: ['services'],
  },
  async (session) => {
    expect(await manyAtOnce(session)).to.be.delivered();
  },
);
