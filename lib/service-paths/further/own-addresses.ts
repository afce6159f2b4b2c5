/** What works at the probes' own addresses: what is dead there is dead through a Service as well, and no fault of the Service's. */
import type { Probe } from '../../cluster/model.ts';
import type { Dialled, Exchanged, PlannedDial } from '../../mesh/dialled.ts';
import type { Destination } from '../../mesh/destination.ts';
import { everyPair, pathOf } from '../../mesh/pairs.ts';
import { isAnsweredByOthers, isSound } from '../../mesh/rounds/merge.ts';
import type { Session } from '../../verdict/session.ts';

export interface OwnAddresses {
  /** Whether dials like this may be expected to work: every way that it takes does, over the same protocol and family. */
  works: (dial: Pick<PlannedDial, 'from' | 'to' | 'protocol' | 'family'>) => boolean;
  /** The same of all protocols and families; of any. */
  worksWholly: (from: Probe, to: Destination) => boolean;
  worksAtAll: (from: Probe, to: Destination) => boolean;
}

type Needed = Pick<Session, 'pods' | 'nodes' | 'families' | 'exchange'>;

/** Reads it off the dials of the flat network, which all clauses share. Ways that were not dialled, since there are too many, are taken to work. */
export async function ownAddresses({ pods, nodes, families, exchange }: Needed): Promise<OwnAddresses> {
  const all = [...pods, ...nodes];
  const { dialled } = await exchange({ from: all, to: all, pairs: everyPair });
  const broken = new Set(dialled.filter((dial) => !isSound(dial) || isAnsweredByOthers(dial)).map(pathOf));
  const lossy = new Set(
    dialled
      .filter((dial) => dial.lossy)
      .flatMap(({ from, to, ...over }) => to.responders.map((pod) => linkOf([from, pod], over))),
  );
  const shared = sharing(all);
  // Who answers at an address that several have is chance, and may be another the next moment.
  const isBroken = ([from, to]: Way, over: Over): boolean =>
    shared.has(from) ||
    shared.has(to) ||
    broken.has(pathOf({ from, to: { id: to.uid }, ...over })) ||
    lossy.has(linkOf([from, to], over));
  const kinds = families.flatMap((family) => (['TCP', 'UDP'] as const).map((protocol) => ({ protocol, family })));
  const works: OwnAddresses['works'] = ({ from, to, ...over }) =>
    !waysThrough(from, to, { pods, nodes }).some((way) => isBroken(way, over));
  return {
    works,
    worksWholly: (from, to) => kinds.every((over) => works({ from, to, ...over })),
    worksAtAll: (from, to) => kinds.some((over) => works({ from, to, ...over })),
  };
}

/** Probes with an address that another has, too. */
function sharing(probes: readonly Probe[]): Set<Probe> {
  const owned = probes.flatMap((probe) => Object.values(probe.addresses).map((address) => ({ probe, address })));
  const byAddress = [...Map.groupBy(owned, ({ address }) => address).values()];
  return new Set(byAddress.filter(({ length }) => length > 1).flatMap((owners) => owners.map(({ probe }) => probe)));
}

type Way = readonly [one: Probe, other: Probe];
type Over = Pick<PlannedDial, 'protocol' | 'family'>;

/**
 * What loses some of its packets is no pair of probes, but what is between their nodes: of its dials a few show it, one way or the other, over one family or
 * the other. Of eight dials that lose 3 % none shows it once in 17 times.
 */
function linkOf(ends: Way, { protocol }: Pick<Over, 'protocol'>): string {
  return [...ends.map(({ node, kind }) => `${node} ${kind}`).toSorted(), protocol].join(' ');
}

export interface Judged {
  judged: Exchanged;
  /** Dials on ways that are dead at the probes' own addresses. */
  excused: Dialled[];
}

/** Sets aside the dials that say nothing about Services. */
export function judgedOf(exchanged: Exchanged, { works }: Pick<OwnAddresses, 'works'>): Judged {
  const { told = [], excused = [] } = Object.groupBy(exchanged.dialled, (dial) => (works(dial) ? 'told' : 'excused'));
  const nothing = told.length === 0 && excused.length > 0 ? { nothingToDial: 'nothing is left to judge' } : {};
  return { judged: { ...exchanged, dialled: told, ...nothing }, excused };
}

/**
 * Ordered pairs of probes whose ways a dial takes: to the pods behind the Service; by a node's port first to that node, and on from there, for which it must
 * be able to forward.
 */
function waysThrough(from: Probe, to: Destination, { pods, nodes }: Pick<Needed, 'pods' | 'nodes'>): Way[] {
  const at = to.via?.kind === 'NodePort' ? to.via.node : null;
  const there = at === null ? [] : [...nodes, ...pods].filter(({ node }) => node === at);
  const ways: Way[] = [
    ...there.map((probe) => [from, probe] as const),
    ...(at === null ? [from] : there).flatMap((probe) => to.responders.map((pod) => [probe, pod] as const)),
  ];
  return ways.filter(([one, other]) => one !== other);
}
