import type { NodeFacts } from '../cluster/model.ts';
import type { Missing } from '../verdict/session.ts';
import type { Facts, Violation } from '../verdict/judgement.ts';

/** Whether every node started a pod when asked to. */
export function newPods(
  nodes: NodeFacts[],
  options: { missing: Missing[]; started: number; startedInMs: number },
): Facts {
  const { missing, started, startedInMs } = options;
  const unready = nodes.filter(
    (node) => node.skipped !== null && /NetworkPluginNotReady|NetworkReady=false/.test(node.skipped),
  );
  const violations = [
    ...missing.map((one) => cannotStart(one.node, one.reason)),
    ...unready.map((node) => cannotStart(node.name, node.skipped ?? 'not Ready')),
  ];
  return {
    expected: 'a new pod starts on every node within the deadline',
    seen: `${started} new pods started${violations.length === 0 ? ` within ${(startedInMs / 1000).toFixed(1)} s` : `, ${violations.length} did not`}`,
    violations: [...new Map(violations.map((one) => [one.evidence, one])).values()],
    data: { startedInMs: Math.round(startedInMs) },
  };
}

function cannotStart(node: string, reason: string): Violation {
  return {
    evidence: `${node} cannot start a pod: ${reason}`,
    likelyCause: `the network plugin of ${node} cannot set up a pod's network (its binaries under /opt/cni/bin or its configuration under /etc/cni/net.d are gone or broken), or the node cannot run pods at all`,
    lookWith: `kubectl get events -A --field-selector source=kubelet; kubectl describe node ${node}`,
  };
}
