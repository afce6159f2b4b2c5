import { ranges } from '../../lab/addresses.ts';
import { nodeItself } from './breaks.ts';
import { chainFault } from './chain.ts';

/** A firewall of one node lets in what is for its own address, but not what was translated to it for a Service: its rules for Services were written for pods, which are forwarded to. */
export const hostNetworkBehindServices = chainFault({
  name: 'pods on the host network behind Services',
  node: 'node-2',
  hook: 'filter hook input priority 0',
  rules: () => [
    `meta l4proto udp ct direction original ct status dnat ct original ip daddr ${ranges.services.ipv4} drop`,
    `meta l4proto udp ct direction original ct status dnat ct original ip6 daddr ${ranges.services.ipv6} drop`,
  ],
  breaks: {
    traffic: [
      {
        symptom: 'lost',
        by: 'ClusterIP',
        to: nodeItself('node-2'),
        where: 'same node',
        protocol: 'UDP',
        opening: true,
      },
    ],
  },
  says: [
    /Services with pods on the host network: newly opened traffic to nodes through ClusterIPs within node-2 over UDP/,
  ],
  causes: 1,
  slow: true,
});
