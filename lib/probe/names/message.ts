/** DNS messages (RFC 1035), as much as questions for addresses and names need. */
import type { QuestionType } from '../../conversations/resolve.ts';

const types: Record<QuestionType, number> = { A: 1, PTR: 12, AAAA: 28 };
const headBytes = 12;
const classInternet = 1;
const recursionDesired = 0x01_00;
const isAnswer = 0x80;
const pointer = 0xc0;
/** A message has at most 65,535 bytes: more jumps than that go in circles. */
const jumpsAtMost = 64;

export interface Answer {
  id: number;
  code: number;
  truncated: boolean;
  /** Of the type that was asked for. */
  found: string[];
}

/** One question. Throws a RangeError for a name that is none. */
export function questionOf({ id, name, type }: { id: number; name: string; type: QuestionType }): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(recursionDesired, 2);
  head.writeUInt16BE(1, 4);
  const labels = name.replace(/\.$/, '').split('.');
  const encoded = labels.map((label) => {
    const bytes = Buffer.from(label);
    if (bytes.length === 0 || bytes.length > 63) throw new RangeError(`${name} is no DNS name`);
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  const tail = Buffer.alloc(5);
  tail.writeUInt16BE(types[type], 1);
  tail.writeUInt16BE(classInternet, 3);
  return Buffer.concat([head, ...encoded, tail]);
}

/** Reads an answer. Throws a RangeError for what is none, or is cut off. */
export function readAnswer(message: Buffer, { type }: { type: QuestionType }): Answer {
  if ((message.readUInt8(2) & isAnswer) === 0) throw new RangeError('a question, not an answer');
  const [questions, answers] = [message.readUInt16BE(4), message.readUInt16BE(6)];
  let at = headBytes;
  for (let n = 0; n < questions; n += 1) at = readName(message, at).end + 4;
  const found: string[] = [];
  for (let n = 0; n < answers; n += 1) {
    const { end } = readName(message, at);
    const length = message.readUInt16BE(end + 8);
    const data = end + 10;
    if (data + length > message.length) throw new RangeError('cut off');
    if (message.readUInt16BE(end) === types[type]) found.push(readData(message, { data, length, type }));
    at = data + length;
  }
  return {
    id: message.readUInt16BE(0),
    code: message.readUInt8(3) & 0x0f,
    truncated: (message.readUInt8(2) & 0x02) !== 0,
    found,
  };
}

function readData(
  message: Buffer,
  { data, length, type }: { data: number; length: number; type: QuestionType },
): string {
  if (type === 'PTR') return readName(message, data).name;
  const bytes = message.subarray(data, data + length);
  if (type === 'A') return [...bytes].join('.');
  const groups = Array.from({ length: length / 2 }, (_, n) => bytes.readUInt16BE(2 * n).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

/** `end`: behind it, where it stands; it may go on elsewhere. */
function readName(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  let end: number | null = null;
  for (let jumps = 0; ;) {
    const length = message.readUInt8(at);
    if (length >= pointer) {
      end ??= at + 2;
      at = message.readUInt16BE(at) & 0x3f_ff;
      jumps += 1;
      if (jumps > jumpsAtMost) throw new RangeError('a name that goes in circles');
    } else if (length === 0) return { name: labels.join('.'), end: end ?? at + 1 };
    else {
      labels.push(message.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
  }
}
