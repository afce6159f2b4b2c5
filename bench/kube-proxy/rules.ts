/** What kube-proxy, or Cilium, has programmed for the Services, read from the nodes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../lab/index.ts';
import type { Proxy } from './curve.ts';

const pauseMs = 500;
/** Listing tens of thousands of rules takes CPU time that kube-proxy needs to write them. */
const shareOfTime = 0.1;
/** One listing took 20 s while iptables-restore was at work, and 1 s right after it. */
const longestPauseMs = 5_000;

/** The shell command that lists a node's Services, one line per port. */
const listings: Record<Proxy, string> = {
  iptables: `iptables-save -t nat | grep '^-A KUBE-SERVICES .*cluster IP'`,
  nftables: `nft list map ip kube-proxy service-ips | grep -o 'goto [^ ,}]*'`,
  // What the agent writes into its maps. Each Service port is there as it is wanted, and again as it is.
  cilium: `curl -s --unix-socket /var/run/cilium/cilium.sock http://localhost/v1/service | grep -o '"name":"[^"]*","namespace":"[^"]*"[^}]*"type":"ClusterIP"' | sed 's|"name":"\\([^"]*\\)","namespace":"\\([^"]*\\)".*|\\2/\\1|' | awk 'NR % 2'`,
};

/** Service ports in a node's rules: of one namespace, or of all. */
async function countRules(
  lab: Pick<Lab, 'execInNode'>,
  { node, proxy, namespace = '' }: { node: string; proxy: Proxy; namespace?: string },
): Promise<number> {
  const wanted = namespace === '' ? '' : `${namespace}/`;
  const { stdout } = await lab.execInNode(node, ['sh', '-c', `${listings[proxy]} | grep -c -- '${wanted}'`]);
  return Number(stdout.trim());
}

/** The most that any node has in its rules, over all namespaces. */
export async function mostRules(lab: Pick<Lab, 'execInNode' | 'nodes'>, proxy: Proxy): Promise<number> {
  return Math.max(...(await Promise.all(lab.nodes.map((node) => countRules(lab, { node, proxy })))));
}

/** Resolves when every node has exactly so many Service ports of this namespace in its rules; throws an Error that says how many each had when the deadline passed. */
export async function waitForRules(
  lab: Pick<Lab, 'execInNode' | 'nodes'>,
  options: { proxy: Proxy; namespace: string; ports: number; deadlineMs: number; signal: AbortSignal },
): Promise<void> {
  const { proxy, namespace, ports, deadlineMs, signal } = options;
  const started = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const asked = performance.now();
    const counts = await Promise.all(lab.nodes.map((node) => countRules(lab, { node, proxy, namespace })));
    if (counts.every((count) => count === ports)) return;
    if (performance.now() - started > deadlineMs)
      throw new Error(`after ${deadlineMs / 1000} s the nodes have ${counts.join(', ')} of ${ports} Service ports`);
    await sleep(Math.min(longestPauseMs, Math.max(pauseMs, (performance.now() - asked) / shareOfTime)));
  }
}
