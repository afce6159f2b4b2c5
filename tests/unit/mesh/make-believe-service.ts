/** A Service over the probes of a make-believe world: whoever dials it is sent to one of its pods, or not. */
import type { Probe } from '../../../lib/cluster/model.ts';
import { throughService, type Destination } from '../../../lib/mesh/destination.ts';
import type { Dial, DialRecord } from '../../../lib/conversations/dial.ts';
import { makeWorld, type World, type WorldOptions } from './world.ts';

export const clusterIP = '198.19.0.1';
export const servicePort = 80;

/** What becomes of a dial to the Service: the pod that it is sent to, with what else is unlike a sound record; null: nothing comes back. */
export type Proxy = (dial: Dial, from: Probe) => { to: Probe; record?: Partial<DialRecord>; source?: string } | null;

/** Pods pod-a of each node stand behind it. Dials to their own addresses are `network`'s business. */
export function serviceWorld(
  proxy: (world: World) => Proxy,
  { nodes = 2, network, ...rest }: WorldOptions = {},
): World & { backends: Probe[]; service: Destination } {
  let send: Proxy | null = null;
  const world = makeWorld({
    nodes,
    network: (dial, ends) => {
      if (dial.address !== clusterIP) return network?.(dial, ends) ?? null;
      return throughProxy(send?.(dial, ends.from) ?? null, ends.from);
    },
    ...rest,
  });
  send = proxy(world);
  const backends = world.pods.filter(({ name }) => name === 'pod-a');
  // Somebody must own the address in this world; who answers there is the proxy's business.
  world.byAddress.set(clusterIP, world.pods[0]!);
  const service = throughService(
    { service: 'one', kind: 'ClusterIP', node: null },
    { addresses: { IPv4: clusterIP }, ports: { TCP: servicePort, UDP: servicePort }, backends },
  );
  return { ...world, backends, service };
}

export const silence: Partial<DialRecord> = { outcome: 'timeout', answered: 0, views: [], firstAnswerMs: null };

function throughProxy(sent: ReturnType<Proxy>, from: Probe): Partial<DialRecord> {
  if (sent === null) return silence;
  const { to, record, source = from.addresses.IPv4 } = sent;
  const local = { address: to.addresses.IPv4 ?? '', port: to.hello.port };
  const peer = { address: source ?? '', port: 50_000 };
  return { views: [{ who: to.hello.identity, local, peer }], ...record };
}
