import { podsOf } from './breaks.ts';
import { bridges, chainFault, othersThan, sentBy } from './chain.ts';

/** A rule of one node lets datagrams of other nodes' pods pass by connection tracking: answers through Services are not translated back, nor what is sent to its NodePorts. */
export const answersUntranslated = chainFault({
  name: 'answers through Services untranslated',
  node: 'node-1',
  // Before connection tracking.
  hook: 'filter hook prerouting priority -300',
  rules: ({ podRanges, lab }) =>
    othersThan('node-1', lab)
      .flatMap((node) => sentBy(podRanges(node)))
      .map((packets) => `iifname != ${bridges} meta l4proto udp ${packets} notrack`),
  breaks: {
    traffic: [
      { symptom: 'lost', by: 'ClusterIP', from: { node: 'node-1' }, where: 'across nodes', protocol: 'UDP' },
      {
        symptom: 'refused',
        by: 'NodePort',
        from: podsOf(),
        to: { node: 'node-1' },
        where: 'across nodes',
        protocol: 'UDP',
      },
    ],
    facts: ['endpoints are not followed'],
  },
  says: [/^answers through Services over UDP are not translated back on node-1: .* through ClusterIPs and NodePorts/m],
  causes: 1,
  slow: true,
});
