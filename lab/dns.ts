import { controlName } from './addresses.ts';
import type { Api } from './api.ts';
import type { Output } from './build/progress.ts';
import { buildCoreDns } from './build/coredns.ts';
import { deploymentPath, dnsBinary, dnsObjects } from './config/dns.ts';
import type { Family } from './families.ts';
import { checkAlive } from './spaces.ts';
import { waitFor } from './wait.ts';

/** Builds CoreDNS, the first time: a file of this machine, by its path in a node. */
export async function buildDns(output: Output, signal?: AbortSignal): Promise<Readonly<Record<string, string>>> {
  return { [dnsBinary]: await buildCoreDns(output, signal) };
}

/** Starts CoreDNS behind the Service kube-dns, and waits until it answers. Rejects with LAB_NOT_READY. */
export async function startDns(
  api: Api,
  { families, signal }: { families: readonly Family[]; signal?: AbortSignal | undefined },
): Promise<void> {
  for (const [path, object] of dnsObjects(families)) {
    const { status, body } = await api('POST', path, object);
    if (status !== 201) throw new Error(`The API server did not take what CoreDNS needs (${path}): ${body}`);
  }
  await waitFor(
    async () => {
      const { status } = JSON.parse((await api('GET', deploymentPath)).body) as {
        status?: { replicas?: number; readyReplicas?: number };
      };
      const { replicas = 0, readyReplicas = 0 } = status ?? {};
      return (replicas > 0 && readyReplicas === replicas) || `${readyReplicas} of ${replicas} pods are ready`;
    },
    {
      what: 'CoreDNS',
      withinMs: 120_000,
      everyMs: 200,
      signal,
      check: () => checkAlive(controlName, ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']),
    },
  );
}
