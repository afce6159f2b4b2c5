import type { Probe } from '../cluster/model.ts';
import type { Family, Protocol } from '../conversations/basics.ts';
import { destinationOf, kindOf, type Destination } from './destination.ts';
import type { Lengths, PlannedDial, Size } from './dialled.ts';
import { rotated } from './evenly.ts';
import type { PairRule } from './pairs.ts';
import { moreMs } from './stretched.ts';
import type { ExchangeTimes } from './times.ts';
import type { Traffic } from './traffic.ts';

/** Who dials whom, over what. */
export interface ExchangePlan {
  from: Probe[];
  /** Probes stand for destinations: at their own addresses, where they listen. */
  to: (Probe | Destination)[];
  pairs: PairRule;
  families: Family[];
  protocols?: Protocol[];
  /** Of the pairs' ways only these; left out: all. */
  ways?: (way: Way) => boolean;
  /** Ports for the n-th pair; left out: the port where the target listens. */
  ports?: (pair: { from: Probe; to: Destination; index: number }) => number[];
  /** From which port, where it can be had; 0: the kernel's choice. */
  sourcePort?: (way: Way) => number;
  /** How much is sent, one dial each; left out: a few bytes. */
  sizes?: (way: Way) => Size[];
  /** Of all lengths, in one flow; null, or left out: of one length. */
  lengths?: (way: Way) => Lengths | null;
  /** Ordered pairs above which an even share is dialled; left out: `maxPairs`. */
  maxPairs?: number;
  /** UDP: datagrams a dial; left out: `ExchangeTimes.datagrams`. */
  datagrams?: number;
  times?: Partial<ExchangeTimes>;
  /** Flows are left open, two a way: over the one the dialler speaks first once they were idle, over the other the responder. See `PlannedDial`. */
  hold?: true;
  /** See `PlannedDial`. */
  closes?: true;
  /** See `PlannedDial`. */
  lasting?: true;
  /** See `PlannedDial`. */
  firstContact?: true;
  /** See `PlannedDial`. */
  recheck?: true;
  /** Sent ahead of what counts: nothing is asked again, and nothing noted. */
  ahead?: true;
  /** NetworkPolicies that were made for it. */
  under?: UnderPolicies;
}

/** NetworkPolicies that stand while an exchange is made. What fails under them is not asked once more at the end, when they are gone. */
export interface UnderPolicies {
  names: readonly string[];
  /** How long an answer is waited for on a fast network, ms, where none is expected: such a dial is made once, and silence is no loss. null: as usual. */
  patienceMs: (dial: Omit<PlannedDial, 'nonce'>) => number | null;
}

/** Who dials whom, over what. */
export type Way = Pick<PlannedDial, 'from' | 'to' | 'protocol' | 'family'>;

/**
 * More ordered pairs than that are not all dialled (105 nodes have fewer): pairs of one node are, of the others an even share.
 * A fault of a node shows in any share; what is left out is said.
 */
export const maxPairs = 100_000;

/** Round trips that are told to who dials, ms: nearer nodes answer long before a SYN is sent again. */
const farMs = 100;

/** Between the nodes that are farthest apart, and until a connection of one pair is open, ms; 0: not known. */
interface Trips {
  longestMs: number;
  handshakeMs: number;
}

/** What keeps the dials of a run apart, and how long they take: see `Traffic`. */
type Naming = Pick<Traffic, 'newNonce' | 'offset' | 'roundTrips'>;

/**
 * The dials of each source, in the order in which it works through them.
 * Source n starts at the n-th of its targets, so that no two sources call on the same target at the same moment.
 */
export function planDials(plan: ExchangePlan, { newNonce, offset, roundTrips }: Naming): Map<Probe, PlannedDial[]> {
  const planned = new Map<Probe, PlannedDial[]>();
  const destinations = plan.to.map(destinationOf);
  let index = 0;
  const longestMs = roundTrips.longestMs;
  const areFar = longestMs >= farMs;
  const share = Math.min(1, (plan.maxPairs ?? maxPairs) / countPairs(plan));
  for (const [n, from] of plan.from.entries()) {
    const dials: PlannedDial[] = [];
    const targets = destinations.filter((to) => plan.pairs(from, to));
    for (const [distance, to] of rotated(targets, n).entries()) {
      if (from.node !== to.node && !isOfShare(distance + offset, share)) continue;
      const ports = plan.ports?.({ from, to, index }) ?? null;
      index += 1;
      const trips = { longestMs, handshakeMs: areFar ? roundTrips.handshakeMs({ from, to }) : 0 };
      dials.push(...dialsOf({ from, to, ports, plan, newNonce, trips }));
    }
    if (dials.length > 0) planned.set(from, dials);
  }
  return planned;
}

/** Probes and destinations that lack an address of a family which others of their kind have: "node-2/node has no IPv6 address". */
export function lackingFamilies(plan: Pick<ExchangePlan, 'from' | 'to' | 'families'>): string[] {
  const all = [...plan.from, ...plan.to].map(destinationOf);
  const ends = [...new Map(all.map((one) => [one.id, one])).values()];
  return plan.families.flatMap((family) => {
    const having = new Set(ends.filter((one) => one.addresses[family] !== undefined).map(kindOf));
    return ends
      .filter((one) => one.addresses[family] === undefined && having.has(kindOf(one)))
      .map(({ name }) => `${name} has no ${family} address`);
  });
}

/** Ordered pairs of a probe and a destination that the plan names. */
export function countPairs({ from, to, pairs }: Pick<ExchangePlan, 'from' | 'to' | 'pairs'>): number {
  const destinations = to.map(destinationOf);
  return from.reduce((sum, one) => sum + destinations.filter((other) => pairs(one, other)).length, 0);
}

/** Even steps: a source dials targets all around the ring, and every target is dialled as often as any other. */
function isOfShare(distance: number, share: number): boolean {
  return Math.floor(distance * share) !== Math.floor((distance + 1) * share);
}

function dialsOf(
  options: {
    from: Probe;
    to: Destination;
    ports: number[] | null;
    plan: ExchangePlan;
    trips: Trips;
  } & Pick<Naming, 'newNonce'>,
): PlannedDial[] {
  const { from, to, ports, plan, newNonce, trips } = options;
  const dials: PlannedDial[] = [];
  for (const asked of ports ?? [null])
    for (const family of plan.families) {
      const address = to.addresses[family];
      if (address === undefined || from.addresses[family] === undefined) continue;
      for (const protocol of plan.protocols ?? (['TCP', 'UDP'] as const)) {
        const port = asked ?? to.ports[protocol];
        if (port === undefined || plan.ways?.({ from, to, protocol, family }) === false) continue;
        const sourcePort = plan.sourcePort?.({ from, to, protocol, family }) ?? 0;
        const dial = {
          from,
          to,
          protocol,
          family,
          address,
          port,
          ...(sourcePort === 0 ? {} : { sourcePort }),
          ...(plan.closes === true && protocol === 'TCP' ? { closes: plan.closes } : {}),
          ...(plan.hold === true ? { hold: plan.hold } : {}),
          ...lengthsOf({ from, to, protocol, family }, plan),
          ...(plan.lasting === true ? { lasting: plan.lasting } : {}),
          ...(plan.firstContact === true ? { firstContact: plan.firstContact } : {}),
          ...(plan.recheck === true ? { recheck: plan.recheck } : {}),
        };
        const handshake = protocol === 'TCP' && trips.handshakeMs >= farMs ? { handshakeMs: trips.handshakeMs } : {};
        const planned = { ...dial, ...handshake, ...underPolicies(dial, plan, trips.longestMs) };
        if (plan.sizes === undefined) dials.push({ nonce: newNonce(), ...planned });
        else for (const size of plan.sizes(dial)) dials.push({ nonce: newNonce(), ...planned, size });
        if (plan.hold === true) dials.push({ nonce: newNonce(), ...planned, first: 'responder' });
      }
    }
  return dials;
}

function lengthsOf(way: Way, { lengths: of }: ExchangePlan): Pick<PlannedDial, 'lengths'> {
  const lengths = of?.(way) ?? null;
  return lengths === null ? {} : { lengths };
}

function underPolicies(
  dial: Omit<PlannedDial, 'nonce'>,
  { under }: ExchangePlan,
  roundTripMs: number,
): Pick<PlannedDial, 'under'> {
  if (under === undefined) return {};
  const patienceMs = under.patienceMs(dial);
  const longer = moreMs(dial.protocol, roundTripMs);
  return { under: { names: under.names, patienceMs: patienceMs === null ? null : patienceMs + longer } };
}
