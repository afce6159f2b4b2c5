import type { Edge } from '../../verdict/run.ts';
import { explain, maxFolds, type Fold, type Folded } from './explained.ts';
import type { Leg, Observation, Symptom } from './observations.ts';
import { pairName, probeName, type Pattern, type Place } from './pattern.ts';

/** Fewer patterns of pairs are likelier to be so many faults. */
const patternsFrom = 3;

/** A pair, each pod or node at its own address in one family, and what is known of it. */
interface Pair {
  name: string;
  ends: readonly [Leg['from'], Leg['from']];
  family: Leg['family'];
  failing: Observation[];
  sound: Observation[];
}

/**
 * Where a hash of the two addresses decides which of several paths a packet takes (and ports do not), and one path is dead, some pairs get nothing through and all
 * others everything: then every pair has a pattern of its own. Only where that is so without exception, in both protocols, and the dead ones
 * have no probe in common, they are one pattern. `seen`: all that fails between probes at their own addresses.
 */
export function byAddresses(
  folded: Folded,
  { symptom, seen, healthy }: { symptom: Symptom; seen: Observation[]; healthy: Observation[] },
): Folded {
  if (symptom !== 'lost') return folded;
  const narrow = folded.folds.filter(({ partly, pattern: { place } }) => partly || ofPairs.has(place.kind));
  const { loose = [], exact = [] } = Object.groupBy(narrow, ({ partly }) => (partly ? 'loose' : 'exact'));
  const alone = new Set([...loose.flatMap(({ edges }) => edges), ...folded.rest].map(probesOf));
  if (exact.length + alone.size < patternsFrom) return folded;
  const pairs = pairsOf(seen, healthy);
  const open = new Set([...narrow.flatMap(({ edges }) => edges), ...folded.rest]);
  const dead = [...pairs.values()].filter(
    (pair) => isDead(pair) && pair.failing.every(({ edge }) => open.has(edge)) && isAcross(pair),
  );
  const pattern = patternOf(dead, [...pairs.values()]);
  if (pattern === null) return folded;
  const { explained } = explain(
    pattern,
    dead.flatMap(({ failing }) => failing),
  );
  const told = new Set(explained.edges);
  const isTold = (edge: Edge): boolean => told.has(edge);
  const left = folded.folds.flatMap((fold) => {
    const edges = fold.edges.filter((edge) => !isTold(edge));
    return edges.length === 0 ? [] : [{ ...fold, edges }];
  });
  const one: Fold = { symptom, ...explained, partly: false, tried: null, besides: [] };
  return { folds: [one, ...left], rest: folded.rest.filter((edge) => !isTold(edge)) };
}

/** What the patterns of single pairs look like. */
const ofPairs: ReadonlySet<Place['kind']> = new Set<Place['kind']>([
  'probe to probe',
  'node to probe',
  'probe to node',
]);

function probesOf({ from, to }: Edge): string {
  return [probeName(from), probeName(to)].toSorted().join(' ');
}

function pairsOf(seen: Observation[], healthy: Observation[]): Map<string, Pair> {
  const pairs = new Map<string, Pair>();
  const add = (one: Observation, list: 'failing' | 'sound'): void => {
    const { from, to, family } = one.edge;
    if (to.via !== undefined || probeName(from) === probeName(to)) return;
    const name = pairName(one.edge);
    const known = pairs.get(name) ?? { name, ends: [from, to], family, failing: [], sound: [] };
    known[list].push(one);
    pairs.set(name, known);
  };
  for (const one of seen) add(one, 'failing');
  for (const one of healthy) add(one, 'sound');
  return pairs;
}

function isDead({ failing, sound }: Pair): boolean {
  return sound.length === 0 && failing.every(({ symptom }) => symptom === 'lost') && areBothProtocols(failing);
}

function isGood({ failing, sound }: Pair): boolean {
  return failing.length === 0 && areBothProtocols(sound);
}

function areBothProtocols(seen: Observation[]): boolean {
  return new Set(seen.map(({ edge }) => edge.protocol)).size > 1;
}

function isAcross({ ends: [one, other] }: Pair): boolean {
  return one.node !== other.node;
}

/** null: they may as well be several faults. */
function patternOf(dead: Pair[], all: Pair[]): Pattern | null {
  if (dead.length < patternsFrom) return null;
  const nodes = dead.map(({ ends }) => new Set(ends.map(({ node }) => node)));
  const common = [...nodes.reduce((some, others) => some.intersection(others))];
  if (common.length === 0 && dead.length <= maxFolds) return null;
  const ofPods = dead.every(arePods);
  const around = all.filter(
    (pair) =>
      isAcross(pair) &&
      common.every((node) => pair.ends.some((end) => end.node === node)) &&
      (!ofPods || arePods(pair)) &&
      dead.some(({ family }) => family === pair.family),
  );
  const good = around.filter(isGood);
  const isMixed = ({ failing, sound }: Pair): boolean => failing.length > 0 && sound.length > 0;
  if (around.some(isMixed) || good.length < dead.length || !areHashed(dead, good)) return null;
  const families = new Set(dead.map(({ family }) => family));
  const [family = null] = families;
  const hasOther = all.some((pair) => !families.has(pair.family));
  return {
    place: {
      kind: 'certain pairs',
      of: directionOf(dead, common),
      pairs: new Set(dead.map(({ name }) => name)),
      among: good.length + dead.length,
    },
    roles: ofPods ? 'pod to pod' : 'any',
    protocol: null,
    family: families.size === 1 && hasOther ? family : null,
    ports: null,
    way: null,
    via: null,
  };
}

/** None of its probes is in all that are dead, each has another pair that is good, and so have its two nodes. */
function areHashed(dead: Pair[], good: Pair[]): boolean {
  const named = (pairs: Pair[]): string[][] =>
    pairs.map(({ ends, family }) => ends.map((end) => `${probeName(end)} ${family}`));
  const reached = new Set(named(good).flat());
  const between = new Set(good.map(nodesOf));
  const times = Map.groupBy(
    dead.flatMap(({ ends }) => ends.map(probeName)),
    (name) => name,
  );
  return (
    [...times.values()].every(({ length }) => length < dead.length) &&
    named(dead)
      .flat()
      .every((name) => reached.has(name)) &&
    dead.every((pair) => between.has(nodesOf(pair)))
  );
}

function nodesOf({ ends, family }: Pair): string {
  return [...ends.map(({ node }) => node).toSorted(), family].join(' ');
}

function arePods({ ends }: Pair): boolean {
  return ends.every(({ probe }) => probe !== 'node');
}

/** By what is known of the way on which packets were lost. */
function directionOf(dead: Pair[], common: string[]): Place {
  const known = dead.flatMap(({ failing }) =>
    failing.flatMap(({ suspect: [leg, ...others] }) => (leg === undefined || others.length > 0 ? [] : [leg])),
  );
  const [node, other] = common;
  if (node === undefined) return { kind: 'across nodes' };
  const isOut = known.length > 0 && known.every(({ from }) => from.node === node);
  const isIn = known.length > 0 && known.every(({ to }) => to.node === node);
  if (other === undefined) return { kind: isOut ? 'out of' : isIn ? 'into' : 'into and out of', node };
  if (isOut) return { kind: 'from one to other', one: node, other };
  return isIn ? { kind: 'from one to other', one: other, other: node } : { kind: 'between', one: node, other };
}
