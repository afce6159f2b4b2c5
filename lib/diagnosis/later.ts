/** What worked at first, and was found dead by a recheck later in the run. */
import type { Cause, Edge } from '../verdict/run.ts';

/** Sound edges that still say something: not those of a pair of probes of which nothing was answered when it was rechecked. */
export function soundStill(sound: Edge[], failing: Edge[]): Edge[] {
  const dead = new Set(failing.filter(isDead).map(pairOf));
  return dead.size === 0 ? sound : sound.filter((edge) => edge.to.via !== undefined || !dead.has(pairOf(edge)));
}

/** Rechecks of pairs that had been answered: in very large clusters others were never dialled before. */
export function diedMeanwhile(sound: Edge[], failing: Edge[]): ReadonlySet<Edge> {
  const dead = failing.filter(isDead);
  if (dead.length === 0) return new Set();
  const answered = new Set(sound.filter(({ to }) => to.via === undefined).map(pairOf));
  return new Set(dead.filter((edge) => answered.has(pairOf(edge))));
}

/** What it adds to a cause that some of these `died`; nothing where the same was dead from the beginning. */
export function sinceLater(
  edges: Edge[],
  { cause, died }: { cause: Omit<Cause, 'clauses'>; died: ReadonlySet<Edge> },
): Omit<Cause, 'clauses'> {
  const found = edges.filter((edge) => died.has(edge));
  const ends = new Set(found.map(endOf));
  const before = edges.filter((edge) => !isDead(edge) && edge.to.via === undefined);
  if (found.length === 0 || before.some((edge) => ends.has(endOf(edge)))) return cause;
  return {
    ...cause,
    likelyCause: `${cause.likelyCause}; it began in mid-run: a table that has filled up, or an agent that has changed something`,
    evidence: [
      ...cause.evidence,
      `${found.length} of them had been answered at first, and were not when they were rechecked`,
    ],
  };
}

/** What is lost at times may have been spared at first. */
function isDead({ recheck, answered }: Edge): boolean {
  return recheck === true && answered === 0;
}

function pairOf({ from, to, protocol, family }: Edge): string {
  return [from.node, from.probe, to.node, to.probe, protocol, family].join(' ');
}

/** Where it was dialled: on the port where a probe listens anyway, or on another. */
function endOf({ to, port, size }: Edge): string {
  return [to.address, port, size?.bytes].join(' ');
}
