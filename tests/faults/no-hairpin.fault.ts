import { podsOf } from './breaks.ts';
import { chainFault, familyOf } from './chain.ts';

/** What a pod sends to itself through its Service is dropped on one node, as by a bridge that sends no frame back where it came from. */
export const noHairpin = chainFault({
  name: 'no hairpin',
  node: 'node-2',
  // Its probes' addresses must be known.
  when: 'running',
  hook: 'filter hook forward priority -10',
  rules: ({ pods }, node) =>
    pods
      .filter((pod) => pod.node === node && pod.probe !== 'node')
      .flatMap(({ ips }) => ips.map((ip) => `${familyOf(ip)} saddr ${ip} ${familyOf(ip)} daddr ${ip} drop`)),
  breaks: {
    traffic: [{ symptom: 'lost', by: 'ClusterIP', from: podsOf('node-2'), to: podsOf('node-2'), where: 'itself' }],
  },
  verdict: 'conformant',
  says: [/through ClusterIPs from each pod of node-2 to itself/, /pod-[ab]-of-node-2/, /hairpin mode/],
  causes: 1,
});
