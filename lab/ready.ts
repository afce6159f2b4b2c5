import { controlName, inUrl, type NodeAddresses } from './addresses.ts';
import type { Api } from './api.ts';
import { probeImage } from './build/images.ts';
import { controlPlaneComponents } from './control-plane.ts';
import { type Family, primary } from './families.ts';
import { nodeComponents } from './node.ts';
import { checkAlive } from './spaces.ts';
import type { Topology } from './topology/index.ts';
import { waitFor } from './wait.ts';

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly taints?: readonly { readonly key: string }[] };
    readonly status: {
      readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
      readonly images?: readonly { readonly names?: readonly string[] }[];
    };
  }[];
}

/** Waits until a suite can start at once: nodes Ready and untainted with the probe image on them, the default service account, kube-proxy's rules written. */
export async function waitUntilReady(
  api: Api,
  nodes: readonly NodeAddresses[],
  { topology, families, signal }: { topology: Topology; families: readonly Family[]; signal?: AbortSignal | undefined },
): Promise<void> {
  const check = async () => {
    await checkAlive(controlName, controlPlaneComponents(topology));
    await Promise.all(nodes.map((node) => checkAlive(node.name, nodeComponents(topology))));
  };
  // 20 nodes on two cores, with 24 busy loops beside them, took 75 s.
  const wait = (what: string, question: () => Promise<true | string>) =>
    waitFor(question, { what, withinMs: 300_000, everyMs: 150, signal, check });
  await Promise.all([
    wait(`${nodes.length} Ready nodes`, () => nodesReady(api, nodes.length)),
    wait(
      'The default service account',
      async () => (await api('GET', '/api/v1/namespaces/default/serviceaccounts/default')).status === 200 || 'none',
    ),
    ...nodes.map((node) =>
      wait(`kube-proxy’s first rules on ${node.name}`, () => proxySynced(primary(node, families))),
    ),
  ]);
}

async function nodesReady(api: Api, count: number): Promise<true | string> {
  const { items } = JSON.parse((await api('GET', '/api/v1/nodes')).body) as NodeList;
  const waiting = items.flatMap(({ metadata, spec, status }) => {
    const ready = status.conditions?.find((condition) => condition.type === 'Ready');
    if (ready?.status !== 'True') return [`${metadata.name} is not Ready (${ready?.message ?? 'no status yet'})`];
    if (spec.taints?.some((taint) => taint.key.startsWith('node.kubernetes.io/')))
      return [`${metadata.name} is tainted`];
    return status.images?.some((image) => image.names?.includes(probeImage))
      ? []
      : [`${metadata.name} has no ${probeImage}`];
  });
  if (items.length < count) return `${items.length} nodes registered`;
  return waiting.length === 0 || waiting.join('; ');
}

// It reports "healthy" while still starting; only the time of the last update is reliable.
async function proxySynced(address: string): Promise<true | string> {
  const response = await fetch(`http://${inUrl(address)}:10256/healthz`, { signal: AbortSignal.timeout(1_000) });
  const { lastUpdated } = (await response.json()) as { lastUpdated: string };
  return !lastUpdated.startsWith('0001-') || 'no rules written yet';
}
