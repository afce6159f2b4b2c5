/** One TCP dial: connect, send the question, read the complete answer, close. */
import { createHash } from 'node:crypto';
import { connect, isIPv6, type Socket } from 'node:net';
import { plainAddress } from '../self/addresses.ts';
import { errorName, outcomeOf } from '../io/errors.ts';
import { holdTcp, takeTcp, type HeldFlows } from './held.ts';
import { lostSynsIn } from './lost-syns.ts';
import { AnswerListener } from '../speech/hear-answer.ts';
import { afterAwake, awakeNow } from '../io/loop-clock.ts';
import { movedBy, streamedIn, unclosedIn, whileFlowing, type Moved } from './flowing.ts';
import { payload } from '../speech/payload.ts';
import { isUnasked, questionHead } from '../speech/speech.ts';
import type { SocketAddress } from '../../conversations/basics.ts';
import type { DialOutcome, DialRecord } from '../../conversations/dial.ts';
import type { Flow } from './flows.ts';
import { writeAll } from '../io/write-all.ts';

interface Verdict {
  outcome: DialOutcome;
  error: string | null;
}

/** The socket's own end; null when it has none (yet). */
function localEnd(socket: Socket): SocketAddress | null {
  const { localAddress, localPort } = socket;
  return localAddress && localPort ? { address: plainAddress(localAddress), port: localPort } : null;
}

function tooSlow({ payloadBytes = 0 }: Flow, afterMs: number): string {
  return `a stream of ${payloadBytes} bytes each way was not over, and still went on, after ${Math.round(afterMs / 1_000)} s: too slow to be judged`;
}

/** Sends the question; resolves to the digest of what was sent. */
async function ask(socket: Socket, dial: Flow): Promise<string> {
  const bytes = dial.payloadBytes ?? 0;
  const head = questionHead({ nonce: dial.nonce, sequence: 0, bytes });
  const digest = createHash('sha256').update(head);
  await writeAll(socket, [head]);
  for (const block of payload('ask', dial.nonce, 0, bytes)) {
    digest.update(block);
    await writeAll(socket, [block]);
  }
  return digest.digest('hex');
}

/** Fills in `record`; resolves once the socket is closed or closing. Rejects only for the probe's own faults. */
export async function dialTcp(dial: Flow, record: DialRecord, held: HeldFlows): Promise<DialRecord> {
  const taken = dial.over === undefined ? null : takeTcp(held, dial.over);
  if (dial.over !== undefined && taken === null) return { ...record, error: 'no such flow is held' };
  const { promise, resolve } = Promise.withResolvers<DialRecord>();
  let listener = new AnswerListener();
  let isAwaited = dial.first === 'responder';
  const started = performance.now();
  const sinceStart = (): number => Math.round((performance.now() - started) * 1000) / 1000;
  const socket =
    taken?.socket ??
    connect({
      host: dial.address,
      port: dial.port,
      family: isIPv6(dial.address) ? 6 : 4,
      noDelay: true,
      ...(dial.sourcePort ? { localPort: dial.sourcePort } : {}),
    });
  let asked: Promise<string> | undefined;
  let over = false;
  let isClosing = false;
  record.attempts = 1;
  const countSyns = (): void => {
    const { handshakeMs } = dial;
    record.lostSyns = lostSynsIn({ passedMs: sinceStart(), awakeMs: awakeNow() - startedAwake, handshakeMs });
    record.attempts = 1 + record.lostSyns;
  };

  let moved: Moved | null = null;
  let cancelDeadline = whileFlowing(
    async () => {
      moved = await movedBy(socket);
      return JSON.stringify(moved);
    },
    dial,
    ({ isFlowing }) => {
      if (isFlowing) return conclude({ outcome: 'inconclusive', error: tooSlow(dial, sinceStart()) });
      const streamed = record.connectMs === null || moved === null ? undefined : streamedIn(moved);
      if (streamed !== undefined) record.streamed = streamed;
      const silence = listener.end().kind === 'nothing' ? 'no answer' : 'the answer did not end';
      conclude({ outcome: 'timeout', error: record.connectMs === null ? 'no handshake' : silence });
    },
  );

  const startedAwake = awakeNow();

  function conclude(verdict: Verdict): void {
    if (over) return;
    over = true;
    cancelDeadline();
    record.local ??= localEnd(socket);
    if (record.connectMs === null && verdict.outcome === 'timeout') countSyns();
    Object.assign(record, verdict);
    // A closed port waits for a minute (TIME_WAIT) before it can be the source of the same connection again; a reset one does not.
    if (verdict.outcome === 'delivered' && dial.hold === true) holdTcp(held, dial.nonce, socket);
    else if (verdict.outcome === 'delivered' && !dial.isPortReused) socket.destroySoon();
    else if (record.connectMs !== null && !isClosing) socket.resetAndDestroy();
    else socket.destroy();
    resolve(record);
  }

  /** Says nothing more, and waits for the other to do so, for as long as it waited for the answer; the kernel sends what is lost of it again. */
  function close(): void {
    if (dial.closes !== true || dial.hold === true) return conclude({ outcome: 'delivered', error: null });
    isClosing = true;
    cancelDeadline();
    cancelDeadline = afterAwake(dial.timeoutMs, () => void giveUpClosing());
    socket.end();
  }

  async function giveUpClosing(): Promise<void> {
    const unclosed = await unclosedIn(socket);
    if (over) return;
    Object.assign(record, { unclosed, answered: 0, firstAnswerMs: null });
    conclude({ outcome: 'timeout', error: 'not closed' });
  }

  function fail(error: Error): void {
    // It has an end, if not a good one.
    if (isClosing) return conclude({ outcome: 'delivered', error: null });
    conclude({ outcome: outcomeOf(error), error: errorName(error) });
  }

  function askNow(): void {
    asked = ask(socket, dial);
    asked.catch(fail);
  }

  async function judge(piece: Buffer): Promise<void> {
    const hearing = listener.push(piece);
    if (hearing.kind === 'incomplete' || hearing.kind === 'nothing') return;
    if (hearing.kind === 'foreign') return conclude({ outcome: 'wrong responder', error: null });
    if (hearing.kind === 'damaged') return conclude({ outcome: 'corrupted', error: hearing.why });
    const { nonce, sequence, received, who, local, peer } = hearing.answer;
    const heardMs = sinceStart();
    const isOther =
      nonce !== (isAwaited ? dial.over : dial.nonce) || sequence !== 0 || isUnasked(hearing.answer) !== isAwaited;
    if (isAwaited && !isOther) {
      isAwaited = false;
      if (record.held !== undefined) record.held.heard = true;
      listener = new AnswerListener();
      return askNow();
    }
    if (isOther) return conclude({ outcome: 'corrupted', error: 'an answer to another question' });
    if (received !== (await asked)) return conclude({ outcome: 'corrupted', error: 'the request was damaged' });
    if (over) return;
    record.answered = 1;
    record.firstAnswerMs = heardMs;
    record.views = [{ who, local, peer }];
    close();
  }

  // The kernel has chosen the source address as soon as connect() returned; after a failure the socket no longer knows it.
  socket.once('connectionAttempt', () => process.nextTick(() => (record.local ??= localEnd(socket))));
  socket.once('connect', () => {
    record.connectMs = sinceStart();
    countSyns();
    record.local = localEnd(socket) ?? record.local;
    // Simultaneous open: nobody listens, and the kernel happened to choose the dialled port as the source.
    if (socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress)
      return conclude({ outcome: 'refused', error: 'connected to itself' });
    if (dial.connectOnly === true) {
      record.answered = 1;
      return conclude({ outcome: 'delivered', error: null });
    }
    askNow();
  });
  socket.on('data', (piece: Buffer) => {
    if (!over && !isClosing) judge(piece).catch(fail);
  });
  socket.on('end', () => {
    if (isClosing) return conclude({ outcome: 'delivered', error: null });
    const heard = listener.end();
    if (heard.kind === 'damaged') conclude({ outcome: 'corrupted', error: heard.why });
    else if (heard.kind === 'nothing') conclude({ outcome: 'reset', error: 'closed without an answer' });
  });
  socket.on('error', fail);
  socket.on('close', () => {
    // A proxy may end its side with the answer, before this one has.
    if (isClosing) return conclude({ outcome: 'delivered', error: null });
    conclude({ outcome: 'reset', error: 'closed without an answer' });
  });
  if (taken !== null) {
    record.held = taken.held;
    record.connectMs = 0;
    record.local = localEnd(socket);
    if (taken.held.endedAfterMs !== null) conclude({ outcome: 'reset', error: 'closed while it was idle' });
    else if (isAwaited) {
      record.held.heard = false;
      for (const piece of taken.arrived) judge(piece).catch(fail);
    } else askNow();
  }
  return promise;
}
