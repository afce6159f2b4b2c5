/** What worked at first, and was found dead when it was dialled again later in the run. */
import type { Cause, Edge } from '../verdict/run.ts';

/** Sound edges that still say something: not those of a pair of probes whose dial failed when it was made again. */
export function soundStill(sound: Edge[], failing: Edge[]): Edge[] {
  const dead = new Set(failing.filter(isMadeAgain).map(pairOf));
  return dead.size === 0 ? sound : sound.filter((edge) => edge.to.via !== undefined || !dead.has(pairOf(edge)));
}

/** What it adds to a cause; where the same was dead from the beginning, or at times, nothing. */
export function sinceLater(edges: Edge[], cause: Omit<Cause, 'clauses'>): Omit<Cause, 'clauses'> {
  const { again = [], others = [] } = Object.groupBy(edges, (edge) => (isMadeAgain(edge) ? 'again' : 'others'));
  const ends = new Set(again.map(endOf));
  if (again.length === 0 || others.some((edge) => edge.to.via === undefined && ends.has(endOf(edge)))) return cause;
  return {
    ...cause,
    likelyCause: `${cause.likelyCause}; it began in mid-run: a table that has filled up, or an agent that has changed something`,
    evidence: [
      ...cause.evidence,
      `${again.length} of them had been answered at first, and were not when they were made again`,
    ],
  };
}

function isMadeAgain({ recheck }: Edge): boolean {
  return recheck === true;
}

function pairOf({ from, to, protocol, family }: Edge): string {
  return [from.node, from.probe, to.node, to.probe, protocol, family].join(' ');
}

/** Where it was dialled, on the port where a probe listens anyway. */
function endOf({ to, port, size }: Edge): string {
  return [to.address, port, size?.bytes].join(' ');
}
