import { podsOf } from './breaks.ts';
import { chainFault } from './chain.ts';

/** A filter that takes packets from privileged ports for an attack: answers of every server on one, and what comes from a few old clients. */
export const lowSourcePortsDropped = chainFault({
  name: 'source ports dropped',
  node: 'node-2',
  hook: 'filter hook forward priority -10',
  rules: () => ['meta l4proto { tcp, udp } th sport 1-1023 drop'],
  breaks: {
    traffic: [
      { symptom: 'lost', to: podsOf('node-2'), sources: [1, 1_023] },
      { symptom: 'lost', from: podsOf('node-2'), sources: [1, 1_023] },
    ],
  },
  says: [
    /a packet filter .* drops all traffic (to pods )?that node-2 forwards from source ports below 1024: by source port/,
  ],
  causes: 1,
  slow: true,
});
