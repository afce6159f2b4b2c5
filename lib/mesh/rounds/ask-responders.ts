import { channelMs, type Probe, type Reply } from '../../cluster/model.ts';
import { byKind } from '../../conversations/by-kind.ts';
import type { RecordOf } from '../../conversations/index.ts';
import type { HalfOpenRecord, SeenRecord } from '../../conversations/seen.ts';
import { piecesOf, type Dialled, type LostLeg, type Round } from '../dialled.ts';
import { lossyLeg } from '../loss.ts';
import type { ExchangeTimes } from '../times.ts';
import { stoodStill } from './stood-still.ts';

/** A reply that took longer may be about too short a time. */
const lateReplyMs = 1_000;

interface AskOptions {
  times: ExchangeTimes;
  dropsBefore: Map<Probe, number>;
  /** How far back a responder's standing still matters. */
  sinceMs: number;
}

/** What a responder says of the dials that failed. */
interface Heard {
  responder: Probe;
  /** Why nothing that it did not answer can be judged; null when it lives and was asked. */
  doubt: string | null;
  seen: ReadonlyMap<string, SeenRecord>;
  halfOpen: HalfOpenRecord['connections'];
  stalledMs: number;
  throttledMs?: number | undefined;
  dropped: number;
}

/**
 * Asks the responders of failed dials whether they still live, and what they received: of a Service all that may have. Notes which way
 * packets were lost, and how late a responder was itself where a dial failed under load only. A responder that does not answer, or was
 * restarted, makes its dials inconclusive: a killed probe refuses connections as well as any firewall. One request a responder, however
 * many dials.
 */
export async function askResponders(dialled: Dialled[], options: AskOptions): Promise<void> {
  const open = dialled.filter(isOpen);
  const byResponder = new Map<Probe, string[]>();
  for (const { to, rounds } of open)
    for (const responder of to.responders) {
      const nonces = byResponder.get(responder) ?? [];
      if (nonces.length === 0) byResponder.set(responder, nonces);
      for (const { nonce } of rounds) nonces.push(nonce);
    }
  const heard = await Promise.all(
    [...byResponder].map(async ([responder, nonces]) => askResponder(responder, nonces, options)),
  );
  const byProbe = new Map(heard.map((one) => [one.responder, one]));
  for (const dial of open)
    conclude(
      dial,
      dial.to.responders.flatMap((responder) => byProbe.get(responder) ?? []),
      options.times,
    );
}

function isOpen({ lossy, onlyUnderLoad, record }: Dialled): boolean {
  return lossy || onlyUnderLoad || (record !== null && record.outcome !== 'delivered');
}

async function askResponder(responder: Probe, nonces: string[], { dropsBefore, sinceMs }: AskOptions): Promise<Heard> {
  const ask = async (withinMs: number): Promise<Reply<RecordOf<'seen'>>> =>
    responder.channel.request({ kind: 'seen', nonces, withinMs }, { deadlineMs: channelMs });
  const askedAt = performance.now();
  const first = await ask(sinceMs);
  const tookMs = performance.now() - askedAt;
  // It counts back from when it gets the question: what was long before that is asked for once more.
  const reply = first.whole && tookMs > lateReplyMs ? await ask(sinceMs + tookMs) : first;
  const doubt = doubtOf(responder, reply);
  if (doubt !== null) return { responder, doubt, seen: new Map(), halfOpen: [], stalledMs: 0, dropped: 0 };
  const { seen = [], 'half-open': handshakes = [], stall: [stall] = [] } = byKind(reply.records);
  const dropped = stall === undefined ? 0 : stall.droppedDatagrams - (dropsBefore.get(responder) ?? 0);
  if (stall !== undefined) dropsBefore.set(responder, stall.droppedDatagrams);
  return {
    responder,
    doubt,
    seen: new Map(seen.map((record) => [record.nonce, record])),
    halfOpen: handshakes.flatMap(({ connections }) => connections),
    stalledMs: stall?.longestMs ?? 0,
    throttledMs: reply.whole ? reply.throttledMs : undefined,
    dropped,
  };
}

/** What those who may have received a dial say of it. A Service whose dials nobody is asked about leaves it as it is. */
function conclude(dial: Dialled, heard: Heard[], times: ExchangeTimes): void {
  const doubt = heard.find((one) => one.doubt !== null)?.doubt;
  if (doubt != null) {
    if (!dial.onlyUnderLoad) dial.inconclusive = doubt;
    return;
  }
  const [first] = dial.rounds;
  dial.responderLateMs = heard.map(({ seen }) => seen.get(first?.nonce ?? '')?.lateMs ?? null).find(isKnown) ?? null;
  if (dial.onlyUnderLoad || (!dial.lossy && dial.record?.outcome !== 'timeout') || heard.length === 0) return;
  const telling = tellingRound(dial);
  const last = telling?.nonce ?? '';
  const receivers = heard.filter(({ seen }) => (seen.get(last)?.received ?? 0) > 0);
  dial.receivedBy = receivers[0]?.responder ?? null;
  for (const one of receivers.length > 0 ? receivers : heard) {
    const spoilt = spoiltBy(dial, one, times);
    if (spoilt === null) continue;
    dial.inconclusive = spoilt;
    dial.spoilt = true;
    return;
  }
  // Of a round that was spoilt nobody knows whether anything was sent.
  if (telling?.outcome === 'inconclusive') {
    dial.lostLeg = 'unknown';
    return;
  }
  dial.lostLeg = lostLeg(dial, {
    received: receivers.reduce((sum, { seen }) => sum + (seen.get(last)?.received ?? 0), 0),
    halfOpen: heard.flatMap(({ halfOpen }) => halfOpen),
  });
}

/** The calm one, unless it was sound but for the port that the dial came from: its other flows say nothing of that one. */
function tellingRound({ rounds, record }: Dialled): Round | undefined {
  const last = rounds.at(-1);
  return record?.outcome === 'timeout' && last?.outcome === 'delivered' ? rounds[0] : last;
}

function isKnown(ms: number | null): ms is number {
  return ms !== null;
}

/** What the responder itself did to spoil a dial; null when the network is to be judged by it. */
function spoiltBy(
  { protocol, rounds, under }: Dialled,
  { responder, stalledMs, throttledMs, dropped }: Heard,
  times: ExchangeTimes,
): string | null {
  const usualMs = protocol === 'TCP' ? times.calm.connectionTimeoutMs : times.calm.datagramTimeoutMs;
  const waitMs = under?.patienceMs ?? usualMs;
  if (stalledMs > waitMs / 2) return stoodStill(responder, { ms: stalledMs, throttledMs }, 'what it did not answer');
  const { attempts, answered } = rounds.at(-1) ?? { attempts: 0, answered: 0 };
  if (protocol === 'UDP' && dropped >= (attempts - answered) / 2)
    return `${responder.node}/${responder.name} had no room for ${dropped} datagrams that arrived: what it did not answer says nothing about the network`;
  return null;
}

function doubtOf(to: Probe, reply: Reply): string | null {
  if (!reply.whole) return `${to.node}/${to.name} can't be asked whether it is there: ${reply.reason}`;
  if (reply.instance !== to.hello.identity.instance) return `${to.node}/${to.name} was restarted during the run`;
  return null;
}

const legOfEnd = { 'own end lost': 'request', 'other end lost': 'reply', unknown: 'unknown' } as const;

/**
 * TCP: a connection that was established for the dialler had its SYN answered: what was lost came behind, on the way there.
 * Else a half-open handshake means that the SYN came and its answer was lost. Without one nobody knows:
 * kernel 6.18 keeps none for a SYN whose answer it has no route for.
 */
function lostLeg(
  dial: Dialled,
  { received, halfOpen }: { received: number; halfOpen: HalfOpenRecord['connections'] },
): LostLeg {
  // It was not asked anything: what the responder said first did not come.
  if (dial.record?.held?.heard === false) return 'reply';
  if (dial.protocol === 'TCP') {
    // Of SYNs that were sent again nobody tells whether they or their answers were lost.
    if (dial.lossy) return 'unknown';
    const unclosed = dial.record?.unclosed;
    if (unclosed !== undefined) return legOfEnd[unclosed];
    const ports = new Set([dial.record?.local?.port, ...(dial.record?.failedPorts ?? [])]);
    const mine = (entry: { local: { port: number }; peer: { port: number } }): boolean =>
      (dial.to.via !== null || entry.local.port === dial.port) && ports.has(entry.peer.port);
    if (received > 0) return 'reply';
    if (dial.record?.connectMs != null) return 'request';
    return halfOpen.some(mine) ? 'reply' : 'unknown';
  }
  if (!dial.lossy) return received > 0 ? 'reply' : 'request';
  // Of what it lost itself, some was lost to the suite's own load: only those that were asked again know.
  if (dial.standsWith > 0) return 'unknown';
  const { attempts, answered } = dial.rounds.at(-1) ?? dial;
  return lossyLeg({ attempts, answered, received, pieces: piecesOf(dial) });
}
