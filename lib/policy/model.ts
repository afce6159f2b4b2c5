import type { Direction, End, Peer, PodEnd, Policy, Port, Protocol } from './objects.ts';
import { isInBlock, selects } from './selectors.ts';

/** A conversation that one end opens with the other. */
export interface Conversation {
  from: End;
  to: End;
  protocol: Protocol;
  /** The port that is dialled at `to` itself; a Service's is translated before policies apply. */
  port: number;
}

/**
 * Whether these policies allow a conversation: its source must be allowed to send, and its destination to receive. Answers need no rule.
 * As https://kubernetes.io/docs/concepts/services-networking/network-policies/ says; null where the API leaves it to the implementation.
 */
export function allows(policies: readonly Policy[], conversation: Conversation): boolean | null {
  const { from, to } = conversation;
  // "A Pod cannot block access to itself", nor "from the node where it is running".
  if (isSame(from, to)) return true;
  if (from.kind === 'outside' && to.kind === 'pod' && from.node === to.node) return true;
  const sends = from.kind === 'outside' || allowsEnd(policies, 'Egress', { subject: from, peer: to, conversation });
  const receives = to.kind === 'outside' || allowsEnd(policies, 'Ingress', { subject: to, peer: from, conversation });
  if (sends === false || receives === false) return false;
  return sends && receives;
}

/** Whether a pod is isolated in this direction: any policy that selects it and is about the direction does that. */
export function isIsolated(policies: readonly Policy[], pod: PodEnd, direction: Direction): boolean {
  return applying(policies, pod, direction).length > 0;
}

interface Question {
  subject: PodEnd;
  peer: End;
  conversation: Conversation;
}

function allowsEnd(policies: readonly Policy[], direction: Direction, question: Question): boolean | null {
  const some = applying(policies, question.subject, direction);
  if (some.length === 0) return true;
  return anyOf(some.flatMap((policy) => rulesOf(policy, direction).map((rule) => allowsRule(policy, rule, question))));
}

function applying(policies: readonly Policy[], pod: PodEnd, direction: Direction): Policy[] {
  return policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === pod.namespace &&
      selects(spec.podSelector, pod.labels) &&
      directionsOf(spec).includes(direction),
  );
}

function directionsOf({ policyTypes, egress = [] }: Policy['spec']): Direction[] {
  return policyTypes ?? (egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);
}

interface Rule {
  peers: Peer[];
  ports: Port[];
}

function rulesOf({ spec }: Policy, direction: Direction): Rule[] {
  return direction === 'Ingress'
    ? (spec.ingress ?? []).map(({ from = [], ports = [] }) => ({ peers: from, ports }))
    : (spec.egress ?? []).map(({ to = [], ports = [] }) => ({ peers: to, ports }));
}

/** A rule without peers applies to all of them, one without ports likewise. */
function allowsRule(policy: Policy, { peers, ports }: Rule, { peer, conversation }: Question): boolean | null {
  if (ports.length > 0 && !ports.some((port) => isPort(port, conversation))) return false;
  if (peers.length === 0) return true;
  return anyOf(peers.map((one) => isPeer(policy, one, peer)));
}

function isPeer({ metadata }: Policy, { podSelector, namespaceSelector, ipBlock }: Peer, end: End): boolean | null {
  if (ipBlock !== undefined) {
    if (!end.addresses.some((address) => isInBlock(ipBlock, address))) return false;
    // Blocks are meant for addresses outside the cluster: whether they select pods and nodes depends on the implementation (Cilium: not).
    return end.kind === 'pod' || end.node !== null ? null : true;
  }
  if (end.kind === 'outside') return false;
  const isInNamespace =
    namespaceSelector === undefined
      ? end.namespace === metadata.namespace
      : selects(namespaceSelector, end.namespaceLabels);
  return isInNamespace && (podSelector === undefined || selects(podSelector, end.labels));
}

/** A name means the port of that name on the dialled pod. */
function isPort({ protocol = 'TCP', port, endPort }: Port, conversation: Conversation): boolean {
  if (protocol !== conversation.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === 'number') return conversation.port >= port && conversation.port <= (endPort ?? port);
  const { to } = conversation;
  const named = to.kind === 'pod' ? (to.ports ?? []) : [];
  return named.some((one) => one.name === port && one.protocol === protocol && one.port === conversation.port);
}

function isSame(one: End, other: End): boolean {
  return one.kind === 'pod' && other.kind === 'pod' && one.namespace === other.namespace && one.name === other.name;
}

/** True when any is true, otherwise unknown when any is unknown. */
function anyOf(verdicts: readonly (boolean | null)[]): boolean | null {
  const all = new Set(verdicts);
  if (all.has(true)) return true;
  return all.has(null) ? null : false;
}
