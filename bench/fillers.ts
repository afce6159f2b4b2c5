/** Services that nobody dials: all they do is to be in every node's rules. */
import { randomBytes } from 'node:crypto';
import pMap from 'p-map';
import type { Api } from '../lib/cluster/index.ts';

/** What one Service and one EndpointSlice can hold; kube-proxy makes rules a port, not a Service. */
const portsPerService = 100;
const atOnce = 8;
/** RFC 5737: nobody's. No packet is ever sent there. */
const endpoint = '192.0.2.1';

export interface Fillers {
  /** Makes more, until there are so many Service ports; returns when the API server has them. */
  growTo(ports: number): Promise<void>;
  /** Resolves when the namespace is gone, after two minutes at most. */
  remove(): Promise<void>;
}

/** A namespace for fillers, empty yet. */
export async function makeFillers(api: Api): Promise<Fillers> {
  const name = `flatnet-bench-${randomBytes(4).toString('hex')}`;
  await api.core.createNamespace({
    body: { metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'flatnet-bench' } } },
  });
  let made = 0;
  return {
    async growTo(ports) {
      const wanted = Math.ceil(ports / portsPerService);
      const numbers = Array.from({ length: Math.max(0, wanted - made) }, (_, n) => made + n);
      made = Math.max(made, wanted);
      await pMap(numbers, (n) => makeFiller(api, { namespace: name, name: `filler-${n}` }), { concurrency: atOnce });
    },
    async remove() {
      await api.core.deleteNamespace({ name });
      for (const started = performance.now(); performance.now() - started < 120_000;) {
        const { items } = await api.core.listNamespace({ fieldSelector: `metadata.name=${name}` });
        if (items.length === 0) return;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      throw new Error(`the namespace ${name} is still there`);
    },
  };
}

async function makeFiller(api: Api, { namespace, name }: { namespace: string; name: string }): Promise<void> {
  const numbers = Array.from({ length: portsPerService }, (_, n) => n + 1);
  await api.core.createNamespacedService({
    namespace,
    body: {
      metadata: { name },
      spec: {
        ports: numbers.map((n) => ({ name: `p${n}`, port: n, targetPort: 8080, protocol: n % 2 ? 'TCP' : 'UDP' })),
      },
    },
  });
  await api.custom.createNamespacedCustomObject({
    group: 'discovery.k8s.io',
    version: 'v1',
    namespace,
    plural: 'endpointslices',
    body: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [endpoint], conditions: { ready: true } }],
      ports: numbers.map((n) => ({ name: `p${n}`, port: 8080, protocol: n % 2 ? 'TCP' : 'UDP' })),
    },
  });
}
