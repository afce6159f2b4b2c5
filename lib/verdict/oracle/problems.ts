import ipaddr from 'ipaddr.js';
import { sameAddress } from '../../cluster/addresses.ts';
import { isItself } from '../../mesh/destination.ts';
import { nameOfDial, type Dialled } from '../../mesh/dialled.ts';
import { isNotMet } from '../../mesh/first-contact.ts';
import { isForgotten } from '../../mesh/held/speak.ts';
import { isLostForSize } from '../../mesh/sizes/search.ts';
import type { DialRecord, ResponderView } from '../../conversations/dial.ts';
import { isTranslation, type EdgeProblem, type Translation } from '../run.ts';
import type { Answered, Denied, Expectation, Seen } from './expectation.ts';
import {
  answeredSentence,
  cutOffSentence,
  heldSentence,
  lossSentence,
  sizeSentence,
  slowSentence,
  unclosedSentence,
} from './words.ts';

/** What was found of one dial. */
export interface Found {
  /** What contradicts the expectation. An inconclusive dial has the problem `inconclusive` and no other. */
  problems: EdgeProblem[];
  /** Nothing is wrong with it, not even what the expectation leaves open. */
  isSound: boolean;
  /** The view that contradicts the expectation, where answers differ (two responders behind one address). */
  view: ResponderView | null;
  /** What to say of it, where its first problem, the dial and its record do not tell. */
  detail: string | null;
}

/** Holds one dial against what is expected of it. */
export function judgeDial(dial: Dialled, expectation: Expectation): Found {
  const seen = (dial.record?.views ?? []).map((view) => ({ view, problems: viewProblems(dial, view, expectation) }));
  const contradicting = seen.find(({ problems }) => problems.some((one) => contradicts(one, expectation)));
  const { view = null } = contradicting ?? seen.find(({ problems }) => problems.length > 0) ?? seen[0] ?? {};
  const { record } = dial;
  if (record === null || record.outcome === 'inconclusive') return unclear(view);
  if (dial.inconclusive !== null) {
    // Answers tell who sent them and what they saw, whatever spoilt the rest.
    const told = seen.flatMap(({ problems }) => problems).filter((problem) => contradicts(problem, expectation));
    if (expectation.outcome === 'delivered' && told.length > 0)
      return { view, problems: [...new Set(told)], isSound: false, detail: null };
    if (expectation.outcome === 'delivered' || !isAnswered(dial, record)) return unclear(view);
  }
  if (expectation.outcome === 'denied') return { view, ...denial(dial, record, expectation) };
  if (expectation.outcome === 'refused') return { view, ...refusal(dial, record) };
  if (expectation.outcome === 'unanswered') return { view, ...withheld(dial, record) };
  if (isNotMet(dial)) return { view, ...broken('no first contact') };
  if (dial.cutOffAfter !== undefined) return { view, ...broken('cut off', cutOffSentence(dial.cutOffAfter)) };
  if (isForgotten(dial)) return { view, ...broken('forgotten', heldSentence(record)) };
  if (record.outcome === 'timeout' && record.unclosed !== undefined)
    return { view, ...broken('not closed', unclosedSentence(record.unclosed)) };
  if (isLostForSize(dial)) return { view, ...broken(problemOfSize(dial), sizeSentence(dial)) };
  if (record.outcome !== 'delivered') return { view, ...broken(record.outcome) };
  if (record.local === null || seen.length === 0) return unclear(view);
  const found = new Set(seen.flatMap(({ problems }) => problems));
  if (dial.lossy) found.add('loss');
  const slow = slowness(record, expectation);
  if (slow !== null) found.add('slow to connect');
  const problems = [...found].filter((problem) => contradicts(problem, expectation));
  const isLossTold = problems.length === 0 && dial.answered < dial.attempts;
  return {
    problems,
    isSound: [...found].every((problem) => isServicesDoing(dial, problem)),
    view,
    detail: problems[0] === 'slow to connect' ? slow : isLossTold ? lossSentence(dial) : null,
  };
}

function problemOfSize({ size }: Dialled): EdgeProblem {
  if (size?.alone !== undefined) return 'length lost';
  if (size?.small === true) return 'too small';
  return size?.fragmented === true ? 'fragments lost' : 'too large';
}

function unclear(view: ResponderView | null): Found {
  return { view, ...broken('inconclusive') };
}

function viewProblems(dial: Dialled, view: ResponderView, expectation: Expectation): EdgeProblem[] {
  const by = expectation.outcome === 'delivered' ? expectation.by : null;
  if (!(by?.uids ?? dial.to.mayAnswer).has(view.who.uid)) return ['wrong responder'];
  const local = dial.record?.local;
  const problems: EdgeProblem[] = [];
  if (local != null) {
    if (!sameAddress(view.peer.address, local.address)) problems.push('source address translated');
    if (view.peer.port !== local.port && dial.portChangedOnce === undefined) problems.push('source port translated');
  }
  if (!sameAddress(view.local.address, dial.address) && !isUnspecified(view.local.address))
    problems.push('destination address translated');
  if (view.local.port !== dial.port) problems.push('destination port translated');
  return problems;
}

const translations: Record<Translation, Seen> = {
  'source address translated': 'source address',
  'source port translated': 'source port',
  'destination address translated': 'destination address',
  'destination port translated': 'destination port',
};

function contradicts(problem: EdgeProblem, expectation: Expectation): boolean {
  if (!isTranslation(problem)) return true;
  return expectation.outcome === 'delivered' && expectation.kept.has(translations[problem]);
}

/**
 * A pod behind a Service sees its own address and port, not the Service's. And where the answer would not come back by the proxy
 * otherwise (to a node, to the pod itself, by a node's port) that translates the source as well.
 */
function isServicesDoing({ from, to }: Dialled, problem: EdgeProblem): boolean {
  if (to.via === null || !isTranslation(problem)) return false;
  return problem.startsWith('destination ') || from.kind === 'node' || to.via.kind === 'NodePort' || isItself(from, to);
}

/** Of several flows the slowest counts; null: soon enough. */
function slowness({ connectMs }: DialRecord, { connectsWithinMs }: Answered): string | null {
  if (connectsWithinMs === null || connectMs === null || connectMs <= connectsWithinMs) return null;
  return slowSentence(connectMs, connectsWithinMs);
}

/** Denial is silence, or a refusal. What arrived was not held back, though its answer was lost. */
function denial(dial: Dialled, record: DialRecord, { control }: Denied): Omit<Found, 'view'> {
  if (isAnswered(dial, record) || dial.lostLeg === 'reply')
    return broken('not denied', answeredSentence(dial, record.views[0] ?? null));
  if (record.outcome === 'wrong responder' || record.outcome === 'corrupted') return broken(record.outcome);
  if (record.connectMs !== null)
    return broken('inconclusive', 'the connection was opened, and nothing came back: neither denied nor delivered');
  if (!control.has(nameOfDial(dial)))
    return broken(
      'inconclusive',
      'it was not answered while nothing denied it either: that it is not now proves nothing',
    );
  return { problems: [], isSound: true, detail: null };
}

function withheld(dial: Dialled, record: DialRecord): Omit<Found, 'view'> {
  if (isAnswered(dial, record)) return broken('not denied', answeredSentence(dial, record.views[0] ?? null));
  // Something spoke there, or took a connection: that is no answer of a probe.
  if (record.outcome === 'wrong responder' || record.outcome === 'corrupted') return broken(record.outcome);
  return { problems: [], isSound: true, detail: null };
}

function refusal(dial: Dialled, record: DialRecord): Omit<Found, 'view'> {
  if (record.outcome === 'delivered' || isAnswered(dial, record))
    return broken('not refused', answeredSentence(dial, record.views[0] ?? null));
  return record.outcome === 'refused' ? { problems: [], isSound: true, detail: null } : broken(record.outcome);
}

function broken(problem: EdgeProblem, detail: string | null = null): Omit<Found, 'view'> {
  return { problems: [problem], isSound: false, detail };
}

/** Some of it was, at least. */
function isAnswered({ answered }: Dialled, { outcome }: DialRecord): boolean {
  return outcome === 'delivered' || answered > 0;
}

/** A responder on all addresses (none of a node's known ones is on an interface) can't tell on which a datagram came. */
function isUnspecified(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unspecified';
}
