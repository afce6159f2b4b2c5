import { podsOf } from './breaks.ts';
import { between, chainFault } from './chain.ts';

/** A byte of each datagram from one node's pods to another's is changed on the way, and the checksum repaired: only a digest shows it. */
export const payloadDamaged = chainFault({
  name: 'payload damaged',
  node: 'node-1',
  hook: 'filter hook forward priority -10',
  // 90 bytes behind the start of the UDP header: in the padding of a question, in the words of an answer.
  rules: ({ podRange }) =>
    between([podRange('node-1')], [podRange('node-2')]).map(
      (packets) => `${packets} udp length > 120 @th,720,8 set 0x58`,
    ),
  breaks: { traffic: [{ symptom: 'damaged', from: podsOf('node-1'), to: podsOf('node-2'), protocol: 'UDP' }] },
  says: [/node-1/, /node-2/, /UDP/, /damaged/],
  causes: 1,
  slow: true,
});
