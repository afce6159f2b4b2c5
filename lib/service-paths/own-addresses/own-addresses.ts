/** What works at the probes' own addresses: what is dead there is dead through a Service as well, and no fault of the Service's. */
import type { Probe } from '../../cluster/model.ts';
import type { Destination } from '../../mesh/destination.ts';
import type { Dialled, Exchanged, PlannedDial } from '../../mesh/dialled.ts';
import { everyPair, pathOf, type Ends } from '../../mesh/pairs.ts';
import type { Session } from '../../verdict/session.ts';
import { recheck, type Rechecked } from './recheck.ts';
import { isFailing, linkOf, mayBeOfItsWay, waysThrough, type Over } from './ways.ts';

export interface OwnAddresses {
  /** Whether dials like this may be expected to work: every way that it takes does, over the same protocol and family. */
  works: (dial: Pick<PlannedDial, 'from' | 'to' | 'protocol' | 'family'>) => boolean;
  /** The same of all protocols and families; of any. */
  worksWholly: (from: Probe, to: Destination) => boolean;
  worksAtAll: (from: Probe, to: Destination) => boolean;
  /** Rechecks the ways of failing dials: they may have died since. `there`: where these should have arrived; left out: where they were dialled. */
  recheck: (failing: readonly Dialled[], there?: Destination) => Promise<Rechecked>;
}

type Needed = Parameters<typeof recheck>[1] & Pick<Session, 'families'>;

/** Reads it off the dials of the flat network, which all clauses share. Ways that were not dialled, since there are too many, are taken to work. */
export async function ownAddresses(session: Needed): Promise<OwnAddresses> {
  const { pods, nodes, families, exchange } = session;
  const all = [...pods, ...nodes];
  const { dialled } = await exchange({ from: all, to: all, pairs: everyPair });
  const broken = new Set(dialled.filter(isFailing).map(pathOf));
  const lossy = new Set(dialled.filter((dial) => dial.lossy).map(linkOf));
  const shared = sharing(all);
  // Who answers at an address that several have is chance, and may be another the next moment.
  const isBroken = (way: Ends & Over): boolean =>
    shared.has(way.from.uid) ||
    shared.has(way.to.id) ||
    broken.has(pathOf(way)) ||
    (lossy.size > 0 && lossy.has(linkOf(way)));
  const kinds = families.flatMap((family) => (['TCP', 'UDP'] as const).map((protocol) => ({ protocol, family })));
  const waysOf = waysThrough(session);
  const works: OwnAddresses['works'] = ({ from, to, protocol, family }) =>
    !waysOf(from, to).some((way) => isBroken({ ...way, protocol, family }));
  return {
    works,
    worksWholly: (from, to) => kinds.every((over) => works({ from, to, ...over })),
    worksAtAll: (from, to) => kinds.some((over) => works({ from, to, ...over })),
    recheck: (failing, there) => recheck(failing, session, there),
  };
}

/** Uids of probes with an address that another has, too. */
export function sharing(probes: readonly Probe[]): Set<string> {
  const owned = probes.flatMap(({ uid, addresses }) => Object.values(addresses).map((address) => ({ uid, address })));
  const byAddress = [...Map.groupBy(owned, ({ address }) => address).values()];
  return new Set(byAddress.filter(({ length }) => length > 1).flatMap((owners) => owners.map(({ uid }) => uid)));
}

export interface Judged {
  judged: Exchanged;
  /** Dials on ways that are dead at the probes' own addresses. */
  excused: Dialled[];
}

/** Sets aside the dials that say nothing about Services: where their ways were dead at the beginning, or are when they fail. */
export async function judgedOf(exchanged: Exchanged, own: Pick<OwnAddresses, 'works' | 'recheck'>): Promise<Judged> {
  const { open = [], excused = [] } = Object.groupBy(exchanged.dialled, (dial) =>
    own.works(dial) ? 'open' : 'excused',
  );
  const { dead, doubts } = await own.recheck(open.filter(mayBeOfItsWay));
  const told = open
    .filter((dial) => !dead.has(dial))
    .map((dial) => {
      const doubt = doubts.get(dial);
      return doubt === undefined ? dial : { ...dial, inconclusive: doubt };
    });
  const nothing =
    told.length === 0 && dead.size + excused.length > 0 ? { nothingToDial: 'nothing is left to judge' } : {};
  return { judged: { ...exchanged, dialled: told, ...nothing }, excused: [...excused, ...dead] };
}
