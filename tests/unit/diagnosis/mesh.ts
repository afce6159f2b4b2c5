/** Edges of a whole mesh of probes, as an exchange over a network with a fault would give them. */
import { diagnose } from '../../../lib/diagnosis/diagnose.ts';
import type { Surroundings } from '../../../lib/diagnosis/guesses/surroundings.ts';
import type { Leg } from '../../../lib/diagnosis/folding/observations.ts';
import type { Cause, ClauseResult, Edge } from '../../../lib/verdict/run.ts';
import { clause, edge as sampleEdge } from '../report/sample-runs.ts';

type Change = Partial<Edge> | null;
/** What the fault does to an edge; null when the edge stays sound. */
export type Fault = (edge: Edge) => Change;

export interface MeshOptions {
  nodes: number;
  families?: Edge['family'][];
  /** Dialled besides the probe's own port, between all and pods. */
  ports?: number[];
}

/** Every probe dials every other, over everything: two pods and one host-network probe a node. */
export function mesh({ nodes, families = ['IPv4'], ports = [] }: MeshOptions, fault: Fault): Edge[] {
  const ends = Array.from({ length: nodes }, (_, n) =>
    ['pod-a', 'pod-b', 'node'].map((probe) => ({ n: n + 1, probe })),
  );
  const probes = ends.flat();
  const edges: Edge[] = [];
  for (const from of probes)
    for (const to of probes)
      for (const family of families)
        for (const protocol of ['TCP', 'UDP'] as const)
          for (const port of [ownPort(to), ...(to.probe === 'node' ? [] : ports)]) {
            if (from === to) continue;
            const sound = soundEdge({ from: endOf(from, family), to: endOf(to, family), protocol, family, port });
            edges.push({ ...sound, ...fault(sound) });
          }
  return edges;
}

function ownPort({ n, probe }: { n: number; probe: string }): number {
  return 33_000 + 10 * n + probe.length;
}

function endOf({ n, probe }: { n: number; probe: string }, family: Edge['family']): Edge['from'] {
  const host = { 'pod-a': 2, 'pod-b': 3, node: 1 }[probe] ?? 9;
  const address = family === 'IPv4' ? `198.18.${n}.${host}` : `fd00:${n}::${host}`;
  return { node: `node-${n}`, probe, address };
}

function soundEdge(over: Pick<Edge, 'from' | 'to' | 'protocol' | 'family' | 'port'>): Edge {
  const local = { address: over.from.address ?? '', port: 50_000 };
  const remote = { address: over.to.address ?? '', port: over.port };
  return sampleEdge({
    ...over,
    problems: [],
    ...(over.protocol === 'UDP' ? { attempts: 20, answered: 20 } : {}),
    diallerSees: { local, remote },
    responderSees: { who: `${over.to.node}/${over.to.probe}`, local: remote, peer: local },
    detail: null,
  });
}

/** Packets of these legs are dropped; the edge says of it what a real exchange would. */
export function drops(isDropped: (leg: Leg) => boolean): Fault {
  return ({ from, to, protocol, family, port }) => {
    const there: Leg = { from, to, protocol, family, port, answer: false, via: null };
    const back: Leg = { from: to, to: from, protocol, family, port, answer: true, via: null };
    const lost = { outcome: 'timeout', problems: ['timeout'], answered: 0, responderSees: null } as const;
    if (isDropped(there))
      return { ...lost, problems: ['timeout'], lostLeg: protocol === 'TCP' ? 'unknown' : 'request' };
    return isDropped(back) ? { ...lost, problems: ['timeout'], lostLeg: 'reply' } : null;
  };
}

/** Both faults at once; the first one shows where both would. */
export function both(one: Fault, other: Fault): Fault {
  return (edge) => one(edge) ?? other(edge);
}

/** Whether an end is an ordinary pod, on that node if one is named. */
export function isPod(end: Leg['from'], node?: string): boolean {
  return end.probe !== 'node' && (node === undefined || end.node === node);
}

/** What the suite says of such a mesh, and of clauses that fail beside: likely causes, and the sentences they are read off. */
export function causesOf(
  edges: Edge[],
  { beside = [], ...more }: Pick<Surroundings, 'behind' | 'evidence'> & { beside?: ClauseResult[] } = {},
): Cause[] {
  const sound = edges.filter((one) => one.problems.length === 0);
  return diagnose([clause({ verdict: 'fail', edges, evidence: [] }), ...beside], {
    sound,
    around: {
      ...more,
      nodeOfAddress: (address) => /^198\.18\.(\d+)\.1$/.exec(address)?.[1]?.replace(/^/, 'node-') ?? null,
    },
  }).causes;
}
