import type { Policy } from '../../policy/objects.ts';
import { portNames } from '../../cluster/model.ts';
import { openRange } from '../ports.ts';
import { probeLabel, type Step, type Words } from './step.ts';

/** No pod has it but in some steps. */
const mark = { 'flatnet/marked': 'yes' };

/** More of the truth table, for --policies full: each beside the policy that closes one pod of each node. */
export function furtherSteps({ one, other, here, port, policy, allowing }: Words, closed: Policy): Step[] {
  const udp = { protocol: 'UDP', port } as const;
  const range = { protocol: 'TCP', ...openRange } as const;
  const notOne = { matchExpressions: [{ key: probeLabel, operator: 'NotIn' as const, values: ['pod-a'] }] };
  const elsewhere = { matchExpressions: [{ key: 'flatnet/elsewhere', operator: 'Exists' as const }] };
  const step = (name: string, tells: Step['tells'], ...policies: Policy[]): Step => ({ name, tells, policies });
  const marked = { matchLabels: mark };
  const closedToAll = policy('flatnet-closed-by-label', { podSelector: marked, policyTypes: ['Ingress'] });
  // Who has the label is let in to the pods that are closed, and is closed itself: each change of labels takes Cilium up to 35 s.
  const byLabel = [closed, allowing({ from: [{ podSelector: marked }] }), closedToAll];
  return [
    step('opened to everybody', ['ingress', 'peers'], closed, allowing({})),
    step('opened to a namespace', ['peers'], closed, allowing({ from: [{ namespaceSelector: here }], ports: [udp] })),
    step('opened to no namespace', ['peers'], closed, allowing({ from: [{ namespaceSelector: elsewhere }] })),
    step('opened to all but some', ['peers'], closed, allowing({ from: [{ podSelector: notOne }] })),
    step(
      'opened by two policies',
      ['ingress', 'peers', 'ports'],
      closed,
      allowing({ from: [{ podSelector: one }], ports: [udp] }),
      policy('flatnet-also', {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: other }], ports: [range] }],
      }),
    ),
    step('opened by the name of a port', ['ports'], closed, allowing({ ports: [{ port: portNames.TCP }] })),
    step('by a label that no pod has', ['ingress', 'peers'], ...byLabel),
    { name: 'some pods get it', tells: ['ingress', 'peers', 'changes'], policies: byLabel, labels: { 'pod-a': mark } },
    // Seen to be so before anything else: what comes next would meet pods on their way back.
    step('no pod has it again', ['ingress', 'peers', 'changes'], ...byLabel),
    step('no egress', ['egress'], policy('flatnet-egress', { podSelector: one, policyTypes: ['Egress'] })),
    step(
      'both directions',
      ['egress', 'ingress'],
      policy('flatnet-both', {
        podSelector: one,
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [{ podSelector: other }] }],
        egress: [{ to: [{ podSelector: one }], ports: [{ protocol: 'TCP' }] }],
      }),
    ),
  ];
}
