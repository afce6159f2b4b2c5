import { channelMs, type Probe } from '../cluster/model.ts';

/** The ports on which each pod listens now, by uid. */
export interface Listening {
  ports: Map<string, number[]>;
  /** What failed: "node-1/pod-a can't listen on ports 53 nor beside them". */
  failures: string[];
}

/**
 * Makes every pod listen on these ports, over TCP and UDP. One that is taken (by an outgoing connection that has just ended) is replaced
 * by a neighbour: a port without a listener would refuse like a firewall.
 */
export async function listenOnPorts(pods: Probe[], wanted: readonly number[]): Promise<Listening> {
  const all = await Promise.all(pods.map(async (pod) => [pod, await listen(pod, wanted)] as const));
  return {
    ports: new Map(all.map(([pod, { ports }]) => [pod.uid, ports])),
    failures: all.flatMap(([pod, { reason }]) => (reason === null ? [] : [`${pod.node}/${pod.name} ${reason}`])),
  };
}

const neighbours = 4;

async function listen(pod: Probe, all: readonly number[]): Promise<{ ports: number[]; reason: string | null }> {
  const ports: number[] = [];
  let wanted = all;
  for (let shift = 0; shift <= neighbours && wanted.length > 0; shift += 1) {
    const asked = wanted.map((port) => shifted(port, shift));
    const reply = await pod.channel.request({ kind: 'listen', ports: asked }, { deadlineMs: channelMs });
    if (!reply.whole) return { ports, reason: `can't be asked to listen: ${reply.reason}` };
    const refused = new Set(reply.records.filter(({ error }) => error !== null).map(({ port }) => port));
    ports.push(...asked.filter((port) => !refused.has(port)));
    wanted = wanted.filter((port) => refused.has(shifted(port, shift)));
  }
  return { ports, reason: wanted.length === 0 ? null : `can't listen on ports ${wanted.join(', ')} nor beside them` };
}

function shifted(port: number, by: number): number {
  return port + by > 65_535 ? port - by : port + by;
}
