import { podsOf } from './breaks.ts';
import type { Fault } from './fault.ts';
import { sh } from './shell.ts';

/**
 * Frames between two pods of a node pass by the rules that translate a Service's address back: `br_netfilter` was not loaded, or was
 * switched off. Pods reach each other, and Services with a pod on another node.
 */
export const bridgeNotFiltered: Fault = {
  name: 'bridge not filtered',
  when: 'before',
  plant: async ({ lab }) => void (await sh(lab, 'node-3', switched(0))),
  undo: async ({ lab }) => void (await sh(lab, 'node-3', switched(1))),
  breaks: {
    traffic: [{ symptom: 'lost', by: 'ClusterIP', from: podsOf('node-3'), to: podsOf('node-3'), where: 'to others' }],
  },
  inconclusive: 'none',
  verdict: 'not conformant',
  says: [/through ClusterIPs within node-3/, /bridge-nf-call-iptables/, /the Services pod-[ab]-of-node-3/],
  causes: 1,
  slow: true,
};

function switched(to: 0 | 1): string {
  return ['iptables', 'ip6tables'].map((name) => `sysctl -w net.bridge.bridge-nf-call-${name}=${to}`).join(' && ');
}
