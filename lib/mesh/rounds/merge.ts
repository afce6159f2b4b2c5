import type { DialRecord } from '../../conversations/dial.ts';
import { idOf, piecesOf, type Dialled, type Round } from '../dialled.ts';
import { cutOff, cutOffAlike } from '../cut-off.ts';
import { isLossy } from '../loss.ts';
import { longStreamsAgain } from '../times.ts';

/** Whether a dial did what every promise requires: it was delivered, and no more was lost than chance explains. */
export function isSound(dial: Dialled): boolean {
  return dial.record?.outcome === 'delivered' && !dial.lossy && dial.inconclusive === null;
}

/** Whether somebody answered who may not. Such a dial is sound to `isSound`, which knows nothing of who answered. */
export function isAnsweredByOthers({ record, to }: Dialled): boolean {
  return record?.views.some(({ who }) => !to.mayAnswer.has(who.uid)) ?? false;
}

/**
 * Whether a first round leaves the question open: nothing came back, or not all of it, or a SYN was
 * retransmitted; or a stream went on for so long that it was given up, beside many others; but not one that was to last. Damaged bytes and answers from the wrong responder are proof in themselves.
 */
export function isDoubtful({ record, spoilt, unended, attempts, answered, lasting }: Dialled): boolean {
  if (spoilt) return true;
  if (unended === true) return lasting !== true;
  if (record === null) return false;
  if (record.outcome === 'delivered' && lasting === true) return cutOff({ record, attempts }) !== null;
  if (record.outcome === 'delivered') return answered < attempts || record.lostSyns > 0;
  return record.outcome !== 'corrupted' && record.outcome !== 'wrong responder';
}

/** Whether a responder saw the dialler at another address or port than its own. */
export function isTranslated({ local, views }: Pick<DialRecord, 'local' | 'views'>): boolean {
  return local !== null && views.some(({ peer }) => peer.port !== local.port || peer.address !== local.address);
}

/** What the calm round lacks was not lost but answered like this. */
const answeredInstead: ReadonlySet<string> = new Set(['refused', 'reset', 'unreachable']);

/** Nobody refuses for want of time, or by chance: not a busy network, and no listener that is there. */
const refusals: ReadonlySet<string> = new Set(['refused', 'reset']);

/** Whether all of a round, or some flows of it, were refused. */
function wasRefused({ outcome, failed }: Pick<DialRecord, 'outcome' | 'failed'>): boolean {
  return refusals.has(outcome) || (failed !== null && refusals.has(failed));
}

/** Whether flows of the first round and of a later one were refused: of 1 % that are refused, 28 connections see one each fourth time. */
function isRefusedAgain({ record, refusedAtFirst }: Dialled & { record: DialRecord }, again: DialRecord): boolean {
  if (refusedAtFirst !== true) return false;
  const wasTwice = refusals.has(record.outcome) && record.answered > 0;
  return wasTwice || wasRefused(again);
}

/**
 * A dial with its calm round. The calm round decides, the first is evidence: it may have lost some to an address that was being resolved, or
 * to the suite's own load. Both are counted.
 */
export function withCalmRound(first: Dialled, again: Dialled): Dialled {
  const { record: own, rounds: earlier, spoilt } = first;
  const isRefused = own !== null && !spoilt && earlier.length < 2 && wasRefused(own);
  const before = isRefused ? { ...first, refusedAtFirst: true as const } : first;
  // A first round alone proves neither loss nor chance: a clause would turn red, or stay green, because a stream broke.
  if (again.record === null || again.spoilt)
    return { ...before, ...unclear(again), record: before.record ?? again.record };
  const held = before.heldAs === undefined ? {} : { heldAs: before.heldAs };
  if (isOneStreamOfTwo(before, again)) return { ...before, inconclusive: againTooSlow, unended: true };
  // Of streams that last one may stall where another is whole: that all do is what is asked.
  const isAsked = before.lasting !== true || before.protocol === 'UDP';
  const lossy =
    again.record.outcome === 'delivered' &&
    isAsked &&
    isLossy({ sent: again.attempts, answered: again.answered, pieces: piecesOf(before) });
  const { failed } = again.record;
  const refusedNow = failed !== null && answeredInstead.has(failed) ? failed : null;
  // What a probe spoilt itself is no evidence: it is a round, and counts nothing.
  if (before.spoilt || before.record === null) {
    const rounds = [withoutEvidence(before), ...again.rounds];
    if (failed === 'timeout' && isOfChosenPort(before, again.record))
      return { ...ofChosenPort(before, { ...again, record: again.record }), ...held };
    if (!lossy || refusedNow === null) return { ...again, lossy, ...held, rounds };
    return { ...again, lossy: false, ...held, rounds, record: { ...again.record, outcome: refusedNow } };
  }
  const rounds = [...before.rounds, ...again.rounds];
  const attempts = before.attempts + again.attempts;
  const answered = before.answered + again.answered;
  const after = before.lasting === true ? cutOffAlike(before, again) : null;
  const cut = after === null ? {} : { cutOffAfter: after };
  const whole = { ...before, onlyUnderLoad: false, rounds, attempts, answered, ...cut };
  if (again.record.outcome === 'timeout' && before.record.outcome === 'delivered')
    return { ...whole, record: { ...before.record, attempts, answered }, lossy: true };
  // A translation that one round saw counts, even if the other did not see it.
  if (isTranslated(before.record) && !isTranslated(again.record))
    return { ...whole, record: { ...before.record, attempts, answered }, lossy };
  // The source port alone fails: the other flows, from ports that the kernel chose, are sound.
  if (isOfItsPort(before, again.record)) return { ...whole, record: { ...before.record, attempts, answered } };
  const isRefusedTwice =
    again.record.outcome === 'delivered' && isRefusedAgain({ ...before, record: before.record }, again.record);
  const instead = refusedNow ?? (isRefusedTwice ? before.record.outcome : null);
  const outcome = (lossy || isRefusedTwice) && instead !== null ? instead : again.record.outcome;
  const record = { ...again.record, outcome, attempts, answered };
  return {
    ...whole,
    record,
    lossy: lossy && outcome === 'delivered',
    onlyUnderLoad: outcome === 'delivered' && !lossy,
  };
}

const againTooSlow = 'of two streams that were sent again one stalled, and one had not ended';

/** A slow one was left out of its round: the other that stalled is not all of them. */
function isOneStreamOfTwo({ lasting, protocol }: Dialled, { record, attempts }: Dialled): boolean {
  return lasting === true && protocol === 'TCP' && record?.outcome === 'timeout' && attempts < longStreamsAgain;
}

function unclear({ inconclusive, spoilt, unended }: Dialled): Pick<Dialled, 'inconclusive' | 'spoilt' | 'unended'> {
  return { inconclusive, spoilt, ...(unended === undefined ? {} : { unended }) };
}

function withoutEvidence(dial: Dialled): Round {
  return { nonce: idOf(dial), outcome: 'inconclusive', attempts: 0, answered: 0, deadFlows: 0 };
}

/** Whether a dial got nothing through, twice, from the source port chosen for it, but everything from other ports. */
function isOfItsPort(dial: Dialled, again: DialRecord): boolean {
  const { sourcePort, record } = dial;
  return record?.outcome === 'timeout' && record.local?.port === sourcePort && isOfChosenPort(dial, again);
}

const chosenOnlyOnce =
  'only the flow from the source port chosen for it got nothing through, and that in one round alone';

/** A dial of which the flow from its chosen port alone got nothing through, beside rounds that a probe spoilt: one such round proves nothing, two do. */
function ofChosenPort(before: Dialled, again: Dialled & { record: DialRecord }): Dialled {
  const record = fromChosenPort(before, again.record);
  const { rounds } = again;
  if (before.inconclusive !== chosenOnlyOnce)
    return {
      ...again,
      lossy: false,
      record,
      rounds: [withoutEvidence(before), ...rounds],
      spoilt: true,
      inconclusive: chosenOnlyOnce,
    };
  const attempts = before.attempts + again.attempts;
  const answered = before.answered + again.answered;
  return {
    ...again,
    lossy: false,
    record: { ...record, attempts, answered },
    rounds: [...before.rounds, ...rounds],
    attempts,
    answered,
  };
}

/** Whether of all flows only the one from the source port that was chosen got nothing through. */
function isOfChosenPort({ sourcePort }: Pick<Dialled, 'sourcePort'>, record: DialRecord): boolean {
  return record.outcome === 'delivered' && isOnlyDeadPort(sourcePort, record);
}

/** Whether the flow from this port got nothing through, and all others something; undefined: from no known port. */
export function isOnlyDeadPort(port: number | undefined, record: Pick<DialRecord, 'failedPorts'> | null): boolean {
  const [dead, ...others] = record?.failedPorts ?? [];
  return port !== undefined && dead === port && others.length === 0;
}

/** What a round says of that flow alone. */
function fromChosenPort({ sourcePort }: Pick<Dialled, 'sourcePort'>, record: DialRecord): DialRecord {
  const { local } = record;
  return {
    ...record,
    outcome: 'timeout',
    firstAnswerMs: null,
    connectMs: null,
    local: local === null || sourcePort === undefined ? local : { ...local, port: sourcePort },
    views: [],
  };
}

/** A dial that was not retried itself, since this many of its path were, and all failed, or half of many. */
export function standing(before: Dialled, others: number): Dialled {
  const lossy =
    before.record?.outcome === 'delivered' &&
    isLossy({ sent: before.attempts, answered: before.answered, pieces: piecesOf(before) });
  return { ...before, lossy, standsWith: others };
}
