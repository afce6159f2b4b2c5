import type { Probe } from '../cluster/model.ts';
import type { Dialled, Exchanged, Size } from '../mesh/dialled.ts';
import { kindOf } from '../mesh/destination.ts';
import { endsOf, firstOfEachNode, pairsOf, pathOf, type PairRule } from '../mesh/pairs.ts';
import type { ExchangePlan, Way } from '../mesh/plan.ts';
import { isSound } from '../mesh/rounds/merge.ts';
import { askPathMtus } from '../mesh/sizes/path-mtu.ts';
import {
  fragmentedSizes,
  isOfOneKind,
  leastSize,
  sizeAhead,
  wholeSizes,
  type PathMtus,
} from '../mesh/sizes/planned.ts';
import { sendLong, type Long } from '../mesh/sizes/long.ts';
import { searchLargest, type Exchange } from '../mesh/sizes/search.ts';
import { searchLeast } from '../mesh/sizes/search-least.ts';
import { aheadTimes, fragmentTimes, lastingTimes, wholeTimes } from '../mesh/times.ts';
import { measurementOf, type Measurement } from '../verdict/measurement.ts';
import type { Facts } from './facts.ts';

/** The dials of all sizes that a packet may have. */
export interface Sized {
  /** A few bytes: the control. */
  small: Exchanged;
  /** Connections of a few bytes that come to their ends, where small ones are sound. */
  closed: Exchanged;
  /** Only on paths where the small ones are sound. */
  whole: Exchanged;
  /** As little as a datagram of the probes' can be, likewise. */
  least: Exchanged;
  /** Flows of many datagrams, between pods. */
  lasting: Exchanged;
  /** And some that are much longer. */
  long: Long;
  pathMtus: PathMtus;
}

/** Clauses about sizes share it. */
export const sizes: { readonly name: string; readonly gives?: Sized } = { name: 'sizes' };

/** The most ordered pairs: those of some 45 nodes. Of more, an even share is dialled, a different one in each run. */
const pairsAtMost = 8_000;

/** With some 160 packets each: those of some 31 nodes. Of more, likewise. */
const lastingAtMost = 1_000;

/** A network of one site takes a hundredth of it. */
const slowMs = 2_000;

interface Tools {
  pods: Probe[];
  nodes: Probe[];
  exchange: Exchange;
}

/** Sends as much as a packet may contain, and as little, between the nodes' pods and the nodes, and searches for the size that does arrive where that does not. */
export async function sendSizes({ pods, nodes, exchange }: Tools): Promise<Sized> {
  const all = [...pods, ...nodes];
  const plan = { from: all, to: all, pairs: firstOfEachNode(all) };
  const small = await exchange(plan);
  const sound = small.dialled.filter((dial) => isSound(dial));
  const tried = { ...plan, maxPairs: pairsAtMost };
  const overTcp = onWaysOf(sound.filter(({ protocol }) => protocol === 'TCP'));
  const overUdp = onWaysOf(sound.filter(({ protocol }) => protocol === 'UDP'));
  const closed = await exchange({ ...tried, ...overTcp, closes: true });
  const ahead = await exchange({ ...tried, ...overUdp, sizes: sizeAhead, times: aheadTimes, ahead: true });
  const pathMtus = await askPathMtus(ahead.dialled);
  const wholeOf = (way: Way): Size[] => wholeSizes(way, pathMtus);
  const leastOf = (way: Way): Size => leastSize(way, pathMtus);
  const sized = onWaysOf(sound.filter((dial) => wholeOf(dial).length > 0));
  const whole = await exchange({ ...tried, ...sized, sizes: wholeOf, times: wholeTimes });
  await searchLargest(whole.dialled, exchange);
  const least = await exchange({ ...tried, ...overUdp, sizes: (way) => [leastOf(way)], times: wholeTimes });
  await searchLeast(least.dialled, exchange);
  const betweenPods: PairRule = (from, to) => from.kind === 'pod' && kindOf(to) === 'pod' && overUdp.pairs(from, to);
  const lasting = await exchange({
    ...tried,
    ...overUdp,
    pairs: betweenPods,
    maxPairs: lastingAtMost,
    lasting: true,
    times: lastingTimes,
  });
  const long = await sendLong({
    probes: all,
    small: small.dialled,
    known: [...whole.dialled, ...least.dialled],
    sizes: (way) => (sized.ways(way) ? wholeOf(way) : []),
    least: leastOf,
    exchange,
  });
  return { small, closed, whole, least, lasting, long, pathMtus };
}

/** What these dials have dialled, and no other way of their pairs. */
function onWaysOf(
  dials: readonly Dialled[],
): Pick<ExchangePlan, 'pairs' | 'protocols'> & { ways: (way: Way) => boolean } {
  const ways = new Set(dials.map(pathOf));
  const protocols = [...new Set(dials.map(({ protocol }) => protocol))];
  return { pairs: pairsOf(dials), protocols, ways: (way) => ways.has(pathOf(way)) };
}

/** Sends datagrams that need several fragments, on paths where all that fill one packet arrive, in both directions, and searches for the size that does arrive. */
export async function sendFragments(
  { whole, pathMtus }: Sized,
  { exchange }: Pick<Tools, 'exchange'>,
): Promise<Exchanged> {
  const datagrams = [...Map.groupBy(datagramsOf(whole).dialled, pathOf).values()];
  const lost = new Set(
    datagrams
      .flat()
      .filter((dial) => !isSound(dial))
      .flatMap(pathsBack),
  );
  const working = datagrams
    .filter((dials) => dials.every((dial) => isSound(dial) && !lost.has(pathOf(dial))))
    .flatMap(([first]) => first ?? []);
  const plan = { ...endsOf(working), ...onWaysOf(working) };
  const fragments = (way: Way): Size[] => fragmentedSizes(way, pathMtus);
  // A smaller interface on the way says so to the first one.
  await exchange({ ...plan, sizes: (way) => fragments(way).slice(0, 1), times: aheadTimes, ahead: true });
  const fragmented = await exchange({ ...plan, sizes: fragments, times: fragmentTimes });
  await searchLargest([...datagramsOf(whole).dialled, ...fragmented.dialled], exchange);
  return fragmented;
}

/** The paths the other way: their answers, which may be larger than what was asked, are lost where this is. */
function pathsBack({ from, to, ...over }: Way): string[] {
  return to.responders.map((one) => pathOf({ ...over, from: one, to: { id: from.uid } }));
}

/** Datagrams only. */
export function datagramsOf(exchanged: Exchanged): Exchanged {
  return { ...exchanged, dialled: exchanged.dialled.filter(({ protocol }) => protocol === 'UDP') };
}

/** The packet sizes that interfaces and kernels allow: reported, but not a promise. Each edge has its own. */
export function mtusOf({ whole, long }: Pick<Sized, 'whole' | 'long'>): Facts {
  const sized = whole.dialled.filter(({ protocol, size }) => protocol === 'UDP' && size !== undefined);
  const ways = [...new Map(sized.map((dial) => [pathOf(dial), dial])).values()];
  const groups = [...Map.groupBy(ways, mtuWords)];
  return {
    expected: 'interfaces and kernels asked how large a packet may be',
    seen:
      groups.length === 0
        ? 'no way to try sizes on'
        : groups.map(([words, { length }]) => `${words} on ${length} ways`).join(', '),
    violations: [],
    remarks: [
      ...groups.flatMap(([words, some]) => {
        const narrow = some.filter(isNarrow);
        return narrow.length === 0 ? [] : [`${words}, from ${namesOf(narrow)}: larger datagrams are sent in fragments`];
      }),
      ...slowStreams(whole.dialled),
      ...(long.tooSlow.length === 0
        ? []
        : [`too slow for streams of some MiB, which are not judged there: ${namesOf(long.tooSlow)}`]),
    ],
    measurements: (['mtu', 'pathMtu'] as const).flatMap((which) => measurementsOf(ways, which)),
  };
}

/** No promise says how fast a network is: it is told. */
function slowStreams(dialled: readonly Dialled[]): string[] {
  const lasted = dialled.flatMap((dial) => {
    const { protocol, size, record } = dial;
    return protocol === 'TCP' && size !== undefined && record?.outcome === 'delivered'
      ? [{ dial, bytes: size.bytes, ms: record.firstAnswerMs ?? 0 }]
      : [];
  });
  const slow = lasted.filter(({ ms }) => ms > slowMs).toSorted((one, other) => other.ms - one.ms);
  const [slowest] = slow;
  if (slowest === undefined) return [];
  const { bytes, ms } = slowest;
  return [
    `${slow.length} of ${lasted.length} streams of ${bytes} bytes each way took more than ${slowMs / 1_000} s, up to ${(ms / 1_000).toFixed(1)} s: ${namesOf(slow.map(({ dial }) => dial))}`,
  ];
}

/** "MTU 1500", "path MTU 1450 of 1500". */
function mtuWords({ size }: Dialled): string {
  const { mtu = null, pathMtu = null } = size ?? {};
  if (mtu === null) return pathMtu === null ? 'MTU unknown' : `path MTU ${pathMtu}`;
  return pathMtu === null || pathMtu >= mtu ? `MTU ${mtu}` : `path MTU ${pathMtu} of ${mtu}`;
}

/** Less passes than the sender's interface takes; between a pod and a node, which may differ on purpose (a tunnel takes its share of what pods send), less than either's. */
function isNarrow(dial: Dialled): boolean {
  const { mtu = null, otherMtu = null, pathMtu = null } = dial.size ?? {};
  if (pathMtu === null || mtu === null) return false;
  return pathMtu < (isOfOneKind(dial) ? mtu : Math.min(mtu, otherMtu ?? mtu));
}

function measurementsOf(ways: Dialled[], which: 'mtu' | 'pathMtu'): Measurement[] {
  const alike = ways.filter(isOfOneKind);
  return [
    ...Map.groupBy(alike, ({ from, to, family }) => `${from.kind} ${from.node === to.node} ${family}`).values(),
  ].flatMap(([first, ...others]) => {
    const known = [first, ...others].flatMap((dial) => dial?.size?.[which] ?? []);
    if (first === undefined || known.length === 0) return [];
    const { from, to, family } = first;
    const where = from.node === to.node ? 'same node' : 'other node';
    const subject = { between: from.kind === 'pod' ? 'pods' : 'nodes', where, family } as const;
    return [measurementOf(which === 'mtu' ? 'mtu/interface' : 'mtu/path', subject, { estimate: Math.min(...known) })];
  });
}

const waysNamed = 3;

function namesOf(dials: Pick<Way, 'from' | 'to'>[]): string {
  const named = [...new Set(dials.map(({ from, to }) => `${from.node}/${from.name} to ${to.name}`))];
  const more = named.length - waysNamed;
  return `${named.slice(0, waysNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
