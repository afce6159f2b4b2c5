import { ranges } from '../../lab/addresses.ts';
import { bridges, chainFault, familyOf } from './chain.ts';

const ports = [80, 9000] as const;

/** A transparent proxy that is gone: what pods of a node send to certain ports of Services is dropped before it is translated. */
export const servicePortsDropped = chainFault({
  name: 'ports of Services dropped on one node',
  node: 'node-2',
  hook: 'filter hook prerouting priority -150',
  rules: ({ podRanges }) =>
    podRanges('node-2').map((range) => {
      const family = familyOf(range);
      const services = family === 'ip' ? ranges.services.ipv4 : ranges.services.ipv6;
      return `iifname ${bridges} ${family} daddr ${services} meta l4proto { tcp, udp } th dport { ${ports.join(', ')} } drop`;
    }),
  breaks: { facts: ['ports of Services are dropped'] },
  says: [/through ClusterIPs from node-2 to ports 80, 9000 is lost, and at its other ports the same Service/],
  causes: 1,
});
