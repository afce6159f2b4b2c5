import { podsOf } from './breaks.ts';
import { chainFault, sentBy } from './chain.ts';

/** A proxy of one node that masquerades all that it sends to a Service's pod, as with `masqueradeAll`. */
export const masqueradeThroughServices = chainFault({
  name: 'masquerade through Services',
  node: 'node-2',
  hook: 'nat hook postrouting priority 90',
  rules: ({ podRanges }) => sentBy(podRanges('node-2')).map((from) => `${from} ct status dnat masquerade`),
  breaks: { traffic: [{ symptom: 'source address translated', by: 'ClusterIP', from: podsOf('node-2') }] },
  verdict: 'conformant',
  says: [/kube-proxy, .*translates the source of .* through ClusterIPs from node-2/, /masqueradeAll/],
  causes: 1,
  slow: true,
});
