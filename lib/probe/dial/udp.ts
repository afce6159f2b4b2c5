/** One UDP dial: some datagrams, each a separate question with its own answer. */
import { createSocket } from 'node:dgram';
import { hash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { plainAddress } from '../self/addresses.ts';
import { errorName, outcomeOf } from '../io/errors.ts';
import { cutOffOf } from './cut-off.ts';
import { lengthOf, lostLengths, type Lengths } from './lengths.ts';
import { holdUdp, takeUdp, type HeldFlows } from './held.ts';
import { AnswerListener } from '../speech/hear-answer.ts';
import { afterAwake } from '../io/loop-clock.ts';
import { payload } from '../speech/payload.ts';
import { isUnasked, leastQuestion, questionHead, questionHeadBytes, tokenOf } from '../speech/speech.ts';
import type { DialOutcome, DialRecord } from '../../conversations/dial.ts';
import type { Flow } from './flows.ts';

/** The kernel hands the ICMP error of an earlier datagram to the next send, which then sends nothing at all. A send itself never fails like this. */
const pendingErrors: ReadonlySet<string> = new Set(['ECONNREFUSED', 'EMSGSIZE']);

function datagram(dial: Flow, sequence: number): Buffer {
  const { nonce, answerBytes, questionBytes } = dial;
  const lengths = lengthsOf(dial);
  const whole = lengths === null ? questionBytes : lengthOf(sequence, lengths);
  if (whole !== undefined && whole < questionHeadBytes) return leastQuestion({ nonce, sequence, bytes: whole });
  const bytes = whole === undefined ? (dial.payloadBytes ?? 0) : whole - questionHeadBytes;
  const head = questionHead({ nonce, sequence, bytes, ...(answerBytes === undefined ? {} : { answerBytes }) });
  return Buffer.concat([head, ...payload('ask', nonce, sequence, bytes)]);
}

/** null: all are as long. */
function lengthsOf({ leastBytes, payloadBytes = 0, datagrams = 1 }: Flow): Lengths | null {
  if (leastBytes === undefined) return null;
  return { least: leastBytes, most: questionHeadBytes + payloadBytes, count: datagrams };
}

/** What its answers say in place of a nonce: short questions say a token. */
function namesOf({ nonce, questionBytes, leastBytes }: Flow): Set<string> {
  if (leastBytes !== undefined) return new Set([nonce, tokenOf(nonce)]);
  return new Set([questionBytes === undefined ? nonce : tokenOf(nonce)]);
}

/** Fills in `record`; resolves once the socket is closed. Rejects only for the probe's own faults. */
export async function dialUdp(dial: Flow, record: DialRecord, held: HeldFlows): Promise<DialRecord> {
  const taken = dial.over === undefined ? null : takeUdp(held, dial.over);
  if (dial.over !== undefined && taken === null) return { ...record, error: 'no such flow is held' };
  const { promise, resolve } = Promise.withResolvers<DialRecord>();
  const v6 = isIPv6(dial.address);
  const socket = taken?.socket ?? createSocket({ type: v6 ? 'udp6' : 'udp4', reuseAddr: dial.isPortReused });
  const wanted = Math.max(1, dial.datagrams ?? 1);
  const names = namesOf(dial);
  const sent = new Map<number, string>();
  const answered = new Set<number>();
  const views = new Set<string>();
  const failures: Error[] = [];
  let bad: { outcome: DialOutcome; error: string | null } | null = null;
  let started = 0;
  let allSent = false;
  let over = false;
  let isAwaited = dial.first === 'responder';
  let cancelWait = (): void => {};

  function verdict(): { outcome: DialOutcome; error: string | null } {
    const [failure] = failures;
    const error = failure ? errorName(failure) : null;
    if (bad) return bad;
    if (answered.size > 0) return { outcome: 'delivered', error };
    if (failure) return { outcome: outcomeOf(failure), error };
    return { outcome: 'timeout', error: null };
  }

  function conclude(): void {
    if (over) return;
    over = true;
    cancelWait();
    const found = verdict();
    if (found.outcome === 'delivered' && dial.hold === true) holdUdp(held, dial.nonce, socket);
    else socket.close();
    resolve(Object.assign(record, { answered: answered.size }, found, found.outcome === 'delivered' ? gaps() : {}));
  }

  /** What is missing of a flow of which some was answered. */
  function gaps(): Pick<DialRecord, 'cutOff' | 'lostLengths'> {
    const cutOff = cutOffOf(answered, { sent: sent.size });
    const lengths = lengthsOf(dial);
    const lost = lengths === null ? [] : lostLengths(answered, lengths);
    return { ...(cutOff === null ? {} : { cutOff }), ...(lost.length === 0 ? {} : { lostLengths: lost }) };
  }

  /** Nothing more can come when every datagram has been answered or refused. */
  function concludeWhenAccounted(): void {
    if (allSent && (bad || answered.size + failures.length >= wanted)) conclude();
  }

  function noteFailure(error: Error): void {
    failures.push(error);
    concludeWhenAccounted();
  }

  function hear(message: Buffer): void {
    const listener = new AnswerListener();
    listener.push(message);
    const heard = listener.end();
    if (heard.kind === 'whole') {
      const { nonce, sequence, received, who, local, peer } = heard.answer;
      if (isUnasked(heard.answer)) {
        if (isAwaited && nonce === dial.over) hearFirst();
        return;
      }
      // A late answer to an earlier dial from the same port says nothing about this one.
      if (!names.has(nonce)) return;
      if (sent.get(sequence) === received) {
        record.firstAnswerMs ??= Math.round((performance.now() - started) * 1000) / 1000;
        answered.add(sequence);
        const view = { who, local, peer };
        const key = JSON.stringify(view);
        if (!views.has(key)) record.views.push(view);
        views.add(key);
      } else bad ??= { outcome: 'corrupted', error: 'the request was damaged' };
    } else if (heard.kind === 'damaged') bad = { outcome: 'corrupted', error: heard.why };
    else bad ??= { outcome: 'wrong responder', error: null };
    concludeWhenAccounted();
  }

  /** What the responder was to say first; the others of it say nothing more. */
  function hearFirst(): void {
    isAwaited = false;
    cancelWait();
    if (record.held !== undefined) record.held.heard = true;
    begin();
  }

  function send(sequence: number, again = true): void {
    const question = datagram(dial, sequence);
    sent.set(sequence, hash('sha256', question));
    started ||= performance.now();
    record.attempts = sent.size;
    socket.send(question, (error) => {
      if (over) return;
      const pending = error !== null && pendingErrors.has(errorName(error));
      if (error) noteFailure(error);
      if (over) return;
      if (pending && again) return send(sequence, false);
      if (sequence + 1 < wanted) cancelWait = afterPause(() => send(sequence + 1));
      else {
        allSent = true;
        cancelWait = afterAwake(dial.timeoutMs, conclude);
        concludeWhenAccounted();
      }
    });
  }

  function afterPause(next: () => void): () => void {
    const timer = setTimeout(next, dial.intervalMs ?? 0);
    return () => clearTimeout(timer);
  }

  socket.on('message', hear);
  socket.on('error', (error) => {
    if (started === 0) {
      failures.push(error);
      conclude();
    } else noteFailure(error);
  });
  const begin = (): void => {
    const { address, port } = socket.address();
    record.local = { address: plainAddress(address), port };
    send(0);
  };
  const awaitFirst = (arrived: readonly Buffer[]): void => {
    record.attempts = 1;
    if (record.held !== undefined) record.held.heard = false;
    const { address, port } = socket.address();
    record.local = { address: plainAddress(address), port };
    cancelWait = afterAwake(dial.timeoutMs, conclude);
    for (const message of arrived) hear(message);
  };
  if (taken !== null) {
    record.held = taken.held;
    if (taken.held.endedAfterMs === null) {
      if (isAwaited) awaitFirst(taken.arrived);
      else begin();
    } else {
      bad = { outcome: 'reset', error: 'closed while it was idle' };
      conclude();
    }
    return promise;
  }
  socket.bind({ port: dial.sourcePort ?? 0, exclusive: true }, () => {
    socket.connect(dial.port, dial.address, (error?: Error) => {
      if (over) return;
      if (error) {
        failures.push(error);
        return conclude();
      }
      begin();
    });
  });
  return promise;
}
