/** Dials through Services that keep to their own nodes. */
import { sameAddress } from '../../cluster/addresses.ts';
import { nameOfDial, type Dialled, type Exchanged } from '../../mesh/dialled.ts';
import { acrossNodes } from '../../mesh/pairs.ts';
import type { ExchangePlan } from '../../mesh/plan.ts';
import { unansweredTimes } from '../../mesh/times.ts';
import type { WorkKey } from '../../verdict/shared-work.ts';
import { furtherServices, type Needed } from './further-services.ts';
import { judgedOf, type OwnAddresses } from '../own-addresses/own-addresses.ts';
import { evenly } from '../../mesh/evenly.ts';

export interface ThroughLocalPolicies {
  /** By ClusterIP, from nodes with a pod behind it: one of the node's own answers. */
  internal: Exchanged;
  /** By the ports of nodes with a pod behind it, from other nodes: a pod of the dialled node answers, and sees who asked. */
  external: Exchanged;
  /** From, or by the port of, the node without such a pod: nobody answers. */
  nobody: Exchanged;
  /** Dials on ways that are dead at the pods' own addresses. */
  excused: Dialled[];
}

/** The same before it is known which of them say something. */
interface DialledLocalPolicies extends Record<'inside' | 'outside' | 'insideInVain' | 'outsideInVain', Exchanged> {
  /** From node to node, at their own addresses. */
  direct: Exchanged;
  own: OwnAddresses;
  refused: string | null;
}

const dialled: WorkKey<DialledLocalPolicies> = { name: 'dials through Services that keep to their nodes' };
const told: WorkKey<ThroughLocalPolicies> = { name: 'what dials through Services that keep to their nodes say' };

/** Nodes whose ports each node dials, at most, beside the one without a pod. */
const elsewhereAtMost = 6;

/**
 * Pods dial by ClusterIP only: what they send to a node's port may be taken for a dial to the Service itself, and so may what a node sends to
 * its own port. Once in a run. Throws what `createServices` throws.
 */
export function throughLocalPolicies(session: Needed): Promise<ThroughLocalPolicies> {
  return session.once(told, async () => judgeAll(await dialLocalPolicies(session)));
}

/** Only dials. Once in a run; throws the same. */
export function dialLocalPolicies(session: Needed): Promise<DialledLocalPolicies> {
  return session.once(dialled, () => dialAll(session));
}

async function dialAll(session: Needed): Promise<DialledLocalPolicies> {
  const { nodes, exchange } = session;
  const { places, internal, external, own, refused } = await furtherServices(session);
  const hasPods = { with: external.filter(({ mayAnswer }) => mayAnswer.size > 0), without: without(external) };
  const chosen = new Map(
    nodes.map((from, n) => {
      const others = hasPods.with.filter(({ via }) => via?.node !== from.node);
      return [from, new Set([...evenly(others, { most: elsewhereAtMost, from: n }), ...hasPods.without])];
    }),
  );
  const inside = {
    from: places.clients,
    to: [...internal.values()],
    pairs: (from, to) => to === internal.get(from.node) && own.worksAtAll(from, to),
  } satisfies Plan;
  const outside = {
    from: nodes,
    to: external,
    pairs: (from, to) => to.via?.node !== from.node && (chosen.get(from)?.has(to) ?? false) && own.worksAtAll(from, to),
  } satisfies Plan;
  const dialInVain = (plan: Plan): Promise<Exchanged> =>
    untilTold(() => exchange({ ...plan, ahead: true, times: unansweredTimes }));
  const direct = await exchange({ from: nodes, to: nodes, pairs: acrossNodes });
  const [one, two, three, four] = await Promise.all([
    exchange({ ...inside, to: inside.to.filter(({ mayAnswer }) => mayAnswer.size > 0) }),
    exchange({ ...outside, to: hasPods.with }),
    dialInVain({ ...inside, to: without(inside.to) }),
    dialInVain({ ...outside, to: hasPods.without }),
  ]);
  return { inside: one, outside: two, insideInVain: three, outsideInVain: four, direct, own, refused };
}

async function judgeAll(all: DialledLocalPolicies): Promise<ThroughLocalPolicies> {
  const { direct, own, refused } = all;
  const [one, two, three, four] = await Promise.all([
    judgedOf(all.inside, own),
    judgedOf(all.outside, own),
    judgedOf(notForbidden(all.insideInVain, own), own),
    judgedOf(notForbidden(all.outsideInVain, own), own),
  ]);
  const outer = fromOutside(two.judged, direct);
  const nobodyOuter = fromOutside(four.judged, direct);
  return {
    internal: one.judged,
    external: refused === null ? outer : { ...outer, nothingToDial: refused },
    nobody: {
      ...three.judged,
      dialled: [...three.judged.dialled, ...nobodyOuter.dialled],
      nothingToDial: three.judged.nothingToDial === null ? null : nobodyOuter.nothingToDial,
    },
    excused: [one, two, three, four].flatMap(({ excused }) => excused),
  };
}

/** Where the pods can be reached at their own addresses no policy of somebody else forbids it: that nobody answers is the Service's doing. */
function notForbidden(exchanged: Exchanged, own: OwnAddresses): Exchanged {
  const all = exchanged.dialled.map((dial) =>
    dial.maybeForbidden === true && own.works(dial) ? { ...dial, inconclusive: null } : dial,
  );
  return { ...exchanged, dialled: all };
}

/**
 * Leaves out dials that their node's kernel sent straight to a pod: Cilium translates at the socket what a node dials. Such a dial comes from inside, to
 * which no policy for those from outside applies. Two things tell. By a tunnel to the pod it has another address of its own than towards other nodes.
 * And a pod elsewhere than on the dialled node sees the dialling node's own address and port: had the dialled node passed it on, it would have translated
 * both, since otherwise the answer would not come back by it. (One that lets answers go straight back, as in Cilium's DSR mode, looks the same, and has no
 * verdict.)
 */
function fromOutside(judged: Exchanged, direct: Exchanged): Exchanged {
  const own = Map.groupBy(direct.dialled, diallerOf);
  const isOutside = (dial: Dialled): boolean => {
    if (isSeenElsewhere(dial)) return false;
    const usual = own.get(diallerOf(dial))?.flatMap(({ record }) => record?.local?.address ?? []) ?? [];
    const here = dial.record?.local?.address;
    return here === undefined || usual.length === 0 || usual.includes(here);
  };
  const left = judged.dialled.filter(isOutside);
  if (left.length > 0 || judged.dialled.length === 0) return { ...judged, dialled: left };
  const nothingToDial =
    'what nodes dial by the ports of others is translated at their sockets: no dial from outside could be made';
  return { ...judged, dialled: [], nothingToDial };
}

/** A pod of another node than the one dialled got it, as it left the dialler's socket. */
function isSeenElsewhere({ to, record }: Dialled): boolean {
  const local = record?.local ?? null;
  if (local === null) return false;
  return record!.views.some(
    ({ who, peer }) =>
      who.node !== to.via?.node && sameAddress(peer.address, local.address) && peer.port === local.port,
  );
}

function diallerOf({ from, family }: Dialled): string {
  return `${from.uid} ${family}`;
}

type Plan = Omit<ExchangePlan, 'families'>;

/** A probe that stood still may have missed an answer: then all is dialled once more, and what was told before counts. */
async function untilTold(dial: () => Promise<Exchanged>, triesLeft = 2): Promise<Exchanged> {
  const exchanged = await dial();
  if (triesLeft === 0 || !exchanged.dialled.some(isOpen)) return exchanged;
  const again = await untilTold(dial, triesLeft - 1);
  const later = new Map(again.dialled.map((one) => [nameOfDial(one), one]));
  return {
    ...exchanged,
    dialled: exchanged.dialled.map((one) => (isOpen(one) ? (later.get(nameOfDial(one)) ?? one) : one)),
  };
}

function isOpen({ inconclusive, maybeForbidden }: Dialled): boolean {
  return inconclusive !== null && maybeForbidden !== true;
}

function without<D extends { mayAnswer: ReadonlySet<string> }>(all: readonly D[]): D[] {
  return all.filter(({ mayAnswer }) => mayAnswer.size === 0);
}
