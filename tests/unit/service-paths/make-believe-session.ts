/** A session over a make-believe world, in which Services that are made lead to their pods as their specs ask, or not. */
import type { MadeService, PodsBehind, Probe, WantedService } from '../../../lib/cluster/model.ts';
import type { Dial, DialRecord } from '../../../lib/conversations/dial.ts';
import type { Dialled } from '../../../lib/mesh/dialled.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { createRun, type OngoingRun } from '../../../lib/verdict/create-run.ts';
import type { Session } from '../../../lib/verdict/session.ts';
import { silence } from '../mesh/make-believe-service.ts';
import { makeWorld, type Network } from '../mesh/world.ts';

export interface DialledService {
  service: MadeService;
  dial: Dial;
  /** The node that dials. */
  from: string;
  /** Whether one of its pods dials, or it itself. */
  by: 'pod' | 'node';
  client: Probe;
  /** The node whose port is dialled; null: the ClusterIP. */
  at: string | null;
}

/** Which pod gets a dial, or how its record differs; null: nobody answers; undefined: as it should be. */
export type Proxied = (about: DialledService) => string | Partial<DialRecord> | null | undefined;

export interface MakeBelieve {
  session: Session;
  wanted: WantedService[];
  /** Those to Services. */
  dials: Dial[];
  /** Those to the probes' own addresses that were rechecks. */
  rechecked: Dialled[];
}

export interface MakeBelieveOptions {
  nodes?: number;
  /** What becomes of dials to the probes' own addresses. */
  network?: Network;
  /** Thrown where Services of type NodePort are asked for. */
  refusal?: Error;
  /** Services are known at once: what goes wrong begins with the dials that count. */
  knownAtOnce?: true;
  /** Why nothing is known of a dial; null: as it went. */
  doubtful?: (dial: Dialled) => string | null;
  /** Hears what is dialled; left out: one of no clauses. */
  run?: OngoingRun;
}

/** As a session does beside a policy of somebody else that may close anything. */
export function besidePolicy(session: Session): Session {
  const doubting: Session['exchange'] = async (plan) => {
    const exchanged = await session.exchange(plan);
    const dialled = exchanged.dialled.map((dial): Dialled => {
      const isLost = dial.record !== null && dial.record.outcome !== 'delivered';
      return isLost && dial.inconclusive === null
        ? { ...dial, inconclusive: 'NetworkPolicy deny may forbid it', maybeForbidden: true }
        : dial;
    });
    return { ...exchanged, dialled };
  };
  return { ...session, exchange: doubting };
}

const refusedDial: Partial<DialRecord> = { ...silence, outcome: 'refused', error: 'ECONNREFUSED' };

function withDoubt(dial: Dialled, doubtful: MakeBelieveOptions['doubtful']): Dialled {
  const inconclusive = doubtful?.(dial) ?? null;
  return inconclusive === null ? dial : { ...dial, record: null, inconclusive };
}

/** Two nodes; each Service shares its dials out in turn, unless it asks for something else. */
export function makeSession(
  proxied: Proxied = () => undefined,
  { nodes: count = 2, network, refusal, knownAtOnce, doubtful, run = createRun() }: MakeBelieveOptions = {},
): MakeBelieve {
  const made = new Map<string, MadeService>();
  const wanted: WantedService[] = [];
  const dials: Dial[] = [];
  const rechecked: Dialled[] = [];
  const turns = { TCP: 0, UDP: 0 };
  let exchanges = 0;
  const behind = new Map<string, Set<string>>();
  const world = makeWorld({
    nodes: count,
    network: (dial, ends) => {
      const { from: client } = ends;
      const service = made.get(dial.address) ?? made.get(`port ${dial.port}`);
      if (service === undefined) return network?.(dial, ends) ?? null;
      dials.push(dial);
      const at = service.clusterIP === dial.address ? null : world.byAddress.get(dial.address)!.node;
      const isAwaited = knownAtOnce === true && exchanges === 0;
      const chosen = isAwaited ? undefined : proxied({ service, dial, from: client.node, by: client.kind, client, at });
      if (chosen === null) return silence;
      const candidates = podsFor({ service, at, client });
      const turn = turns[dial.protocol]++;
      const name = typeof chosen === 'string' ? chosen : candidates[turn % candidates.length];
      const to = world.all.find(({ pod }) => pod === name);
      if (to === undefined) return { ...refusedDial, ...(typeof chosen === 'object' ? chosen : {}) };
      const local = { address: to.addresses.IPv4!, port: to.hello.port };
      const views = [{ who: to.hello.identity, local, peer: { address: client.addresses.IPv4!, port: 50_000 } }];
      return { views, ...(typeof chosen === 'object' ? chosen : {}) };
    },
  });
  const { pods, nodes, byAddress } = world;
  const traffic = createTraffic({ pace: unlimitedPace });

  function podsFor({ service, at, client }: Pick<DialledService, 'service' | 'at' | 'client'>): string[] {
    const { asks = {} } = wanted.find(({ name }) => name === service.name) ?? {};
    const all = [...(behind.get(service.name) ?? [])];
    const on = (node: string): string[] =>
      all.filter((name) => world.all.find(({ pod }) => pod === name)?.node === node);
    if (asks.internalTrafficPolicy === 'Local') return on(client.node);
    if (asks.externalTrafficPolicy === 'Local' && at !== null) return on(at);
    if (asks.sessionAffinity === 'ClientIP') return all.slice(client.uid.length % all.length).slice(0, 1);
    return all;
  }

  const make = ({ name, pods: some, type }: WantedService): MadeService => {
    const n = made.size + 1;
    const clusterIP = `198.19.0.${n}`;
    const nodePorts = type === 'NodePort' ? { TCP: 30_000 + 2 * n, UDP: 30_001 + 2 * n } : { TCP: null, UDP: null };
    const service = { name, pods: some, clusterIP, clusterIPs: { IPv4: clusterIP }, port: 8080, nodePorts };
    behind.set(name, new Set(some));
    made.set(clusterIP, service);
    for (const port of Object.values(nodePorts)) if (port !== null) made.set(`port ${port}`, service);
    byAddress.set(clusterIP, pods[0]!);
    return service;
  };
  const session = {
    once: run.once,
    begun: run.begun,
    pods,
    nodes,
    families: ['IPv4'],
    exchange: async (plan: Parameters<Session['exchange']>[0]) => {
      exchanges += 1;
      const found = await exchange({ families: ['IPv4'], ...plan }, { traffic }).finally(() => (exchanges -= 1));
      const exchanged = { ...found, dialled: found.dialled.map((dial) => withDoubt(dial, doubtful)) };
      run.saw(exchanged);
      if (plan.recheck === true) rechecked.push(...exchanged.dialled);
      return exchanged;
    },
    roundTripMs: () => traffic.roundTrips.longestMs,
    breaksPromise: run.breaksPromise,
    createServices: async (services: readonly WantedService[]) => {
      if (refusal !== undefined && services.some(({ type }) => type === 'NodePort')) throw refusal;
      wanted.push(...services);
      return services.map(make);
    },
    changePodsBehind: async ({ service, add, remove }: PodsBehind) => {
      const now = behind.get(service)!;
      for (const name of add) now.add(name);
      for (const name of remove) now.delete(name);
    },
  } as unknown as Session;
  return { session, wanted, dials, rechecked };
}
