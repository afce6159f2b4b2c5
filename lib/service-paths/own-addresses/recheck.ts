/** What Services' failing dials are compared with when they fail: what worked at the beginning may have died meanwhile. */
import { kindOf, type Destination } from '../../mesh/destination.ts';
import type { Dialled } from '../../mesh/dialled.ts';
import { pairOf, pathOf, type Ends } from '../../mesh/pairs.ts';
import type { Session } from '../../verdict/session.ts';
import { dialWays } from './dial-ways.ts';
import { isFailing, linkOf, waysThrough } from './ways.ts';

/** Of dials through Services that failed: what a recheck of their ways found. What is in neither is the Service's. */
export interface Rechecked {
  /** A way of theirs is dead by now, and a clause of this run fails for that. */
  dead: ReadonlySet<Dialled>;
  /** Why they say nothing: it was not found out, or no clause of this run fails for it. */
  doubts: ReadonlyMap<Dialled, string>;
}

type Needed = Parameters<typeof dialWays>[1] & Pick<Session, 'breaksPromise'>;

/** Rechecks the ways of failing dials, for which the flat network's clauses answer. `there`: see `dialWays`. */
export async function recheck(failing: readonly Dialled[], session: Needed, there?: Destination): Promise<Rechecked> {
  const dead = new Set<Dialled>();
  const doubts = new Map<Dialled, string>();
  const { dialled, covered } = await dialWays(failing, session, there);
  const broken = dialled.filter(isFailing);
  if (broken.length === 0 && covered.size === failing.length) return { dead, doubts };
  const waysOf = waysThrough(session);
  const brokenOf = amongWays(broken);
  for (const [first, ...others] of Map.groupBy(failing, pairOf).values()) {
    if (first === undefined) continue;
    const ways = broken.length === 0 ? [] : waysOf(first.from, there ?? first.to);
    for (const dial of [first, ...others]) {
      const found = brokenOf(ways, dial);
      if (found.some(session.breaksPromise)) dead.add(dial);
      else if (found.length > 0) doubts.set(dial, whyInDoubt(found));
      else if (!covered.has(dial)) doubts.set(dial, 'its way was not rechecked: too many dials failed');
    }
  }
  return { dead, doubts };
}

/** Of some ways, the rechecks that failed: their own, or for the packets that are lost on what they have in common with others. */
function amongWays(broken: readonly Dialled[]): (ways: readonly Ends[], dial: Dialled) => Dialled[] {
  const byPath = Map.groupBy(broken, pathOf);
  const byLink = Map.groupBy(
    broken.filter(({ lossy }) => lossy),
    linkOf,
  );
  return (ways, dial) => {
    const { protocol, family } = dial;
    const found = ways.flatMap((way) => [
      ...(byPath.get(pathOf({ ...way, protocol, family })) ?? []).filter(
        ({ size }) => dial.lossy || size?.bytes === dial.size?.bytes,
      ),
      ...(byLink.get(linkOf({ ...way, protocol })) ?? []),
    ]);
    return found.filter((one) => mayExplain(one, dial));
  };
}

/** Where it is less likely than this, what got nothing through did not do so by chance. */
const byChance = 1e-5;

/** A way that loses some of its packets is no reason why nothing at all is answered. */
function mayExplain({ lossy, attempts, answered }: Dialled, dial: Dialled): boolean {
  return !lossy || dial.answered > 0 || ((attempts - answered) / attempts) ** dial.attempts >= byChance;
}

function whyInDoubt(found: readonly Dialled[]): string {
  const known = found.find(isKnown);
  if (known !== undefined) {
    const { from, to, lossy } = known;
    const large = known.size === undefined ? '' : ` with ${known.size.bytes} bytes`;
    const what = lossy ? 'loses packets on the way to' : `does not reach${large}`;
    return `${from.node}/${from.name} ${what} ${to.name} at its own address either by now, and no MUST clause that was selected answers for that: select ${clauseOf(known)} as well`;
  }
  const why = found[0]?.inconclusive ?? found[0]?.record?.error ?? 'it is not known what came of it';
  return `its way could not be rechecked at the probes' own addresses: ${why}`;
}

function isKnown({ record, inconclusive }: Dialled): boolean {
  return record !== null && record.outcome !== 'inconclusive' && inconclusive === null;
}

/** The clause that promises this way. */
function clauseOf({ from, to, size }: Pick<Dialled, 'from' | 'to' | 'size'>): string {
  if (size !== undefined) return 'protocols/any-size';
  const where = from.node === to.node ? 'same-node' : 'across-nodes';
  const ends = `flat-network/${from.kind}-to-${kindOf(to)}`;
  return ends.endsWith('pod-to-pod') ? `${ends}-${where}` : ends;
}
