/** A session over a make-believe world, in which Services that are made lead to their pods, or not. */
import type { MadeService, WantedService } from '../../../lib/cluster/model.ts';
import type { Dial, DialRecord } from '../../../lib/conversations/dial.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import type { Session } from '../../../lib/verdict/session.ts';
import { newSharedWork } from '../../../lib/verdict/shared-work.ts';
import { silence } from '../mesh/make-believe-service.ts';
import { makeWorld } from '../mesh/world.ts';

export interface DialledService {
  service: MadeService;
  dial: Dial;
  /** The node that dials. */
  from: string;
  /** Whether one of its pods dials, or it itself. */
  by: 'pod' | 'node';
}

/** Which pod gets a dial, or how its record differs; null: nobody answers; undefined: as it should be. */
export type Proxied = (about: DialledService) => string | Partial<DialRecord> | null | undefined;

export interface MakeBelieve {
  session: Session;
  wanted: WantedService[];
  /** Those to Services. */
  dials: Dial[];
}

/** Two nodes; each Service shares its dials out in turn. */
export function makeSession(proxied: Proxied = () => undefined): MakeBelieve {
  const made = new Map<string, MadeService>();
  const wanted: WantedService[] = [];
  const dials: Dial[] = [];
  const turns = { TCP: 0, UDP: 0 };
  const world = makeWorld({
    nodes: 2,
    network: (dial, { from }) => {
      const service = made.get(dial.address);
      if (service === undefined) return null;
      dials.push(dial);
      const chosen = proxied({ service, dial, from: from.node, by: from.kind });
      if (chosen === null) return silence;
      const name = typeof chosen === 'string' ? chosen : service.pods[turns[dial.protocol]++ % service.pods.length];
      const to = world.pods.find(({ pod }) => pod === name)!;
      const local = { address: to.addresses.IPv4!, port: to.hello.port };
      const views = [{ who: to.hello.identity, local, peer: { address: from.addresses.IPv4!, port: 50_000 } }];
      return { views, ...(typeof chosen === 'object' ? chosen : {}) };
    },
  });
  const { pods, nodes, byAddress } = world;
  const traffic = createTraffic({ pace: unlimitedPace });
  const make = ({ name, pods: behind }: WantedService, n: number): MadeService => {
    const clusterIP = `198.19.0.${n + 1}`;
    const nodePorts = { TCP: null, UDP: null };
    const service = { name, pods: behind, clusterIP, clusterIPs: { IPv4: clusterIP }, port: 8080, nodePorts };
    made.set(clusterIP, service);
    byAddress.set(clusterIP, pods[0]!);
    return service;
  };
  const session = {
    ...newSharedWork(),
    pods,
    nodes,
    families: ['IPv4'],
    exchange: (plan: Parameters<Session['exchange']>[0]) => exchange({ ...plan, families: ['IPv4'] }, { traffic }),
    createServices: async (services: readonly WantedService[]) => {
      wanted.push(...services);
      return services.map(make);
    },
  } as unknown as Session;
  return { session, wanted, dials };
}
