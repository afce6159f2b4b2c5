import type { Facts } from '../verdict/judgement.ts';

/** What proxies Services on each node; different modes at once are a finding. */
export function proxyModes(byNode: Record<string, string>): Facts {
  const modes = Map.groupBy(Object.entries(byNode), ([, mode]) => mode);
  const mixed = modes.size > 1;
  const list = [...modes].map(
    ([mode, nodes]) => `${mode} on ${nodes.length === 1 ? nodes[0]?.[0] : `${nodes.length} nodes`}`,
  );
  return {
    expected: 'reported, and the same on every node',
    seen: list.join(', ') || 'no node was asked',
    violations: [],
    remarks: mixed
      ? [
          `kube-proxy runs in different modes: ${Object.entries(byNode)
            .map(([node, mode]) => `${node} ${mode}`)
            .join(', ')}`,
        ]
      : [],
    finding: mixed,
    data: { proxyMode: byNode },
  };
}
