/** Services over the run's own pods as destinations: what is made, and where it is dialled. */
import type { MadeService, Probe, WantedService } from '../cluster/model.ts';
import type { Family } from '../conversations/basics.ts';
import { throughService, type Destination } from '../mesh/destination.ts';

/** What is asked of the API: a Service with these pods behind it, which all listen on the same port. */
export function wantedFor(
  name: string,
  pods: readonly Probe[],
  { type = 'ClusterIP', ports, alike, asks }: Partial<Pick<WantedService, 'type' | 'ports' | 'alike' | 'asks'>> = {},
): WantedService {
  return {
    name,
    pods: pods.map(({ pod }) => pod),
    targetPort: pods[0]!.hello.port,
    type,
    ...(ports === undefined ? {} : { ports }),
    ...(alike === undefined ? {} : { alike }),
    ...(asks === undefined ? {} : { asks }),
  };
}

/** By its ClusterIP. `alike`: see `WantedService`. */
export function byClusterIP(
  { name, clusterIPs, port }: MadeService,
  backends: readonly Probe[],
  { alike = [] }: Pick<WantedService, 'alike'> = {},
): Destination {
  return throughService(
    { service: name, kind: 'ClusterIP', node: null, ...(alike.length === 0 ? {} : { alike }) },
    { addresses: bothHave(clusterIPs, backends), ports: { TCP: port, UDP: port }, backends },
  );
}

/** By a node's port, at the addresses of that node's own probe. `responders`: who else is asked what arrived. */
export function byNodePort(
  { name, nodePorts, clusterIPs }: MadeService,
  { at, backends, responders = backends }: { at: Probe; backends: readonly Probe[]; responders?: readonly Probe[] },
): Destination {
  const both = Object.keys(bothHave(clusterIPs, responders)) as Family[];
  return throughService(
    { service: name, kind: 'NodePort', node: at.node },
    {
      addresses: Object.fromEntries(
        both.flatMap((family) => (at.addresses[family] === undefined ? [] : [[family, at.addresses[family]]])),
      ),
      ports: Object.fromEntries(Object.entries(nodePorts).filter(([, port]) => port !== null)),
      backends,
      responders,
    },
  );
}

/** A Service's name has 63 letters, digits and hyphens; a node's may have dots, and 253. */
export function serviceName(what: string, { node }: Probe, n: number): string {
  const full = `${what}-${node}`;
  return /^[a-z][a-z0-9-]{0,61}[a-z0-9]$/.test(full) ? full : `${what}-${n}`;
}

/** A pod without an address of a family is no endpoint there: nobody would answer, and not for the Service's sake. */
function bothHave(clusterIPs: MadeService['clusterIPs'], backends: readonly Probe[]): MadeService['clusterIPs'] {
  const families = (['IPv4', 'IPv6'] as const).filter((family) =>
    backends.every(({ addresses }) => addresses[family] !== undefined),
  );
  return Object.fromEntries(
    families.flatMap((family) => (clusterIPs[family] === undefined ? [] : [[family, clusterIPs[family]]])),
  );
}
