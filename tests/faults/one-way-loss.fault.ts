import { podsOf } from './breaks.ts';
import { between, chainFault } from './chain.ts';

/** 30 % of what the pods of one node send to another's is lost; the nodes' own ends of a tunnel are left alone. A retry would hide it. */
export const oneWayLoss = chainFault({
  name: 'one-way loss',
  node: 'node-1',
  hook: 'filter hook forward priority -10',
  rules: ({ podRange }) =>
    between([podRange('node-1')], [podRange('node-2')]).map(
      (packets) => `${packets} meta l4proto udp numgen random mod 100 < 30 drop`,
    ),
  breaks: { traffic: [{ symptom: 'lossy', from: podsOf('node-1'), to: podsOf('node-2'), protocol: 'UDP' }] },
  says: [/from node-1 to node-2/, /loss|loses/, /%/],
  causes: 2,
  slow: true,
});
