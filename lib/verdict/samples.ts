import type { ClauseResult, Edge } from './run.ts';

/** Per clause, and for all clauses of a run: keeps a report readable however many nodes there are. */
const perClause = 2_000;
const inAll = 8_000;

/** The clauses with as many of their edges as there is room for: failing ones first, and one of every pair of nodes before any has two. */
export function withSamples(clauses: readonly ClauseResult[]): ClauseResult[] {
  const shares = sharesOf(clauses.map(({ edges }) => Math.min(edges.length, perClause)));
  return clauses.map((clause, n) => {
    const edges = samplesOf(clause.edges, shares[n]!);
    return { ...clause, edges, edgesOmitted: clause.edges.length - edges.length };
  });
}

/** How much of its demand each gets: all of it, or an even share of what smaller demands leave. */
function sharesOf(wanted: readonly number[]): number[] {
  const shares = [...wanted];
  let left = inAll;
  const ascending = [...wanted.keys()].toSorted((one, other) => wanted[one]! - wanted[other]!);
  for (const [n, index] of ascending.entries()) {
    shares[index] = Math.min(wanted[index]!, Math.floor(left / (ascending.length - n)));
    left -= shares[index];
  }
  return shares;
}

function samplesOf(edges: readonly Edge[], count: number): Edge[] {
  const failing = edges.filter(({ problems }) => problems.length > 0);
  const kept = edges.filter(({ problems }) => problems.length === 0);
  if (edges.length <= count) return [...failing, ...kept];
  const some = spread(failing, count);
  return [...some, ...spread(kept, count - some.length)];
}

/** At most `count` of them, taken from the pairs in turn. */
function spread(edges: readonly Edge[], count: number): Edge[] {
  if (edges.length <= count) return [...edges];
  const byPair = [...Map.groupBy(edges, pairOf).values()];
  const chosen: Edge[] = [];
  for (let turn = 0; chosen.length < count; turn += 1)
    for (const mine of byPair) if (turn < mine.length && chosen.length < count) chosen.push(mine[turn]!);
  return chosen;
}

function pairOf({ from, to, protocol, family, problems }: Edge): string {
  return [from.node, to.node, to.via?.kind, protocol, family, problems[0]].join(' ');
}
