/** The responder's side of UDP: every datagram is a separate request, and gets one datagram back. */
import { hash } from 'node:crypto';
import type { RemoteInfo, Socket } from 'node:dgram';
import { plainAddress } from '../self/addresses.ts';
import { loopLateness } from '../io/loop-clock.ts';
import type { Responding } from './open-ends.ts';
import { payload } from '../speech/payload.ts';
import {
  answerText,
  beginsLikeQuestion,
  questionHeadBytes,
  readLeastQuestion,
  readQuestionHead,
  type Answer,
  type Question,
} from '../speech/speech.ts';
import type { SocketAddress } from '../../conversations/basics.ts';

/** The answer to a datagram: padded to the length of the request, so that both directions carry the same size, or to less where that was asked for; null when nothing may be answered. */
function answerTo(datagram: Buffer, told: Omit<Answer, 'nonce' | 'sequence' | 'received' | 'fill'>) {
  const question = questionIn(datagram);
  if (question === 'damaged') return { question: null, pieces: [answerText({ damaged: true })] };
  if (question === null) return null;
  const { nonce, sequence } = question;
  const received = hash('sha256', datagram);
  const text = (fill: number): Buffer =>
    answerText({ nonce, sequence, received, fill: String(fill).padStart(8, '0'), ...told });
  const length = Math.min(datagram.length, question.answerBytes ?? datagram.length);
  const fill = Math.max(0, length - text(0).length);
  return { question, pieces: [text(fill), ...payload('answer', nonce, sequence, fill)] };
}

function questionIn(datagram: Buffer): Omit<Question, 'bytes'> | 'damaged' | null {
  const least = readLeastQuestion(datagram);
  if (least !== null) return least;
  const question = readQuestionHead(datagram.subarray(0, questionHeadBytes));
  if (question !== null && datagram.length === questionHeadBytes + question.bytes) return question;
  return beginsLikeQuestion(datagram) ? 'damaged' : null;
}

/** Answers what arrives at this bound socket until it is closed. Never throws. */
export function respondUdp(socket: Socket, local: SocketAddress, { who, ledger, ends }: Responding): void {
  ends.addSocket(local, socket);
  socket.on('message', (datagram: Buffer, from: RemoteInfo) => {
    const peer = { address: plainAddress(from.address), port: from.port };
    const answer = answerTo(datagram, { who, local, peer });
    if (!answer) return;
    const { question, pieces } = answer;
    if (question !== null) ledger.noteDatagram(question.nonce, question.sequence, { peer, lateMs: loopLateness() });
    // A failed send is a lost datagram, and the dialler sees it as one.
    socket.send(pieces, from.port, from.address, () => {});
  });
}
