import type { Probe } from '../../cluster/model.ts';
import { idOf, type Dialled } from '../../mesh/dialled.ts';
import type { Edge } from '../run.ts';
import { detailOf } from './detail.ts';
import type { Expectation } from './expectation.ts';
import { judgeDial, type Found } from './problems.ts';

/** Judges one dial: as an edge of the report, and whether it is sound in every respect, also in those that the expectation leaves open. */
export function judge(dial: Dialled, expectation: Expectation): { edge: Edge; isSound: boolean } {
  const { record } = dial;
  const found = judgeDial(dial, expectation);
  const { problems, view, isSound } = found;
  const remote = { address: dial.address, port: dial.port };
  const diallerSees = record?.local == null ? null : { local: record.local, remote };
  const edge: Edge = {
    id: idOf(dial),
    from: { node: dial.from.node, probe: dial.from.name, address: dial.from.addresses[dial.family] ?? null },
    to: targetOf(dial, found),
    protocol: dial.protocol,
    family: dial.family,
    port: dial.port,
    ...(dial.size === undefined ? {} : { size: dial.size }),
    ...(dial.lengths === undefined ? {} : { lengths: dial.lengths }),
    ...(record?.held === undefined ? {} : { held: record.held }),
    ...(dial.sourcePort === undefined || record?.local?.port !== dial.sourcePort ? {} : { sourcePortChosen: true }),
    ...(dial.closes === undefined ? {} : { closes: dial.closes }),
    ...(dial.lasting === undefined ? {} : { lasting: dial.lasting }),
    ...(dial.firstContact === undefined ? {} : { firstContact: dial.firstContact }),
    ...(dial.recheck === undefined ? {} : { recheck: dial.recheck }),
    ...(dial.dialledMs === undefined ? {} : { dialledMs: dial.dialledMs }),
    outcome: outcomeOf(dial, { found, expectation }),
    problems,
    attempts: dial.attempts,
    answered: dial.answered,
    firstAnswerMs: record?.firstAnswerMs ?? null,
    diallerSees,
    responderSees:
      view === null ? null : { who: `${view.who.node}/${view.who.pod}`, local: view.local, peer: view.peer },
    lostLeg: dial.lostLeg,
    rounds: dial.rounds.map(({ outcome, attempts, answered, deadFlows, cutOff }) => ({
      outcome,
      attempts,
      answered,
      deadFlows,
      ...(cutOff === undefined ? {} : { cutOff }),
    })),
    standsWith: dial.standsWith,
    onlyUnderLoad: dial.onlyUnderLoad,
    responderLateMs: dial.onlyUnderLoad ? dial.responderLateMs : null,
    atTheEnd: null,
    detail: detailOf(dial, found),
    ...(dial.under === undefined ? {} : { policies: [...dial.under.names] }),
  };
  return { edge, isSound };
}

/** A denial that was expected is told as one; without an expectation silence stays silence. */
function outcomeOf(
  { record }: Dialled,
  { found: { problems }, expectation }: { found: Found; expectation: Expectation },
): Edge['outcome'] {
  if (problems.includes('inconclusive')) return 'inconclusive';
  if (problems.includes('wrong responder')) return 'wrong responder';
  if (problems.length === 0 && isOfSilence(expectation)) return 'denied';
  return record?.outcome ?? 'inconclusive';
}

function isOfSilence({ outcome }: Expectation): boolean {
  return outcome === 'denied' || outcome === 'unanswered';
}

/** Where a dial ended: through a Service at the pod that answered or received it, as far as anybody knows. */
function targetOf({ to, address, receivedBy }: Dialled, { view }: Found): Edge['to'] {
  if (to.via === null) return { ...placeOf(to.responders[0]), address };
  const [first] = to.mayAnswer;
  const only = to.mayAnswer.size === 1 ? first : undefined;
  const known = (uid: string | undefined): Probe | undefined => to.responders.find((one) => one.uid === uid);
  const probe = known(view?.who.uid) ?? receivedBy ?? known(only);
  const { service, kind, node } = to.via;
  const unknown = { node: node ?? `the Service ${service}`, probe: 'any' };
  return { ...(probe === undefined ? unknown : placeOf(probe)), address, via: { service, kind, node } };
}

function placeOf(probe: Probe | undefined): Pick<Edge['to'], 'node' | 'probe'> {
  return { node: probe?.node ?? 'nowhere', probe: probe?.name ?? 'any' };
}
