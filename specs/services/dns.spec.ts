/**
 * > `kube-proxy` is on the data path when connecting to a pod or container.
 *
 * The cluster's DNS answers pods of every node, over UDP and TCP, with the right addresses.
 *
 * SHOULD: next to nothing works without names, and DNS is the first to suffer where UDP through a Service does not work. A cluster without a Service for DNS breaks no promise.
 *
 * Verified by: one pod of each node asks the Service of the cluster's DNS for `kubernetes.default.svc` and for a headless Service of the run's own pods, IPv4 and IPv6 addresses at the same moment from one socket, as resolvers do (where there are none of a kind, that has to be said): every
 * answer holds the addresses that the API gives, and no others. Where one is missing (after 5 s, as long as resolvers wait) or wrong, the same is asked ten times more. The cluster's domain is found by a reverse lookup.
 * Would be missed by: asking from one node, over UDP alone (large answers need TCP), for names outside the cluster, or once.
 */
import { askDns, clause, dnsAnswers, expect } from '../../lib/index.ts';

export default clause(
  {
    id: 'services/dns',
    level: 'SHOULD',
    promise:
      'kube-proxy is on the data path: the cluster’s DNS answers pods of every node, over UDP and TCP, with the right addresses',
    needs: ['further services'],
  },
  async (session) => {
    expect(dnsAnswers(await askDns(session))).to.hold();
  },
);
