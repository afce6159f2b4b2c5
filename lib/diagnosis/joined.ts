/** Patterns that have no one place in common, and yet one cause: what a node does to its own pods' packets and to those of others. */
import type { Fold } from './folding/explained.ts';
import type { Symptom } from './folding/observations.ts';
import type { Place } from './folding/pattern.ts';
import { following } from './one-cause.ts';

export interface Joined {
  /** All of them, told by each of their patterns. */
  whole: Fold;
  parts: readonly [Fold, ...Fold[]];
}

/** What is said of these is the same wherever it happens: the pattern only says where. So it is of what happens to one range of ports alone. */
const joinable: ReadonlySet<Symptom> = new Set<Symptom>([
  'forgotten',
  'responder forgotten',
  'cut off',
  'fragments lost',
  'too large',
  'too small',
  'length lost',
  'not closed',
  'damaged',
]);

/** Folds of one symptom with a node in common become one, and those of which one follows from the other; the others stay alone. In their order. `isFull`: new flows end there, as in a full table, of which only the place is said as well. */
export function joined(folds: readonly Fold[], isFull: (fold: Fold) => boolean): Joined[] {
  const full = new Set(folds.filter(isFull));
  const groups: { nodes: ReadonlySet<string>; parts: [Fold, ...Fold[]] }[] = [];
  const firsts = following(folds.filter((fold) => !full.has(fold)));
  for (const fold of folds) {
    if (firsts.has(fold)) continue;
    const nodes = new Set(nodesAt(fold.pattern.place));
    const isLike = ({ parts: [one], nodes: at }: (typeof groups)[number]): boolean =>
      isAlike(one, fold) && full.has(one) === full.has(fold) && meet(at, nodes);
    const n = joinable.has(fold.symptom) || full.has(fold) || ruleOf(fold) !== null ? groups.findIndex(isLike) : -1;
    const group = groups[n];
    if (group === undefined) groups.push({ nodes, parts: [fold] });
    else groups[n] = { nodes: group.nodes.intersection(nodes), parts: [...group.parts, fold] };
  }
  return groups.map(({ parts: [first, ...others] }) => {
    const parts = [
      first,
      ...others,
      ...[...firsts.keys()].filter((one) => [first, ...others].includes(firsts.get(one)!)),
    ] as const;
    return { whole: wholeOf(parts), parts };
  });
}

/** What a responder said first is lost where an old flow is forgotten, fragments where large packets are: that is evidence, and no further place of the cause. */
const consequences: ReadonlySet<Symptom> = new Set<Symptom>(['responder forgotten', 'fragments lost']);

function wholeOf(parts: readonly [Fold, ...Fold[]]): Fold {
  const [first, ...others] = parts;
  if (others.length === 0) return first;
  const alike = others.filter(({ symptom }) => symptom === first.symptom || !consequences.has(symptom));
  const isOfOne = alike.every(({ pattern }) => pattern.protocol === first.pattern.protocol);
  return {
    ...first,
    pattern: { ...first.pattern, protocol: isOfOne ? first.pattern.protocol : null },
    edges: parts.flatMap(({ edges }) => edges),
    besides: parts.flatMap(({ besides }) => besides),
    legs: parts.flatMap(({ legs }) => legs),
    tried: null,
    ...(alike.length === 0 ? {} : { also: alike.map(({ pattern }) => pattern) }),
  };
}

/** Where datagrams are too large, streams stall; and where those of one flow are cut off, so are they. */
const ofBoth: ReadonlySet<Symptom> = new Set<Symptom>(['too large', 'cut off']);

/** A protocol or a family of its own may have a cause of its own. */
function isAlike(one: Fold, other: Fold): boolean {
  return (
    one.symptom === other.symptom &&
    one.partly === other.partly &&
    (ofBoth.has(one.symptom) || one.pattern.protocol === other.pattern.protocol) &&
    one.pattern.family === other.pattern.family &&
    ruleOf(one) === ruleOf(other)
  );
}

/** What rules about ports do. */
const ofPorts: ReadonlySet<Symptom> = new Set<Symptom>(['lost', 'refused', 'destination translated']);

/** What a rule about ports names, of packets that are lost or sent astray for theirs: the range that they go to, of requests or answers, through which kind of address; or that they come from low ones. null: no port tells them apart. */
function ruleOf({ symptom, pattern: { ports, via, way, low } }: Fold): string | null {
  if (!ofPorts.has(symptom) || (ports === null && low === undefined)) return null;
  return [ports?.from, ports?.to, via, way, low].join(' ');
}

function meet(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return !some.isDisjointFrom(others);
}

/** Nodes that a place is about; none: it is about all. */
function nodesAt(place: Place): string[] {
  if ('node' in place) return [place.node];
  const probes = 'probe' in place ? [place.probe] : 'one' in place ? [place.one, place.other] : [];
  return probes.map((probe) => probe.split('/', 1)[0] ?? probe);
}
