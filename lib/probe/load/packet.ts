/** The format of a load, over both TCP and UDP: heads on the way there, acknowledgements and reports on the way back. */
import { isIPv6 } from 'node:net';
import type { Busy } from '../../conversations/load.ts';

/** Ethernet's shortest frame has 64 bytes, 46 of them for IP: 18 below the headers of IPv4 and UDP. */
export const headBytes = 18;
/** The size of a load's datagram to this address including the Ethernet frame; the header of IPv6 is 20 bytes longer. */
export function frameBytes(address: string): number {
  return isIPv6(address) ? 84 : 64;
}
/** TCP: every chunk begins with a head; `end` consists of a head only. */
export const chunkBytes = 256 * 1024;
/** Size of every packet on the way back. */
export const answerBytes = 40;

/** `ramp` is not counted; `end` asks for the report. */
export const phases = { ramp: 0, counted: 1, end: 2 } as const;
type Phase = (typeof phases)[keyof typeof phases];

const marks = { data: 0x64, ack: 0x61, report: 0x72 };

/** The tag of 16 hexadecimal digits as encoded in packets. */
export function tagOf(tag: string): Buffer {
  return Buffer.from(tag, 'hex');
}

function packet(bytes: number, mark: number, about: { tag: Buffer; turn: number }): Buffer {
  const made = Buffer.alloc(bytes);
  made[0] = mark;
  about.tag.copy(made, 2);
  made.writeUInt32LE(about.turn, 10);
  return made;
}

function isFor(message: Buffer, mark: number, tag: Buffer): boolean {
  return message.length >= headBytes && message[0] === mark && message.compare(tag, 0, 8, 2, 10) === 0;
}

/** A buffer of this many bytes that begins with a head. */
export function headed(bytes: number, about: { tag: Buffer; turn: number; phase: Phase }): Buffer {
  const made = packet(bytes, marks.data, about);
  made[1] = about.phase;
  return made;
}

/** The turn and phase in a head; null when it is not a head, or carries another tag. */
export function readHead(message: Buffer, tag: Buffer): { turn: number; phase: number } | null {
  return isFor(message, marks.data, tag) ? { turn: message.readUInt32LE(10), phase: message[1]! } : null;
}

/** How many datagrams (TCP: chunks) of this turn have arrived, ramp included. */
export function acknowledgement(about: { tag: Buffer; turn: number; count: number }): Buffer {
  const made = packet(answerBytes, marks.ack, about);
  made.writeUInt32LE(about.count, 14);
  return made;
}

/** How many have arrived; null when this is not an acknowledgement of that turn. */
export function readAcknowledgement(message: Buffer, about: { tag: Buffer; turn: number }): number | null {
  const mine = isFor(message, marks.ack, about.tag) && message.readUInt32LE(10) === about.turn;
  return mine ? message.readUInt32LE(14) : null;
}

/** What the receiver counted in one turn, without its ramp. */
export interface Report {
  received: number;
  ms: number;
  dropped: number;
  busy: Busy;
}

/** The end of a turn, as its receiver saw it. */
export function writeReport(report: Report, about: { tag: Buffer; turn: number }): Buffer {
  const made = packet(answerBytes, marks.report, about);
  made.writeUInt32LE(report.dropped, 14);
  made.writeDoubleLE(report.received, 18);
  made.writeDoubleLE(report.ms, 26);
  made.writeUInt16LE(Math.round(1000 * report.busy.cpu), 34);
  made.writeUInt16LE(Math.round(1000 * report.busy.waited), 36);
  made.writeUInt16LE(Math.round(1000 * report.busy.loop), 38);
  return made;
}

/** The report of that turn; null when this is not one. */
export function readReport(message: Buffer, about: { tag: Buffer; turn: number }): Report | null {
  const { tag, turn } = about;
  if (message.length !== answerBytes || !isFor(message, marks.report, tag) || message.readUInt32LE(10) !== turn)
    return null;
  const share = (at: number): number => message.readUInt16LE(at) / 1000;
  return {
    received: message.readDoubleLE(18),
    ms: message.readDoubleLE(26),
    dropped: message.readUInt32LE(14),
    busy: { cpu: share(34), waited: share(36), loop: share(38) },
  };
}
