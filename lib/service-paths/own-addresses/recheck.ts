/** What Services' failing dials are compared with when they fail: what worked at the beginning may have died meanwhile. */
import type { Destination } from '../../mesh/destination.ts';
import type { Dialled } from '../../mesh/dialled.ts';
import { pathOf } from '../../mesh/pairs.ts';
import type { Session } from '../../verdict/session.ts';
import { isFailing, linkOf, waysThrough, type Way } from './ways.ts';

/** Of dials through Services that failed: what their ways at the probes' own addresses were found to be then. What is in neither is the Service's. */
export interface AskedAgain {
  /** A way of theirs is dead by now, and a clause of this run says so. */
  dead: ReadonlySet<Dialled>;
  /** Why they say nothing: it was not found out, or no clause of this run says so. */
  doubts: ReadonlyMap<Dialled, string>;
}

/** Pairs of probes that are dialled again, over each protocol; of more, an even share. */
const askedAtMost = 2_000;

type Needed = Pick<Session, 'pods' | 'nodes' | 'exchange' | 'tells'>;

/** Dials the ways of failing dials once more, for which the flat network's clauses answer. Where none failed, nothing is dialled. `there`: where they should have arrived; left out: where they were dialled. */
export async function askAgain(failing: readonly Dialled[], session: Needed, there?: Destination): Promise<AskedAgain> {
  const ways = new Map(failing.map((dial) => [dial, waysThrough(dial.from, there ?? dial.to, session)]));
  const byProtocol = [...Map.groupBy(failing, ({ protocol }) => protocol)];
  const again = await Promise.all(
    byProtocol.map(([protocol, some]) =>
      dialAgain(
        some.flatMap((dial) => ways.get(dial) ?? []),
        { protocol, session },
      ),
    ),
  );
  const found = newlyFailing(again.flat());
  const verdicts = failing.map((dial) => [dial, verdictOn(found(dial, ways.get(dial) ?? []), session)] as const);
  return {
    dead: new Set(verdicts.flatMap(([dial, verdict]) => (verdict === 'dead' ? [dial] : []))),
    doubts: new Map(
      verdicts.flatMap(([dial, verdict]) =>
        verdict === null || verdict === 'dead' ? [] : [[dial, verdict.doubt] as const],
      ),
    ),
  };
}

async function dialAgain(
  ways: readonly Way[],
  { protocol, session }: { protocol: Dialled['protocol']; session: Needed },
): Promise<Dialled[]> {
  const pairs = new Set(ways.map(nameOf));
  if (pairs.size === 0) return [];
  const { dialled } = await session.exchange({
    from: [...new Set(ways.map(([one]) => one))],
    to: [...new Set(ways.map(([, other]) => other))],
    pairs: (from, { responders: [other] }) => other !== undefined && pairs.has(nameOf([from, other])),
    protocols: [protocol],
    maxPairs: askedAtMost,
    recheck: true,
  });
  return dialled;
}

/** Of a dial's ways, those that failed now: themselves, or for the packets that are lost on what they have in common with others. */
function newlyFailing(again: readonly Dialled[]): (dial: Dialled, ways: readonly Way[]) => Dialled[] {
  const failing = again.filter(isFailing);
  const byPath = Map.groupBy(failing, pathOf);
  const byLink = Map.groupBy(
    failing.filter(({ lossy }) => lossy),
    (dial) => linkOf([dial.from, dial.to.responders[0] ?? dial.from], dial),
  );
  return ({ protocol, family }, ways) =>
    ways.flatMap(([from, to]) => [
      ...(byPath.get(pathOf({ from, to: { id: to.uid }, protocol, family })) ?? []),
      ...(byLink.get(linkOf([from, to], { protocol })) ?? []),
    ]);
}

/** null: its ways work. */
function verdictOn(failing: readonly Dialled[], { tells }: Needed): 'dead' | { doubt: string } | null {
  if (failing.length === 0) return null;
  if (failing.some(tells)) return 'dead';
  const known = failing.find(isKnown);
  if (known === undefined) {
    const why = failing[0]?.inconclusive ?? failing[0]?.record?.error ?? 'it is not known what came of it';
    return { doubt: `its way could not be dialled again at the probes' own addresses: ${why}` };
  }
  return {
    doubt: `${known.from.node}/${known.from.name} does not reach ${known.to.name} at its own address any more either, and no clause that was selected answers for that: add --clause flat-network`,
  };
}

function isKnown({ record, inconclusive }: Dialled): boolean {
  return record !== null && record.outcome !== 'inconclusive' && inconclusive === null;
}

function nameOf([one, other]: Way): string {
  return `${one.uid} ${other.uid}`;
}
