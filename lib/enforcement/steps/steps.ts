/** The policies that are tried, one set after the other. Each is a row of the truth table, and the model says what it must do. */
import type { Probe } from '../../cluster/model.ts';
import type { Selector } from '../../policy/objects.ts';
import type { PoliciesForm } from '../../verdict/session.ts';
import { furtherSteps } from './further.ts';
import { blockSteps, namespaceSteps } from './peers.ts';
import { openRange } from '../ports.ts';
import { probeLabel, type Step, type Words } from './step.ts';

interface Cast {
  namespace: string;
  form: PoliciesForm;
  pods: readonly Probe[];
  /** Pods of another namespace. */
  guests: readonly Probe[];
}

/** The first closes one pod of each node; the last is for what goes out. */
export function stepsOf({ namespace, form, pods, guests }: Cast): Step[] {
  // Where every pod listens anyway.
  const port = pods[0]?.hello.port ?? 0;
  const words = { ...wordsFor(namespace), port };
  const { one, other, here, policy, allowing } = words;
  const closed = policy('flatnet-closed', { podSelector: other, policyTypes: ['Ingress'] });
  const tcp = { protocol: 'TCP', port } as const;
  const range = { protocol: 'UDP', ...openRange } as const;
  const edited = allowing({
    from: [{ namespaceSelector: here, podSelector: other }],
    ports: [{ protocol: 'TCP' }, range],
  });
  const [there] = new Set(guests.flatMap((guest) => guest.namespace ?? []));
  const peerSteps = [
    ...blockSteps(words, closed, pods),
    ...(there === undefined ? [] : namespaceSteps(words, closed, there)),
  ];
  const egress = { to: [{ podSelector: other }], ports: [tcp] };
  return [
    { name: 'closed', tells: ['ingress'], policies: [closed] },
    {
      name: 'opened to some',
      tells: ['ingress', 'peers', 'ports'],
      policies: [closed, allowing({ from: [{ podSelector: one }], ports: [tcp] })],
    },
    { name: 'opened to others', tells: ['ingress', 'peers', 'ports', 'changes'], policies: [closed, edited] },
    ...(form === 'full' ? [...furtherSteps(words, closed), ...peerSteps] : []),
    {
      name: 'egress',
      tells: ['egress'],
      policies: [policy('flatnet-egress', { podSelector: one, policyTypes: ['Egress'], egress: [egress] })],
    },
  ];
}

function wordsFor(namespace: string): Omit<Words, 'port'> {
  const policy: Words['policy'] = (name, spec) => ({ metadata: { name, namespace }, spec });
  const other: Selector = { matchExpressions: [{ key: probeLabel, operator: 'In', values: ['pod-b'] }] };
  return {
    one: { matchLabels: { [probeLabel]: 'pod-a' } },
    other,
    here: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    policy,
    allowing: (rule) => policy('flatnet-allowed', { podSelector: other, policyTypes: ['Ingress'], ingress: [rule] }),
  };
}
