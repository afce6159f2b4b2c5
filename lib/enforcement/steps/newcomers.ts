import type { Selector } from '../../policy/objects.ts';
import { probeLabel, type Step } from './step.ts';

const named = (...values: string[]): Selector => ({ matchExpressions: [{ key: probeLabel, operator: 'In', values }] });

/** What stands before they come, for one pod of each node as well: that shows that it is in force. Then some may dial them, and they may dial nobody still. */
export function newcomerSteps(namespace: string): [closed: Step, opened: Step] {
  const newcomer = named('newcomer');
  const closed = {
    metadata: { name: 'flatnet-newcomers', namespace },
    spec: { podSelector: named('newcomer', 'pod-b'), policyTypes: ['Ingress' as const] },
  };
  const silent = {
    metadata: { name: 'flatnet-newcomers-egress', namespace },
    spec: { podSelector: newcomer, policyTypes: ['Egress' as const] },
  };
  const allowing = {
    metadata: { name: 'flatnet-newcomers-allowed', namespace },
    spec: {
      podSelector: newcomer,
      policyTypes: ['Ingress' as const],
      ingress: [{ from: [{ podSelector: named('pod-a') }] }],
    },
  };
  return [
    { name: 'closed before new pods come', tells: ['ingress'], policies: [closed, silent] },
    { name: 'new pods opened to some', tells: [], policies: [closed, silent, allowing] },
  ];
}
