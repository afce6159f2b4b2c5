/** Probes of a small cluster whose channels answer from a network of make-believe. */
import type { Channel, Probe, ProbeName, Reply } from '../../../lib/cluster/model.ts';
import type { RequestBody } from '../../../lib/conversations/index.ts';
import type { Family } from '../../../lib/conversations/basics.ts';
import type { Dial, DialRecord, ResponderView } from '../../../lib/conversations/dial.ts';
import type { HelloRecord } from '../../../lib/conversations/hello.ts';
import type { RecordOf } from '../../../lib/conversations/index.ts';

/** What becomes of a dial; `null` when it is delivered whole. */
export type Network = (dial: Dial, ends: { from: Probe; to: Probe }) => Partial<DialRecord> | null;

export interface WorldOptions {
  nodes?: number;
  /** One more pod of each of these names on each node. */
  more?: ProbeName[];
  families?: Family[];
  network?: Network;
  /** Instead of the probe's own reply, where it is not null; `nth` counts the requests to this probe, from 0. */
  reply?: (probe: Probe, body: RequestBody, nth: number) => Partial<Reply> | null;
  /** Datagrams or connections that the responder received with this nonce; left out: as many as were answered. */
  received?: (nonce: string) => number;
}

export interface World {
  all: Probe[];
  pods: Probe[];
  nodes: Probe[];
  byAddress: Map<string, Probe>;
  /** Every request that was made, in order. */
  asked: { probe: Probe; body: RequestBody }[];
}

/** Two pods and one host-network probe on each node; more pods are in `all` alone. */
export function makeWorld(options: WorldOptions = {}): World {
  const { nodes = 3, families = ['IPv4'] } = options;
  const world: World = { all: [], pods: [], nodes: [], byAddress: new Map(), asked: [] };
  for (let n = 1; n <= nodes; n += 1)
    for (const [m, name] of [...usual, ...(options.more ?? [])].entries()) {
      const both = { IPv4: `198.18.${n}.${m + 2}`, IPv6: `fd00:${n}::${m + 2}` };
      const addresses = Object.fromEntries(families.map((family) => [family, both[family]]));
      const probe = makeProbe({ node: `node-${n}`, name, addresses, port: 33_000 + 10 * n + m });
      probe.channel = channelOf(probe, world, options);
      world.all.push(probe);
      for (const address of Object.values(addresses)) world.byAddress.set(address, probe);
    }
  world.pods = world.all.filter(({ name }) => name === 'pod-a' || name === 'pod-b');
  world.nodes = world.all.filter(({ kind }) => kind === 'node');
  return world;
}

const usual: ProbeName[] = ['pod-a', 'pod-b', 'node'];

function makeProbe(about: { node: string; name: ProbeName; addresses: Probe['addresses']; port: number }): Probe {
  const { node, name, addresses, port } = about;
  const [pod, uid, instance] = [`${name}-of-${node}`, `uid-${node}-${name}`, `instance-${node}-${name}`];
  const hello: HelloRecord = {
    kind: 'hello',
    identity: { pod, uid, node, instance },
    port,
    interfaces: Object.entries(addresses).map(([family, address]) => ({
      name: 'eth0',
      address,
      family: family as Family,
      mtu: 1500,
    })),
    declaredIPs: Object.values(addresses),
    nodeVersion: 'v26.10.0',
    kernel: '6.18.5',
    arch: 'x64',
    legacyTables: null,
    noRawSockets: null,
  };
  const channel: Channel = { request: () => Promise.reject(new Error('no channel yet')), close: () => undefined };
  return {
    name,
    kind: name === 'node' ? 'node' : 'pod',
    node,
    pod,
    uid,
    addresses,
    hello,
    readyAt: performance.now() - 60_000,
    channel,
  };
}

function channelOf(probe: Probe, world: World, options: WorldOptions): Channel {
  const ledger = new Map<string, number>();
  const answers = (body: RequestBody): RecordOf[] => {
    if (body.kind === 'dial') return body.dials.map((dial) => dialled(dial, { probe, world, options }));
    if (body.kind === 'seen') return seen(body.nonces, options.received ?? ((nonce) => ledger.get(nonce) ?? 0));
    return [];
  };
  let nth = 0;
  return {
    close: () => undefined,
    request: async (body) => {
      world.asked.push({ probe, body });
      const { instance } = probe.hello.identity;
      const whole: Reply = { whole: true, records: answers(body), stallMs: 0, instance };
      const other = options.reply?.(probe, body, nth);
      nth += 1;
      return { ...whole, ...other } as Reply;
    },
  };
}

function seen(nonces: string[], received: (nonce: string) => number): RecordOf[] {
  const peer = { address: '198.18.0.1', port: 1 };
  return nonces.map((nonce) => ({ kind: 'seen', nonce, received: received(nonce), peer, lateMs: 0 }));
}

function dialled(dial: Dial, about: { probe: Probe; world: World; options: WorldOptions }): DialRecord {
  const { probe, world, options } = about;
  const to = world.byAddress.get(dial.address);
  if (to === undefined) throw new Error(`nobody has the address ${dial.address}`);
  const family: Family = dial.address.includes(':') ? 'IPv6' : 'IPv4';
  const local = { address: probe.addresses[family] ?? '', port: 50_000 };
  const view: ResponderView = {
    who: to.hello.identity,
    local: { address: dial.address, port: dial.port },
    peer: local,
  };
  const sent = dial.datagrams ?? dial.flows ?? 1;
  const sound: DialRecord = {
    kind: 'dial',
    nonce: dial.nonce,
    outcome: 'delivered',
    attempts: sent,
    answered: sent,
    firstAnswerMs: 1,
    connectMs: null,
    lostSyns: 0,
    failed: null,
    failedPorts: [],
    local,
    views: [view],
    error: null,
  };
  return { ...sound, ...options.network?.(dial, { from: probe, to }) };
}
