import type { Missing, NodeFacts, Probe } from '../cluster/model.ts';
import type { Family } from '../conversations/basics.ts';
import { measurementOf } from '../verdict/measurement.ts';
import type { Facts } from './facts.ts';
import type { Violation } from './violation.ts';

/** A node that has just joined may still be waiting for its network plugin. */
const settlingMs = 10 * 60_000;

/**
 * Whether every node started a pod when asked to. Only what the kubelet reports about a pod's network breaks the promise;
 * a full node, a quota or a lost control channel leaves it open.
 */
export function newPods(
  nodes: NodeFacts[],
  options: { missing: Missing[]; fresh: Probe[]; families: Family[]; startedInMs: number },
): Facts {
  const { missing, fresh, startedInMs } = options;
  const unready = nodes.filter((node) => node.notReadyFor === 'network plugin');
  const [settling, stuck] = [unready.filter(isSettling), unready.filter((node) => !isSettling(node))];
  const violations = [
    ...missing.filter(({ kind }) => kind === 'network').map((one) => cannotStart(one.node, one.reason)),
    ...stuck.map((node) => cannotStart(node.name, node.skipped ?? 'not Ready')),
    ...fresh.flatMap((pod) => withoutAddress(pod, options.families)),
  ];
  const open = [
    ...missing
      .filter(({ kind }) => kind !== 'network')
      .map((one) => `${one.node}/${one.probe} did not start: ${one.reason}`),
    ...settling.map((node) => `${node.name} joined only just and waits for its network plugin`),
  ];
  return {
    expected: 'a new pod starts on every node within the deadline',
    seen: `${fresh.length} new pods started within ${(startedInMs / 1000).toFixed(1)} s, ${missing.length + unready.length} did not`,
    violations: [...new Map(violations.map((one) => [one.evidence, one])).values()],
    inconclusive: open.length === 0 ? null : [...new Set(open)].join('; '),
    measurements: [measurementOf('pods/started-after', {}, { estimate: Math.round(startedInMs) })],
  };
}

function isSettling({ ageMs }: NodeFacts): boolean {
  return ageMs !== null && ageMs < settlingMs;
}

function withoutAddress(pod: Probe, families: Family[]): Violation[] {
  return families
    .filter((family) => pod.addresses[family] === undefined)
    .map((family) => ({
      kind: 'new pod without address',
      node: pod.node,
      family,
      evidence: `the new pod on ${pod.node} has no ${family} address, though this cluster has them`,
    }));
}

function cannotStart(node: string, reason: string): Violation {
  // Each attempt has a sandbox of its own, and the rest of the sentence is the same.
  const words = reason.replaceAll(/\b[0-9a-f]{64}\b/g, '…');
  return { kind: 'pod does not start', node, evidence: `${node} cannot start a pod: ${words}` };
}
