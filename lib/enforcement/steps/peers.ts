/** Peers of another namespace and peers by address, for --policies full: each beside the policy that closes one pod of each node. */
import { isIPv6 } from 'node:net';
import type { Probe } from '../../cluster/model.ts';
import type { Peer, Policy, Selector } from '../../policy/objects.ts';
import { probeLabel, type Step, type Words } from './step.ts';

/** The other namespace has it in some steps. */
const guestMark = 'flatnet/guests';

/** One selector or two in one element, and in two. `there`: the other namespace. Its pods are like "pod-a" to `alike`. */
export function namespaceSteps({ one, other, policy, allowing }: Words, closed: Policy, guests: string): Step[] {
  const there: Selector = { matchLabels: { 'kubernetes.io/metadata.name': guests } };
  const alike: Selector = {
    matchExpressions: [{ key: probeLabel, operator: 'In', values: ['pod-a', 'guest'] }],
  };
  const opened = (name: string, ...from: Peer[]): Step => ({
    name,
    tells: ['ingress', 'peers'],
    policies: [closed, allowing({ from })],
  });
  const labelled = { namespaceSelector: { matchExpressions: [{ key: guestMark, operator: 'Exists' as const }] } };
  const byLabel = (name: string, more: Partial<Step> = {}): Step => ({ ...opened(name, labelled), ...more });
  const told: Pick<Step, 'tells'> = { tells: ['ingress', 'peers', 'changes'] };
  const to = [{ namespaceSelector: there, podSelector: alike }];
  return [
    opened('opened to pods of its own namespace', { podSelector: alike }),
    opened('opened to another namespace', { namespaceSelector: there }),
    opened('opened to pods of another namespace', { namespaceSelector: there, podSelector: alike }),
    opened('opened to pods that the other namespace has not', { namespaceSelector: there, podSelector: other }),
    opened('opened to another namespace, and to pods of its own', { namespaceSelector: there }, { podSelector: other }),
    byLabel('opened to a namespace by a label that none has'),
    byLabel('the other namespace gets it', { ...told, guestLabels: { [guestMark]: 'yes' } }),
    byLabel('the other namespace has it no more', told),
    {
      name: 'egress to another namespace',
      tells: ['egress', 'peers'],
      policies: [policy('flatnet-egress', { podSelector: one, policyTypes: ['Egress'], egress: [{ to }] })],
    },
  ];
}

/** Whether a block selects pods is left open by the API: what is outside of it, or excepted, it certainly does not select. */
export function blockSteps({ one, policy, allowing }: Words, closed: Policy, pods: readonly Probe[]): Step[] {
  const addressesOf = (name: Probe['name']): string[] =>
    pods.filter((pod) => pod.name === name).flatMap(({ addresses }) => Object.values(addresses));
  const [some, others] = [addressesOf('pod-a'), addressesOf('pod-b')];
  if (some.length === 0 || others.length === 0) return [];
  const egress = [{ to: allBut(others) }];
  return [
    {
      name: 'opened to all addresses but some',
      tells: ['ingress', 'peers'],
      policies: [closed, allowing({ from: allBut(some) })],
    },
    {
      name: 'opened to some addresses',
      tells: ['ingress', 'peers'],
      policies: [closed, allowing({ from: some.map((address) => ({ ipBlock: { cidr: alone(address) } })) })],
    },
    {
      name: 'egress to all addresses but some',
      tells: ['egress', 'peers'],
      policies: [policy('flatnet-egress', { podSelector: one, policyTypes: ['Egress'], egress })],
    },
  ];
}

/** A block a family. */
function allBut(addresses: readonly string[]): Peer[] {
  const [four, six] = [addresses.filter((one) => !isIPv6(one)), addresses.filter((one) => isIPv6(one))];
  return [
    ...(four.length > 0 ? [{ ipBlock: { cidr: '0.0.0.0/0', except: four.map(alone) } }] : []),
    ...(six.length > 0 ? [{ ipBlock: { cidr: '::/0', except: six.map(alone) } }] : []),
  ];
}

const alone = (address: string): string => `${address}/${isIPv6(address) ? 128 : 32}`;
