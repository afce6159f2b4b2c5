import type { Edge } from '../../verdict/run.ts';
import { byAddresses } from './by-addresses.ts';
import { candidates, portsReached, suspectPorts, type PortsReached } from './candidates.ts';
import { absorbCutOff, asLong, specific } from './cut-off/cut-off.ts';
import { explain, maxFolds, type Fold, type Folded } from './explained.ts';
import { asOpened, endsOf, keepsAddress, observe, type Observation, type Symptom } from './observations.ts';
import { absorb, foldLoss } from './loss.ts';
import { likelierOf } from './scattered.ts';
import { indexLegs, type LegIndex } from './leg-index.ts';
import { cost, type Pattern } from './pattern.ts';
import { refusedInSilence } from './refused.ts';
import { ofResponders, spokenFirst, spokenLast } from './spoken-first.ts';
import { backendsOf, hasOneBackend, withoutSamePath, type Backends } from './same-path.ts';
import { betweenTheNodes, sample, uniqueLegs } from './sample.ts';

/**
 * Folds failing edges into the fewest patterns that explain them and that no sound edge contradicts.
 * `sound` are edges that keep the promise; they keep a pattern from claiming too much. `behind`: the pods that are known to be behind Services.
 */
export function fold(failing: Edge[], sound: Edge[], behind: Backends = new Map()): Folded {
  return withoutStrangersDoings(foldAll(failing, sound, behind), strangersAmong(failing, sound));
}

type Failing = Observation & { symptom: Symptom };

/** What a stranger at somebody's address does besides answering: it refuses, stays silent, takes answers that are not its own. */
const doings: ReadonlySet<Symptom> = new Set<Symptom>(['lost', 'lossy', 'refused']);

/** Addresses at which somebody else answers, and hardly ever the owner: a rule that sends one node's packets astray is no stranger there. */
function strangersAmong(failing: Edge[], sound: Edge[]): Set<string> {
  const isAnsweredWrongly = ({ problems }: Edge): boolean => problems.includes('wrong responder');
  const wrong = countByTarget(failing.filter(isAnsweredWrongly));
  if (wrong.size === 0) return new Set();
  const right = countByTarget(sound.filter(({ from, to }) => from.node !== to.node));
  return new Set(
    [...wrong].filter(([address, count]) => (right.get(address) ?? 0) * 10 <= count).map(([address]) => address),
  );
}

function countByTarget(edges: Edge[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { to } of edges) if (to.address !== null) counts.set(to.address, (counts.get(to.address) ?? 0) + 1);
  return counts;
}

/** Folds that only concern addresses of strangers are no faults of their own: they are reported with that one. */
function withoutStrangersDoings({ folds, rest }: Folded, addresses: ReadonlySet<string>): Folded {
  const strangers = folds.filter(({ symptom }) => symptom === 'destination translated');
  if (addresses.size === 0 || strangers.length === 0) return { folds, rest };
  const foldAt = new Map<string, Fold>();
  for (const one of strangers.toReversed())
    for (const { to } of one.edges) if (to.address !== null && addresses.has(to.address)) foldAt.set(to.address, one);
  const strangerAt = (edge: Edge): Fold | undefined => {
    const symptom = observe(edge)?.symptom;
    if (symptom == null || !doings.has(symptom)) return undefined;
    const here = new Set([edge.from.address, edge.to.address].map((address) => foldAt.get(address ?? '')));
    return strangers.find((one) => here.has(one));
  };
  const explained = folds.filter(({ edges }) => edges.every((edge) => strangerAt(edge) !== undefined));
  const left = rest.filter((edge) => strangerAt(edge) === undefined);
  for (const edge of [...explained.flatMap(({ edges }) => edges), ...rest]) strangerAt(edge)?.besides.push(edge);
  return { folds: folds.filter((one) => !explained.includes(one)), rest: left };
}

/** Paths between probes come first: what goes through Services takes them, too. What is left of that has a cause of its own. */
function foldAll(failing: Edge[], sound: Edge[], behind: Backends): Folded {
  const healthy = healthyAmong(sound, failing);
  const seen = ofResponders(
    refusedInSilence(failing.map(observe).filter((one): one is Failing => one?.symptom != null)),
  );
  const { direct = [], through = [] } = Object.groupBy(seen, ({ edge }) =>
    edge.to.via === undefined ? 'direct' : 'through',
  );
  const paths = foldKind(direct, healthy);
  if (through.length === 0) return paths;
  const backends = backendsOf([...failing, ...sound], behind);
  const { known = [], open = [] } = Object.groupBy(withoutSamePath(through, paths.folds, backends), ({ edge }) =>
    hasOneBackend(edge, backends) ? 'known' : 'open',
  );
  const services = foldKind(known, healthy);
  const others = foldKind(withoutSamePath(open, services.folds, backends), healthy);
  return {
    folds: [...paths.folds, ...services.folds, ...others.folds],
    rest: [...paths.rest, ...services.rest, ...others.rest],
  };
}

function foldKind(seen: Failing[], healthy: (symptom: Symptom) => Observation[]): Folded {
  const cut = foldCutOff(
    seen.filter(({ symptom }) => symptom === 'cut off'),
    healthy,
  );
  const left = seen.filter((one) => one.symptom !== 'cut off' && !absorbCutOff(one, cut.folds));
  const lossy = foldLoss(
    left.filter(({ symptom }) => symptom === 'lossy'),
    healthy('lossy'),
  );
  const others = left.filter((one) => one.symptom !== 'lossy' && !absorb(one, lossy));
  const bySymptom = Map.groupBy(others, ({ symptom }) => symptom);
  const folded = [...bySymptom].map(([symptom, some]) =>
    foldOthers(symptom, { some, seen, healthy: healthy(symptom) }),
  );
  return {
    folds: [...cut.folds, ...lossy, ...folded.flatMap(({ folds }) => folds)],
    rest: [...cut.rest, ...folded.flatMap(({ rest }) => rest)],
  };
}

function foldCutOff(some: Failing[], healthy: (symptom: Symptom) => Observation[]): Folded {
  if (some.length === 0) return { folds: [], rest: [] };
  const { folds, rest } = foldSymptom('cut off', some, healthy('cut off'));
  return { folds: folds.map((one) => specific(one, some)), rest };
}

/** Those of one symptom but loss of some packets, among all that fails. */
function foldOthers(
  symptom: Symptom,
  { some, seen, healthy }: { some: Failing[]; seen: Failing[]; healthy: Observation[] },
): Folded {
  const folded = byAddresses(foldSymptom(symptom, some, healthy), { symptom, seen, healthy });
  return likelierOf(folded, { symptom, some, healthy });
}

/**
 * What counts against a pattern of a symptom. A dial that was held back, as it had to be, shows that nothing passes there; one that was
 * answered shows nothing of what must be held back. And one that was answered late is sound where nobody asked how soon.
 */
function healthyAmong(sound: Edge[], failing: Edge[]): (symptom: Symptom) => Observation[] {
  const observed = sound.map(observe).filter((seen) => seen !== null);
  const isAnswered = ({ edge }: Observation): boolean => edge.outcome === 'delivered';
  const { answered = [], heldBack = [] } = Object.groupBy(observed, (one) =>
    isAnswered(one) ? 'answered' : 'heldBack',
  );
  const fromUsualPorts = new Set(failing.filter(({ sourcePortChosen }) => sourcePortChosen === undefined).map(endsOf));
  const slow = new Set(failing.filter(({ problems }) => problems[0] === 'slow to connect').map(({ id }) => id));
  return (symptom) => {
    if (symptom === 'let through') return heldBack;
    if (symptom === 'not met') return answered.filter(({ edge }) => edge.firstContact === true);
    if (symptom === 'forgotten') return spokenLast(answered);
    if (symptom === 'responder forgotten') return spokenFirst(answered);
    if (symptom === 'cut off') return asLong(failing, answered);
    if (symptom === 'too large' || symptom === 'fragments lost') return asLarge(symptom, failing, answered);
    if (symptom === 'not closed') return answered.filter(({ edge }) => edge.closes === true);
    if (symptom === 'length lost') return ofAllLengths(failing, answered);
    if (symptom === 'too small') return answered.filter(({ edge }) => edge.size?.small === true);
    if (symptom === 'slow') return answered.filter(({ edge }) => !slow.has(edge.id));
    // Where a translation is no problem (of a pod that dials itself through its Service, or in a clause that asks for no address), it is one all the same.
    if (symptom === 'source translated') return answered.filter(({ edge }) => keepsAddress(edge));
    // A filter may look at the dialler's port: what passes from one that was chosen says nothing of the same dial from a usual one.
    return symptom === 'lost'
      ? answered.filter(({ edge }) => edge.sourcePortChosen === undefined || !fromUsualPorts.has(endsOf(edge)))
      : answered;
  };
}

/** Flows that have them all, on other ways. */
function ofAllLengths(failing: Edge[], answered: Observation[]): Observation[] {
  const lost = new Set(failing.filter(({ problems: [first] }) => first === 'length lost').map(endsOf));
  return answered.filter(({ edge }) => edge.lengths !== undefined && !lost.has(endsOf(edge)));
}

/** What is small says nothing of what is large; what is as large as the smallest that was lost does. */
function asLarge(symptom: Symptom, failing: Edge[], answered: Observation[]): Observation[] {
  const lost = failing.filter(({ problems: [first] }) => first === symptom);
  const smallest = (protocol: Edge['protocol']): number => {
    const all = lost.filter((edge) => edge.protocol === protocol).map(({ size }) => size?.bytes ?? 0);
    return all.length === 0 ? 0 : Math.min(...all);
  };
  const least = { TCP: smallest('TCP'), UDP: smallest('UDP') };
  const isFragmented = symptom === 'fragments lost';
  return answered
    .filter(
      ({ edge: { protocol, size } }) =>
        size !== undefined && size.bytes >= least[protocol] && size.fragmented === isFragmented,
    )
    .map((seen) => {
      const { protocol, size } = seen.edge;
      return (size?.answerBytes ?? Infinity) < least[protocol] ? asOpened(seen) : seen;
    });
}

function foldSymptom(symptom: Symptom, failing: Observation[], healthy: Observation[]): Folded {
  const folds: Fold[] = [];
  const clean = indexLegs(
    uniqueLegs([...healthy, ...failing].flatMap((seen) => (isTwoWay(symptom) ? seen.sound : seen.sound.slice(0, 1)))),
  );
  const reached = portsReached(clean.all);
  let left = failing;
  while (left.length > 0 && folds.length < maxFolds) {
    const best = bestPattern(sample(left), { symptom, clean, reached });
    const pattern = best ?? betweenTheNodes(left);
    if (pattern === null) break;
    const { explained, left: others } = explain(pattern, left);
    folds.push({ symptom, ...explained, partly: best === null, tried: null, besides: [] });
    left = others;
  }
  return { folds, rest: left.map((seen) => seen.edge) };
}

/** Loss and damage may happen to answers too; a translated or refused request says nothing of the way back. */
function isTwoWay(symptom: Symptom): boolean {
  return [
    'lost',
    'damaged',
    'too large',
    'length lost',
    'not closed',
    'fragments lost',
    'forgotten',
    'responder forgotten',
    'cut off',
  ].includes(symptom);
}

/** The pattern that explains most, of equals the one that says least; null when a sound leg contradicts each. */
function bestPattern(
  failing: Observation[],
  { symptom, clean, reached }: { symptom: Symptom; clean: LegIndex; reached: PortsReached },
): Pattern | null {
  const owners = new Map(failing.flatMap((seen) => seen.suspect.map((leg) => [leg, seen])));
  const index = indexLegs([...owners.keys()]);
  const suspects = uniqueLegs(index.all);
  const ports = suspectPorts(suspects, reached);
  let best: { pattern: Pattern; explains: number; cost: number } | null = null;
  // Whether answers alone were lost is not known, unless a responder says that the request came.
  const answering = failing
    .filter(({ suspect }) => suspect.every((leg) => leg.answer))
    .flatMap(({ suspect }) => suspect);
  const tried = [
    ...candidates(suspects, { symptom, ports }),
    ...candidates(
      suspects.filter((leg) => !leg.answer),
      { symptom, ports: [], oneWay: true },
    ),
    ...candidates(uniqueLegs(answering), { symptom, ports: [], oneWay: true }),
  ];
  for (const pattern of tried) {
    const explains = new Set(index.matching(pattern).map((leg) => owners.get(leg))).size;
    // Candidates combine parts of several legs: some match none.
    if (explains === 0) continue;
    const price = cost(pattern);
    if (best !== null && (explains < best.explains || (explains === best.explains && price >= best.cost))) continue;
    if (clean.has(pattern)) continue;
    best = { pattern, explains, cost: price };
  }
  return best?.pattern ?? null;
}
