/** The Services of a measurement: one pod behind each, and every node that dials knows them. */
import { channelMs, type MadeService, type Probe } from '../cluster/model.ts';
import type { Protocol, SocketAddress } from '../conversations/basics.ts';
import type { Session } from '../verdict/session.ts';
import { servicesPerTarget, type Pair } from './pairs.ts';
import { startListening } from './start-listening.ts';

/** Further time for NodePorts, once ClusterIPs answer: they are rules of the same kind. Some clusters have none. */
const nodePortMs = 5_000;
const echoForMs = 10 * 60_000;

export type Services = Map<Probe, { echoPort: number; services: MadeService[] }>;

/** What one pair measures, over either protocol. */
export interface Ends {
  podIP: SocketAddress;
  services: { clusterIP: SocketAddress; nodePort: SocketAddress | null }[];
}

/** Starts an echo in every pod that is measured to, and makes its Services. Throws an Error with one sentence when a pod can't listen, and what `createServices` throws. */
export async function makeTargets(
  { createServices }: Pick<Session, 'createServices'>,
  { targets, tag }: { targets: Probe[]; tag: string },
): Promise<Services> {
  const ports = await Promise.all(
    targets.map((target) => startListening(target, { kind: 'echo-listen', port: 0, tag, forMs: echoForMs })),
  );
  const each = servicesPerTarget(targets.length);
  const wanted = targets.flatMap((target, n) =>
    Array.from({ length: each }, (_, k) => ({
      name: `latency-${n}-${k}`,
      pods: [target.pod],
      targetPort: ports[n]!,
      type: 'NodePort' as const,
    })),
  );
  const made = await createServices(wanted);
  return new Map(
    targets.map((target, n) => [
      target,
      { echoPort: ports[n]!, services: made.filter(({ pods }) => pods.includes(target.pod)) },
    ]),
  );
}

/** Where the two ends of a pair meet: in the family of the Services. The NodePort is that of the node that dials, so that the path is as long as the others. */
export function endsOf(
  { from, to }: Pair,
  { services, nodes, protocol }: { services: Services; nodes: Probe[]; protocol: Protocol },
): Ends {
  const { echoPort, services: mine } = services.get(to)!;
  const family = mine[0]?.clusterIP.includes(':') ? 'IPv6' : 'IPv4';
  const node = nodes.find((one) => one.node === from.node)?.addresses[family];
  const pod = to.addresses[family];
  if (pod === undefined) throw new Error(`${to.node}/${to.name} has no ${family} address, and its Services have`);
  return {
    podIP: { address: pod, port: echoPort },
    services: mine.map(({ clusterIP, port, nodePorts }) => {
      const nodePort = nodePorts[protocol];
      return {
        clusterIP: { address: clusterIP, port },
        nodePort: node === undefined || nodePort === null ? null : { address: node, port: nodePort },
      };
    }),
  };
}

type Asked = { protocol: Protocol; ends: Ends };
type Target = { protocol: Protocol } & SocketAddress;

export interface Programmed {
  slowestMs: number;
  paths: number;
  /** "UDP 198.19.0.7 port 8080": the ClusterIPs that never answered. */
  missing: string[];
  hasNodePorts: boolean;
}

/** Dials every Service from this probe until it answers, or `deadlineMs` are over. */
export async function waitUntilProgrammed(
  from: Probe,
  { asked, tag, deadlineMs }: { asked: Asked[]; tag: string; deadlineMs: number },
): Promise<Programmed> {
  const started = performance.now();
  const of = (pick: (end: Ends['services'][number]) => SocketAddress | null): Target[] =>
    asked.flatMap(({ protocol, ends }) =>
      ends.services.flatMap((service) => {
        const address = pick(service);
        return address === null ? [] : [{ protocol, ...address }];
      }),
    );
  const clusterIPs = of(({ clusterIP }) => clusterIP);
  const nodePorts = of(({ nodePort }) => nodePort);
  const missing = await awaitEchoes(from, { targets: clusterIPs, tag, deadlineMs });
  const absent = missing.length > 0 ? [] : await awaitEchoes(from, { targets: nodePorts, tag, deadlineMs: nodePortMs });
  return {
    slowestMs: Math.round(performance.now() - started),
    paths: clusterIPs.length + nodePorts.length,
    missing,
    hasNodePorts: nodePorts.length > 0 && absent.length === 0,
  };
}

/** The targets that did not answer. */
async function awaitEchoes(
  from: Probe,
  { targets, tag, deadlineMs }: { targets: Target[]; tag: string; deadlineMs: number },
): Promise<string[]> {
  const reply = await from.channel.request(
    { kind: 'await-echo', targets, tag, deadlineMs },
    { deadlineMs: deadlineMs + channelMs },
  );
  if (!reply.whole) throw new Error(reply.reason);
  return reply.records
    .filter(({ afterMs }) => afterMs === null)
    .map(({ protocol, address, port }) => `${protocol} ${address} port ${port}`);
}
