/**
 * The protocol between a dialler and a responder, the same over TCP and UDP.
 * A question is a head and a payload; an answer is a head, one line of JSON, and a fill of payload.
 * Heads have a fixed length and carry their own digest, so that a damaged byte leaves nobody waiting for more.
 */
import { hash } from 'node:crypto';
import { payloadLimit } from './payload.ts';
import type { ResponderView } from '../../conversations/dial.ts';

export interface Question {
  nonce: string;
  sequence: number;
  /** Bytes of payload that follow the head. */
  bytes: number;
  /** UDP: of the answer, at most; left out: as many as the question has. */
  answerBytes?: number;
}

export interface Answer extends ResponderView {
  nonce: string;
  sequence: number;
  /** SHA-256, hex, of everything that the responder received of the question; empty: see `isUnasked`. */
  received: string;
  /** Bytes of payload that follow the line; eight digits, so that they do not change the line's own length. */
  fill: string;
}

/** What a responder reports about a question that reached it damaged. */
export interface Complaint {
  damaged: true;
}

export const questionHeadBytes = 128;
export const answerHeadBytes = 64;
/** Longer than any answer line: names of pods and nodes are at most 253 bytes. */
const answerLineLimit = 4096;

const questionMark = 'flatnet/1 asks: ';
const answerMark = 'FLATNET-1-SAYS= ';
const noncePattern = /^[\x21-\x7e]{1,64}$/;

/** Could this be the nonce of a question? (1 to 64 printable characters, no space) */
export function isNonce(nonce: unknown): nonce is string {
  return typeof nonce === 'string' && noncePattern.test(nonce);
}

function check(text: string): string {
  return hash('sha256', text).slice(0, 16);
}

function head(mark: string, fields: (string | number)[], length: number): Buffer {
  const text = mark + fields.join(' ');
  return Buffer.from(`${text} ${check(text)}`.padEnd(length - 1) + '\n', 'latin1');
}

/**
 * The least question over UDP: a mark of three bytes, eight by which its nonce is known, two for the number, and two that check these. An odd
 * number, and less than any frame has, so that whoever pads or sums it up wrongly is found. What follows says nothing: that it arrived is
 * told by the digest of all.
 */
export const leastQuestionBytes = 15;
const leastMark = Buffer.from('fn?');
const leastCheckBytes = 2;

/** What a least question says instead of its nonce, and its answer as well. */
export function tokenOf(nonce: string): string {
  return hash('sha256', nonce).slice(0, 16);
}

/** A question of so few bytes: as many as the least, or more. */
export function leastQuestion({ nonce, sequence, bytes }: Question): Buffer {
  const question = Buffer.alloc(bytes);
  leastMark.copy(question);
  question.write(tokenOf(nonce), leastMark.length, 'hex');
  question.writeUInt16BE(sequence, leastQuestionBytes - 2 * leastCheckBytes);
  leastCheck(question).copy(question, leastQuestionBytes - leastCheckBytes);
  return question;
}

const leastCheck = (question: Buffer): Buffer =>
  hash('sha256', question.subarray(0, leastQuestionBytes - leastCheckBytes), 'buffer').subarray(0, leastCheckBytes);

/** Its token in place of the nonce; null: it is none; `damaged`: it was one. */
export function readLeastQuestion(bytes: Buffer): Pick<Question, 'nonce' | 'sequence'> | 'damaged' | null {
  if (!bytes.subarray(0, leastMark.length).equals(leastMark)) return null;
  const said = bytes.subarray(leastQuestionBytes - leastCheckBytes, leastQuestionBytes);
  if (bytes.length < leastQuestionBytes || !leastCheck(bytes).equals(said)) return 'damaged';
  const nonce = bytes.subarray(leastMark.length, leastMark.length + 8).toString('hex');
  return { nonce, sequence: bytes.readUInt16BE(leastQuestionBytes - 2 * leastCheckBytes) };
}

/** The fields of a head, or null when it is not, or no longer, one. */
function fieldsOf(bytes: Buffer, mark: string): string[] | null {
  const text = bytes.toString('latin1');
  const fields = text.slice(mark.length).trim().split(' ');
  const digest = fields.pop() ?? '';
  const said = mark + fields.join(' ');
  const same = check(said) === digest && `${said} ${digest}`.padEnd(bytes.length - 1) + '\n' === text;
  return same ? fields : null;
}

/** Three in four bytes of the mark are enough: damage is not the same as a foreign protocol. With fewer than 16 bytes, judges those. */
function resembles(bytes: Buffer, mark: string): boolean {
  const length = Math.min(bytes.length, mark.length);
  let equal = 0;
  for (let at = 0; at < length; at += 1) if (bytes[at] === mark.charCodeAt(at)) equal += 1;
  return equal * 4 >= length * 3;
}

/** Does this begin like a question (perhaps a damaged one)? Nothing else is ever answered: two responders must not answer each other for ever. */
export function beginsLikeQuestion(bytes: Buffer): boolean {
  return resembles(bytes, questionMark);
}

/** Does this begin like an answer, perhaps a damaged one? */
export function beginsLikeAnswer(bytes: Buffer): boolean {
  return resembles(bytes, answerMark);
}

/** The head of a question, 128 bytes. */
export function questionHead(question: Question): Buffer {
  const { nonce, sequence, bytes, answerBytes } = question;
  const answer = answerBytes === undefined ? [] : [answerBytes];
  return head(questionMark, [nonce, sequence, bytes, ...answer], questionHeadBytes);
}

/** Reads 128 bytes; null when they are not the head of a question or were damaged. */
export function readQuestionHead(bytes: Buffer): Question | null {
  const [nonce, sequence, size, answer] = fieldsOf(bytes, questionMark) ?? [];
  const question = {
    nonce: nonce ?? '',
    sequence: Number(sequence),
    bytes: Number(size),
    ...(answer === undefined ? {} : { answerBytes: Number(answer) }),
  };
  const sound =
    isNonce(question.nonce) &&
    Number.isInteger(question.sequence) &&
    Number.isInteger(question.bytes) &&
    Number.isInteger(question.answerBytes ?? 0) &&
    question.bytes <= payloadLimit;
  return sound ? question : null;
}

/** Whether nothing was asked: a responder says this first, over a flow that was idle, with the nonce of the dial that opened it. */
export function isUnasked({ received }: Pick<Answer, 'received'>): boolean {
  return received === '';
}

/** The same as it is sent. */
export function unaskedText(nonce: string, sequence: number, view: ResponderView): Buffer {
  return answerText({ nonce, sequence, received: '', fill: '00000000', ...view });
}

/** Head and line of an answer; the fill follows them. */
export function answerText(answer: Answer | Complaint): Buffer {
  const line = Buffer.from(`${JSON.stringify(answer)}\n`);
  const digest = hash('sha256', line).slice(0, 16);
  return Buffer.concat([head(answerMark, [line.length, digest], answerHeadBytes), line]);
}

/** Reads 64 bytes; null when they are not the head of an answer or were damaged. */
export function readAnswerHead(bytes: Buffer): { length: number; digest: string } | null {
  const [length, digest] = fieldsOf(bytes, answerMark) ?? [];
  if (digest === undefined || !(Number(length) <= answerLineLimit)) return null;
  return { length: Number(length), digest };
}
