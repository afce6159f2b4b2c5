import type { Probe } from '../cluster/index.ts';

const metricsPort = 10_249;
const timeoutMs = 2_000;

/** kube-proxy's mode by node: as it reports it ("iptables"), or "iptables (by its ConfigMap)", or "none seen". */
export async function askProxyModes(
  nodes: Probe[],
  options: { configured: string | null },
): Promise<Record<string, string>> {
  const modes = await Promise.all(nodes.map(async (node) => [node.node, await modeOf(node, options)] as const));
  return Object.fromEntries(modes);
}

async function modeOf(node: Probe, { configured }: { configured: string | null }): Promise<string> {
  const reply = await node.channel.request(
    { kind: 'loopback', port: metricsPort, path: '/proxyMode', timeoutMs },
    { deadlineMs: 3 * timeoutMs },
  );
  const [answer] = reply.records;
  if (answer?.status === 200) return answer.body.trim();
  return configured === null ? 'none seen' : `${configured} (by its ConfigMap)`;
}
