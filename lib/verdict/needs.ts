/** What clauses need beside probes that dial each other, and what follows from it for the run. */
import type { Extra, Extras } from '../cluster/model.ts';
import type { LatencyForm, PoliciesForm } from './session.ts';

/**
 * What is made (an `Extra`; `policies`: NetworkPolicies, in the form of --policies), or: `latency`: it measures through Services in the form of --latency, and makes none when that is off.
 * `further services`: beside those of plain ClusterIPs; they are made while other clauses are checked.
 * `load`: with --headroom it loads the network, through Services.
 * `first contacts`: between nodes, before anything else is dialled.
 * `held flows`: open and idle from the beginning on; it is carried out last.
 * `moved pod`: on one node and then on another; it is carried out late, when that has been done.
 * `every node`: it judges the nodes without a probe, too, so that the run need not.
 */
export type Need = Extra | 'further services' | 'latency' | 'load' | 'first contacts' | 'held flows' | 'every node';

/** The options that a need depends on. */
export interface Allowed {
  latency: LatencyForm;
  headroom: boolean;
  policies: PoliciesForm;
}

interface Meaning {
  /** Whether it is needed where so much is allowed; left out: always. */
  isNeeded?: (allowed: Allowed) => boolean;
  extras: readonly Extra[];
  /** How to do without it; left out: without the clause. */
  without?: string;
  /** Clauses with it are carried out after those of lower turns; left out: 0. */
  turn?: number;
}

const meanings: Readonly<Record<Need, Meaning>> = {
  services: { extras: ['services'] },
  'further services': { extras: ['services'] },
  'fresh pods': { extras: ['fresh pods'] },
  // It takes its time in the background.
  'moved pod': { extras: ['moved pod'], turn: 1 },
  latency: { isNeeded: ({ latency }) => latency !== 'off', extras: ['services'], without: 'with --latency off' },
  load: { isNeeded: ({ headroom }) => headroom, extras: ['services'], without: 'without --headroom' },
  'first contacts': { extras: [] },
  // Used once they have been idle for as long as the run takes, or longer.
  'held flows': { extras: [], turn: 2 },
  // They are tried through Services as well.
  policies: {
    isNeeded: ({ policies }) => policies !== 'off',
    extras: ['policies', 'services'],
    without: 'with --policies off',
  },
  'every node': { extras: [] },
};

interface Needing {
  id: string;
  needs?: readonly Need[];
}

/** All that these clauses need where so much is allowed. */
export function neededBy(clauses: readonly Needing[], allowed: Allowed): ReadonlySet<Need> {
  return new Set(clauses.flatMap((clause) => needsOf(clause, allowed)));
}

/** What has to be made for these clauses where so much is allowed. */
export function extrasOf(clauses: readonly Needing[], allowed: Allowed): Extras {
  const made = clauses.flatMap((clause) =>
    needsOf(clause, allowed).flatMap((need) => {
      const { extras, without = `without the clause ${clause.id}` } = meanings[need];
      return extras.map((extra) => ({ extra, without }));
    }),
  );
  const ways = [...Map.groupBy(made, ({ extra }) => extra)].map(
    ([extra, all]) => [extra, [...new Set(all.map(({ without }) => without))].join(' and ')] as const,
  );
  return new Map(ways);
}

/** These clauses in the order in which they are carried out. */
export function inTheirTurns<T extends Needing>(clauses: readonly T[]): T[] {
  const turnOf = ({ needs = [] }: T): number => Math.max(0, ...needs.map((need) => meanings[need].turn ?? 0));
  return clauses.toSorted((one, other) => turnOf(one) - turnOf(other));
}

function needsOf({ needs = [] }: Needing, allowed: Allowed): Need[] {
  return needs.filter((need) => meanings[need].isNeeded?.(allowed) ?? true);
}
