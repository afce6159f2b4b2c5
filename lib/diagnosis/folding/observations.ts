import type { Edge, EdgeProblem } from '../../verdict/run.ts';
import { isCutOff } from './cut-off/is-cut-off.ts';

export type ViaKind = NonNullable<Edge['to']['via']>['kind'];

/** Packets of one protocol and family, on their way from one probe to another. */
export interface Leg {
  from: { node: string; probe: string };
  to: { node: string; probe: string };
  protocol: Edge['protocol'];
  family: Edge['family'];
  /** The port of the conversation's responder. */
  port: number;
  /** The way back: what the responder sends from that port. */
  answer: boolean;
  /** The kind of a Service's address that was dialled; null: the probe's own. Packets for either go different ways. */
  via: ViaKind | null;
  /** Packets come from a port below 1024: the dialler's, or on the way back the responder's. */
  low?: true;
  /** Through a Service: which node translates it, for the dialler or at its own port, and the pod that it sends it to. */
  served?: { by: string; pod: { node: string; probe: string } };
}

/** Families of problems that have one cause and are folded together. */
export type Symptom =
  | 'lost'
  | 'lossy'
  | 'refused'
  | 'source translated'
  | 'port translated'
  | 'destination translated'
  | 'damaged'
  | 'let through'
  | 'slow'
  | 'too large'
  | 'too small'
  | 'length lost'
  | 'fragments lost'
  | 'forgotten'
  | 'cut off'
  | 'not closed'
  | 'responder forgotten'
  | 'not met';

/** What one edge says about its legs. */
export interface Observation {
  edge: Edge;
  symptom: Symptom | null;
  /** Legs on which packets may have gone wrong: one of them did. */
  suspect: Leg[];
  /** Legs that are known to work for this symptom's purposes. */
  sound: Leg[];
}

const symptoms: Record<EdgeProblem, Symptom | null> = {
  timeout: 'lost',
  loss: 'lossy',
  unreachable: 'lost',
  refused: 'refused',
  reset: 'refused',
  'source address translated': 'source translated',
  'source port translated': 'port translated',
  'destination address translated': 'destination translated',
  'destination port translated': 'destination translated',
  'wrong responder': 'destination translated',
  corrupted: 'damaged',
  'not denied': 'let through',
  'not refused': 'let through',
  'slow to connect': 'slow',
  'too large': 'too large',
  'too small': 'too small',
  'length lost': 'length lost',
  'fragments lost': 'fragments lost',
  forgotten: 'forgotten',
  'cut off': 'cut off',
  'not closed': 'not closed',
  'no first contact': 'not met',
  inconclusive: null,
};

/** The symptom of an edge: that of its first problem; null for a sound or an inconclusive one. */
function symptomOf(edge: Edge): Symptom | null {
  const [problem] = edge.problems;
  if (problem === undefined) return null;
  if (isCutOff(edge)) return 'cut off';
  return problem === 'loss' && isNearlyDead(edge) ? 'lost' : symptoms[problem];
}

const letsInOneOf = 50;

/** One of fifty or fewer came through: beside a table that is full, which lets a few in, dials to the same pod get nothing through. */
function isNearlyDead({ attempts, answered }: Edge): boolean {
  return attempts >= letsInOneOf && answered * letsInOneOf <= attempts;
}

/** Of what is too small only the question is lost. */
const losses: ReadonlySet<Symptom> = new Set<Symptom>([
  'lost',
  'lossy',
  'too large',
  'length lost',
  'fragments lost',
  'forgotten',
  'cut off',
  'not closed',
  'responder forgotten',
]);

/** Packets go missing, on the way there or back. */
function isLoss(symptom: Symptom): boolean {
  return losses.has(symptom);
}

/** Splits an edge into its two legs. An inconclusive edge says nothing and gives null. */
export function observe(edge: Edge): Observation | null {
  if (edge.outcome === 'inconclusive') return null;
  const { from, protocol, family, port } = edge;
  const to = dialledEnd(edge);
  const via = edge.to.via?.kind ?? null;
  const packets = { protocol, family, port, via, ...served(edge) };
  const there: Leg = { ...packets, from, to, answer: false, ...low(edge.diallerSees?.local.port) };
  const back: Leg = { ...packets, from: to, to: from, answer: true, ...low(port) };
  const symptom = symptomOf(edge);
  if (symptom === null) return { edge, symptom, suspect: [], sound: [there, back] };
  // Whether the question or its answer was damaged is not known.
  if (symptom === 'damaged') return { edge, symptom, suspect: [there, back], sound: [] };
  if (!isLoss(symptom)) return { edge, symptom, suspect: [there], sound: [] };
  if (edge.problems[0] === 'unreachable') return { edge, symptom, suspect: [there], sound: [] };
  // What the responder said first was lost, and nothing was sent the other way.
  if (edge.held?.heard === false) return { edge, symptom, suspect: [back], sound: [] };
  // A stream stalls without acknowledgements as well.
  if (symptom === 'cut off' && protocol === 'TCP') return { edge, symptom, suspect: [there, back], sound: [] };
  // What arrived was answered, and of the answers no more was lost than is tolerated.
  if (edge.lostLeg === 'request') return { edge, symptom, suspect: [there], sound: symptom === 'lossy' ? [back] : [] };
  if (edge.lostLeg === 'reply') return { edge, symptom, suspect: [back], sound: [there] };
  return { edge, symptom, suspect: [there, back], sound: [] };
}

/** By a node's port it is that node which takes a dial, whichever pod answers. */
function dialledEnd({ to }: Edge): Edge['to'] {
  return to.via?.kind === 'NodePort' && to.via.node !== null ? { ...to, node: to.via.node, probe: 'node' } : to;
}

/** A Service that is found by its name may have no address of its own: then nobody translates. */
function served({ from, to: { via, ...pod } }: Edge): Pick<Leg, 'served'> {
  if (via === undefined || via.kind === 'name') return {};
  return { served: { by: via.node ?? from.node, pod } };
}

/** Who dials whom, over what, whichever port: the same for two dials of one path, or two legs. */
export function endsOf({
  from,
  to,
  protocol,
  family,
}: Pick<Edge | Leg, 'from' | 'to' | 'protocol' | 'family'>): string {
  return [from.node, from.probe, to.node, to.probe, protocol, family].join(' ');
}

const lowPorts = 1_023;

/** `{ low: true }` for a packet from a port below 1024, else nothing: part of a leg. */
export function low(port: number | undefined): { low?: true } {
  return port !== undefined && port <= lowPorts ? { low: true } : {};
}

export function isRequest(leg: Leg): boolean {
  return !leg.answer;
}

/** Whether the responder saw the dialler's own address, as far as both are known. */
export function keepsAddress({ diallerSees, responderSees }: Edge): boolean {
  return diallerSees === null || responderSees === null || diallerSees.local.address === responderSees.peer.address;
}

/** A dial as its dialler sees it: where either way may be at fault, who dials still gives a direction. */
export function asOpened(seen: Observation): Observation {
  return { ...seen, suspect: seen.suspect.filter(isRequest), sound: seen.sound.filter(isRequest) };
}
