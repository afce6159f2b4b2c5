import { podsOf } from './breaks.ts';
import { between, chainFault, familyOf, othersThan } from './chain.ts';

/** Addresses are kept, ports are not: what no comparison of addresses can see. */
export const portTranslation = chainFault({
  name: 'port translation',
  node: 'node-1',
  hook: 'nat hook postrouting priority 90',
  // No dial comes from a port of this range: one that did would keep it.
  rules: ({ podRange, lab }) =>
    between([podRange('node-1')], othersThan('node-1', lab).map(podRange)).flatMap((packets) => {
      const family = familyOf(packets.split(' ')[2]!);
      return ['tcp', 'udp'].map(
        (protocol) => `${packets} meta l4proto ${protocol} snat ${family} to ${family} saddr:29500-32000`,
      );
    }),
  breaks: {
    traffic: [
      { symptom: 'source port translated', from: podsOf('node-1'), to: podsOf(), where: 'across nodes' },
      // Once an idle flow of UDP is forgotten (30 s), what its server sends is a flow of its own, from another port.
      {
        symptom: 'forgotten',
        from: podsOf('node-1'),
        to: podsOf(),
        where: 'across nodes',
        protocol: 'UDP',
        later: true,
      },
    ],
  },
  says: [/node-1/, /source port/],
  causes: 1,
  slow: true,
});
