/** The responder's side of TCP: one question after the other on a connection, each answered before the next is read. */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { plainAddress } from '../self/addresses.ts';
import { loopLateness } from '../io/loop-clock.ts';
import type { Responding } from './open-ends.ts';
import { payload } from '../speech/payload.ts';
import {
  answerText,
  beginsLikeQuestion,
  questionHeadBytes,
  readQuestionHead,
  type Question,
} from '../speech/speech.ts';
import type { ResponderView } from '../../conversations/dial.ts';
import { writeAll } from '../io/write-all.ts';

/** Longer than any flow is held, so that the dialler always gives up first. */
const idleLimitMs = 4_000_000;

/** Answers on this connection until the peer closes it, is silent for more than an hour, or speaks another protocol. Never throws. */
export function respondTcp(socket: Socket, { who, ledger, ends }: Responding): void {
  const view: ResponderView = {
    who,
    local: { address: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 },
    peer: { address: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 },
  };
  let head = Buffer.alloc(0);
  let question: Question | null = null;
  let left = 0;
  let digest = createHash('sha256');

  async function answer(asked: Question): Promise<void> {
    const { nonce, sequence, bytes } = asked;
    const received = digest.digest('hex');
    digest = createHash('sha256');
    const fill = String(bytes).padStart(8, '0');
    const text = answerText({ nonce, sequence, received, fill, ...view });
    await writeAll(socket, [text]);
    await writeAll(socket, payload('answer', nonce, sequence, bytes));
  }

  /** Returns the part of the piece that belongs to the next question. */
  async function take(piece: Buffer): Promise<Buffer> {
    if (!question) {
      const part = piece.subarray(0, questionHeadBytes - head.length);
      head = Buffer.concat([head, part]);
      if (head.length < questionHeadBytes) return piece.subarray(part.length);
      question = readQuestionHead(head);
      if (!question) {
        if (beginsLikeQuestion(head)) socket.end(answerText({ damaged: true }));
        else socket.destroy();
        return Buffer.alloc(0);
      }
      digest.update(head);
      head = Buffer.alloc(0);
      left = question.bytes;
      if (left > 0) return piece.subarray(part.length);
      piece = piece.subarray(part.length);
    }
    const part = piece.subarray(0, left);
    digest.update(part);
    left -= part.length;
    if (left === 0) {
      const asked = question;
      question = null;
      // Not earlier: a question that stalls after its head was lost on the way here.
      ledger.note(asked.nonce, view.peer, loopLateness());
      await answer(asked);
    }
    return piece.subarray(part.length);
  }

  async function converse(): Promise<void> {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      let rest = chunk;
      while (rest.length > 0 && !socket.destroyed) rest = await take(rest);
    }
  }

  ends.addConnection(view, socket);
  socket.setTimeout(idleLimitMs, () => socket.destroy());
  converse().catch(() => socket.destroy());
}
