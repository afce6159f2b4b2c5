import { podsOf } from './breaks.ts';
import { chainFault, between } from './chain.ts';

/** So many dials lose a datagram or more in the first round, each way; the calm one then finds them lossy. */
const share = 0.3;

/** Three datagrams in a hundred are lost between the pods of two nodes, each way: a first round of twenty may well miss it. */
export const calmLoss = chainFault({
  name: 'calm loss',
  node: 'node-1',
  hook: 'filter hook forward priority -10',
  rules: ({ podRanges }) =>
    [...between(podRanges('node-1'), podRanges('node-2')), ...between(podRanges('node-2'), podRanges('node-1'))].map(
      (packets) => `${packets} meta l4proto udp numgen random mod 100 < 3 drop`,
    ),
  breaks: {
    traffic: [
      { symptom: 'lossy', from: podsOf('node-1'), to: podsOf('node-2'), protocol: 'UDP', share },
      { symptom: 'lossy', from: podsOf('node-2'), to: podsOf('node-1'), protocol: 'UDP', share },
    ],
  },
  says: [/node-1/, /node-2/, /over UDP/, /loses packets/, /[2-9] %/],
  causes: 2,
});
