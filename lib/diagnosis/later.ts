/** What worked at first, and was found dead when it was dialled again later in the run. */
import type { Cause, Edge } from '../verdict/run.ts';

/** Sound edges that still say something: not those of a pair of probes of which nothing was answered when it was dialled again. */
export function soundStill(sound: Edge[], failing: Edge[]): Edge[] {
  const dead = new Set(failing.filter(hasDied).map(pairOf));
  return dead.size === 0 ? sound : sound.filter((edge) => edge.to.via !== undefined || !dead.has(pairOf(edge)));
}

/** What it adds to a cause; nothing where the same was dead from the beginning. */
export function sinceLater(edges: Edge[], cause: Omit<Cause, 'clauses'>): Omit<Cause, 'clauses'> {
  const { died = [], others = [] } = Object.groupBy(edges, (edge) => (hasDied(edge) ? 'died' : 'others'));
  const ends = new Set(died.map(endOf));
  if (died.length === 0 || others.some((edge) => edge.to.via === undefined && ends.has(endOf(edge)))) return cause;
  return {
    ...cause,
    likelyCause: `${cause.likelyCause}; it began in mid-run: a table that has filled up, or an agent that has changed something`,
    evidence: [
      ...cause.evidence,
      `${died.length} of them had been answered at first, and were not when they were made again`,
    ],
  };
}

/** What is lost at times may have been spared at first. */
function hasDied({ recheck, answered }: Edge): boolean {
  return recheck === true && answered === 0;
}

function pairOf({ from, to, protocol, family }: Edge): string {
  return [from.node, from.probe, to.node, to.probe, protocol, family].join(' ');
}

/** Where it was dialled: on the port where a probe listens anyway, or on another. */
function endOf({ to, port, size }: Edge): string {
  return [to.address, port, size?.bytes].join(' ');
}
