/** Flows that are cut off: all that is short passes, and from some datagram or byte on nothing does. However that shows in one dial or another, it is one fault. */
import type { Edge } from '../../../verdict/run.ts';
import type { Fold } from '../explained.ts';
import { isCutOff } from './is-cut-off.ts';
import type { Leg, Observation } from '../observations.ts';
import { matches, narrowed } from '../pattern.ts';

/** Of what passes, what is longer than the flows that are cut off. */
export function asLong(failing: readonly Edge[], answered: readonly Observation[]): Observation[] {
  const cut = failing.filter(isCutOff);
  const datagrams = Math.max(0, ...cut.map(({ rounds }) => rounds.at(-1)?.cutOff?.most ?? 0));
  const bytes = Math.max(0, ...cut.map(({ size }) => size?.passes ?? 0));
  return answered.filter(({ edge: { protocol, size, attempts, recheck, rounds } }) =>
    protocol === 'TCP'
      ? (size?.bytes ?? 0) > bytes
      : // A first round has one flow, but for rechecks.
        size === undefined && recheck === undefined && rounds.length < 2 && attempts > datagrams,
  );
}

/**
 * With the protocol where only one is cut off: flows of the other are none that short. And with the direction where it is known of some dials, as it is of datagrams, and may be that of
 * all the others: of a stream it is never known, since it stalls without acknowledgements as well.
 */
export function specific(fold: Fold, failing: readonly Observation[]): Fold {
  const mine = new Set(fold.edges);
  const seen = failing.filter(({ edge }) => mine.has(edge));
  const known = seen.flatMap(({ suspect: [leg, ...others] }) => (leg === undefined || others.length > 0 ? [] : [leg]));
  const [protocol = null, other] = new Set(fold.edges.map((edge) => edge.protocol));
  const wide = { ...fold.pattern, protocol: other === undefined ? protocol : fold.pattern.protocol };
  const pattern = known.length === 0 ? wide : narrowed(wide, known);
  const legsOf = ({ suspect }: Observation): Leg[] => suspect.filter((leg) => matches(pattern, leg));
  return seen.every((one) => legsOf(one).length > 0)
    ? { ...fold, pattern, legs: seen.flatMap(legsOf) }
    : { ...fold, pattern: wide };
}

/** Flows that are held idle have carried so many packets by then, both ways, and what is said over them at the end. */
const packetsOfHeld = 20;

/**
 * Whether a dial fails as it would where flows of its protocol are cut off: of datagrams that were late some come, or none, and what was idle since it was cut off is silent.
 * Datagrams that were asked for again, calmly, tell themselves.
 */
export function mayBeCutOff({ symptom, edge }: Pick<Observation, 'symptom' | 'edge'>, { edges }: Fold): boolean {
  if (!edges.some(({ protocol }) => protocol === edge.protocol)) return false;
  if (symptom === 'lost' || symptom === 'lossy') return edge.protocol === 'UDP' && edge.standsWith > 0;
  const shortest = Math.min(...edges.flatMap(({ rounds }) => rounds.at(-1)?.cutOff?.fewest ?? []));
  return (symptom === 'forgotten' || symptom === 'responder forgotten') && shortest <= packetsOfHeld;
}

/** Takes up what fails on a way where flows are cut off; it is told with that. Returns whether it is. */
export function absorbCutOff(seen: Observation, folds: readonly Fold[]): boolean {
  const isOnWay = (fold: Fold): boolean => seen.suspect.some((leg) => matches(fold.pattern, leg));
  const found = folds.find((fold) => mayBeCutOff(seen, fold) && isOnWay(fold));
  found?.besides.push(seen.edge);
  return found !== undefined;
}
