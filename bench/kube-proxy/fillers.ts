/** Services that nobody dials: they only fill every node's rules. */
import { randomBytes } from 'node:crypto';
import pMap from 'p-map';
import type { Api } from '../../lib/cluster/index.ts';

/** Per Service and EndpointSlice: kube-proxy makes a rule per port, and the lab has fewer ClusterIPs than ports are wanted. */
export const portsPerService = 100;
const atOnce = 8;
/** Reserved for documentation (RFC 5737). No packet is ever sent there. */
const endpoint = '192.0.2.1';

export interface Fillers {
  readonly namespace: string;
  /** Service ports. */
  made(): number;
  /** Creates more, until there are this many Service ports (a multiple of `portsPerService`); returns when the API server has them. */
  growTo(ports: number, options: { signal: AbortSignal }): Promise<void>;
}

/** A namespace for fillers, still empty. */
export async function makeFillers(api: Api): Promise<Fillers> {
  const name = `flatnet-bench-${randomBytes(4).toString('hex')}`;
  await api.core.createNamespace({
    body: { metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'flatnet-bench' } } },
  });
  let made = 0;
  return {
    namespace: name,
    made: () => made * portsPerService,
    async growTo(ports, { signal }) {
      const wanted = ports / portsPerService;
      const numbers = Array.from({ length: Math.max(0, wanted - made) }, (_, n) => made + n);
      made = Math.max(made, wanted);
      await pMap(numbers, (n) => makeFiller(api, { namespace: name, name: `filler-${n}` }), {
        concurrency: atOnce,
        signal,
      });
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
