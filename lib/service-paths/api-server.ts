/** Connections to the API server through its Service, from a pod of each node and from each node itself. */
import { setTimeout as pause } from 'node:timers/promises';
import { channelMs, type ApiEndpoint, type ApiService, type Probe } from '../cluster/model.ts';
import type { DialRecord } from '../conversations/dial.ts';
import { evenly } from '../mesh/evenly.ts';
import { runFew } from '../mesh/rounds/run-few.ts';
import type { Session } from '../verdict/session.ts';
import { sharing } from './own-addresses/own-addresses.ts';
import { firstOfNodes, speaks } from './who-dials.ts';

/** All that one probe connected to. */
export interface ConnectedWay {
  from: Probe;
  address: string;
  /** Those that decide, one after the other; null: the probe's reply did not arrive whole, or it stood still and heard nothing. */
  connections: (DialRecord | null)[];
  /** Whether it reaches one of the servers at its own address; asked only where a connection did not open. null: not known. */
  directly: boolean | null;
  /** Policies of somebody else that may keep it from there, in one sentence; null: none. */
  forbidding: string | null;
}

export interface ConnectedToApi {
  /** null: there is none, see `without`. */
  service: ApiService | null;
  without: string | null;
  ways: ConnectedWay[];
  /** Of the servers behind it; asked for only where a connection did not open. null: not known. */
  servers: ApiEndpoint[] | null;
  /** Probes whose address another one has, too: who is answered there is chance. */
  leftOut: Probe[];
}

/** As for DNS: the kernel has sent the first packet three times by then. */
const openMs = 5_000;
/** At first: with one of three servers dead, few enough of all these ways find none of it. */
const first = { times: 4, spacingMs: 0 };
/** Where one of them did not open, calmly. */
const again = { times: 20, spacingMs: 250 };
/** Before that: a server that starts anew is back by then, and one that has died is no longer behind the Service (its lease lasts 15 s). */
const restartMs = 20_000;
/** Probes that connect at the same time, and ways that are tried again: every one of them leads to the same few servers. */
const limits = { atOnce: 32, again: 96 };
const serversAtMost = 3;

type Needed = Pick<Session, 'pods' | 'nodes' | 'apiService' | 'apiServers' | 'forbiddingApiService'>;

/** Connects, says nothing, and closes: nobody has to log in for that. Throws what `apiService` and `apiServers` throw. */
export async function connectToApi(session: Needed, { waitMs = restartMs } = {}): Promise<ConnectedToApi> {
  const { pods, nodes } = session;
  const service = await session.apiService();
  if (typeof service === 'string') return { service: null, without: service, ways: [], servers: null, leftOut: [] };
  const { clients, leftOut } = clientsOf({ pods, nodes });
  const planned = clients.flatMap((from) =>
    Object.values(service.addresses).flatMap((address) => (speaks(from, address) ? [{ from, address }] : [])),
  );
  const connected = planned.map((way): ConnectedWay => ({ ...way, connections: [], directly: null, forbidding: null }));
  const connectAll = async (ways: ConnectedWay[], how: typeof first): Promise<void> =>
    runFew(ways, {
      work: async (way) => {
        const target = { address: way.address, port: service.port };
        way.connections = await connect(way.from, { target, ...how });
      },
      holdMs: () => openMs + again.times * again.spacingMs + channelMs,
      keys: () => [{ key: 'all', weight: 1, most: limits.atOnce }],
    });
  const isWhole = ({ connections }: ConnectedWay): boolean => connections.every(isOpen);
  await connectAll(connected, first);
  if (!connected.every(isWhole)) {
    await pause(waitMs);
    const failing = connected.filter((way) => !isWhole(way));
    await connectAll(evenly(failing, { most: limits.again }), again);
  }
  const plain = { service, without: null, ways: connected, servers: null, leftOut };
  if (connected.every(isWhole)) return plain;
  const servers = await session.apiServers();
  if (servers?.length === 0)
    return { ...plain, without: `no server is behind ${service.name}: its EndpointSlices name none that is ready` };
  const ways = await Promise.all(
    connected.map(async (way) =>
      isWhole(way)
        ? way
        : {
            ...way,
            directly: await isReachedDirectly(way.from, servers ?? []),
            forbidding: session.forbiddingApiService(way.from),
          },
    ),
  );
  return { ...plain, ways, servers };
}

function clientsOf({ pods, nodes }: Pick<Needed, 'pods' | 'nodes'>): { clients: Probe[]; leftOut: Probe[] } {
  const shared = sharing([...pods, ...nodes]);
  const firsts = (kept: (probe: Probe) => boolean): Probe[] =>
    firstOfNodes({ pods: pods.filter(kept), nodes: nodes.filter(kept) }, { most: Infinity });
  const clients = firsts(({ uid }) => !shared.has(uid));
  const isAmong = ({ node, kind }: Probe): boolean => clients.some((one) => one.node === node && one.kind === kind);
  return { clients, leftOut: firsts((probe) => shared.has(probe.uid) && !isAmong(probe)) };
}

async function isReachedDirectly(from: Probe, servers: readonly ApiEndpoint[]): Promise<boolean | null> {
  const some = servers.filter(({ address }) => speaks(from, address)).slice(0, serversAtMost);
  const records = await Promise.all(some.map((target) => connect(from, { target, times: 1, spacingMs: 0 })));
  const known = records.flat().filter((record) => record !== null);
  return known.length === 0 ? null : known.some(isOpen);
}

async function connect(
  from: Probe,
  {
    target: { address, port },
    times,
    spacingMs,
  }: { target: { address: string; port: number }; times: number; spacingMs: number },
): Promise<(DialRecord | null)[]> {
  const dials = Array.from({ length: times }, (_, n) => ({
    nonce: `connection-${n}`,
    protocol: 'TCP' as const,
    address,
    port,
    timeoutMs: openMs,
    connectOnly: true as const,
  }));
  const reply = await from.channel.request(
    { kind: 'dial', concurrency: times, spacingMs, dials },
    { deadlineMs: openMs + times * spacingMs + channelMs },
  );
  const records = new Map(reply.whole ? reply.records.map((record) => [record.nonce, record]) : []);
  return dials.map(({ nonce }) => {
    const record = records.get(nonce);
    if (record === undefined || record.outcome === 'inconclusive') return null;
    // A probe that stood still may have missed the answer.
    return record.outcome === 'timeout' && reply.whole && reply.stallMs > openMs / 2 ? null : record;
  });
}

function isOpen(record: DialRecord | null): boolean {
  return record?.outcome === 'delivered';
}
