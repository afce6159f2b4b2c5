import { nodeAddresses } from '../../lab/addresses.ts';
import { nodeItself } from './breaks.ts';
import { chainFault, familyOf } from './chain.ts';

/** Dials from outside to pods of one node are masqueraded there though their Service asks for `externalTrafficPolicy: Local`. */
export const localMasqueraded = chainFault({
  name: 'masquerade of NodePorts',
  node: 'node-2',
  hook: 'nat hook postrouting priority 90',
  // What another node translated itself, by a ClusterIP, this one has not.
  rules: ({ podRanges }) =>
    podRanges('node-2').map((range) => {
      const family = familyOf(range);
      const others = [nodeAddresses(1), nodeAddresses(3)].map(({ ipv4, ipv6 }) => (family === 'ip' ? ipv4 : ipv6));
      return `${family} saddr { ${others.join(', ')} } ${family} daddr ${range} ct status dnat masquerade`;
    }),
  breaks: {
    traffic: [
      {
        symptom: 'source address translated',
        by: 'NodePort',
        from: nodeItself(),
        to: nodeItself('node-2'),
        where: 'across nodes',
      },
    ],
  },
  verdict: 'conformant',
  says: [/translates the source of .*through NodePorts .*node-2/],
  causes: 1,
  slow: true,
});
