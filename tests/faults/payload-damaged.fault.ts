import { chainFault } from './fault.ts';

/** A byte of each datagram from one node to another's pods is changed on the way, and the checksum repaired: only a digest shows it. */
export const payloadDamaged = chainFault({
  name: 'payload damaged',
  node: 'node-1',
  hook: 'filter hook forward priority -10',
  // 90 bytes behind the start of the UDP header: in the padding of a question, in the words of an answer.
  rules: ({ podRange }) => [`ip daddr ${podRange('node-2')} udp length > 120 @th,720,8 set 0x58`],
  red: ['flat-network/pod-to-pod-across-nodes', 'flat-network/new-pods-join', 'protocols/tcp-and-udp-on-any-port'],
  says: [/node-1/, /node-2/, /UDP/, /damaged/],
  causes: 1,
});
