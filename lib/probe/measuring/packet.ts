/** The packets of a measurement: as many bytes back as there, no digest, nothing to parse. */

export const packetBytes = 24;
/** As long as 20 ms of G.711: 160 bytes of sound and 12 of RTP. The echo stamps such a packet after its first 24 bytes. */
export const voiceBytes = 172;
const question = 0x3f;
const answer = 0x21;
const tagBytes = 16;

/** Could this be the tag of a measurement? (16 hexadecimal digits) */
export function isTag(tag: unknown): tag is string {
  return typeof tag === 'string' && /^[0-9a-f]{16}$/.test(tag);
}

/** A request with number 0: a mark, 3 zero bytes, the tag, the number, and zeros up to its length. */
export function questionPacket(tag: string, length = packetBytes): Buffer {
  const packet = Buffer.alloc(length);
  packet[0] = question;
  packet.write(tag, 4, 'latin1');
  return packet;
}

/** Writes the number into a packet. */
export function number(packet: Buffer, sequence: number): void {
  packet.writeUInt32LE(sequence, 4 + tagBytes);
}

/** The number in a packet. */
export function numberOf(packet: Buffer): number {
  return packet.readUInt32LE(4 + tagBytes);
}

/** Turns the question in `packet` into its answer, a long one with the time on this clock; false, and nothing changed, when it is not one or carries another tag. An answer is never taken for a request, so two echoes never talk to each other. */
export function makeAnswer(packet: Buffer, tag: Buffer): boolean {
  const isLong = packet.length === voiceBytes;
  if (!(isLong || packet.length === packetBytes) || packet[0] !== question) return false;
  if (packet.compare(tag, 0, tagBytes, 4, 4 + tagBytes) !== 0) return false;
  packet[0] = answer;
  if (isLong) packet.writeBigUInt64LE(process.hrtime.bigint(), packetBytes);
  return true;
}

/** Is `packet` the answer to the request in `asked`? */
export function answers(packet: Buffer, asked: Buffer): boolean {
  return packet.length === packetBytes && packet[0] === answer && packet.compare(asked, 4, packetBytes, 4) === 0;
}

/** The stamp of an answer to a long question that carries the same tag, whatever its number: nanoseconds of the responder's clock. null: it is no such answer. */
export function stampOf(packet: Buffer, asked: Buffer): bigint | null {
  if (packet.length !== voiceBytes || packet[0] !== answer) return null;
  return packet.compare(asked, 4, 4 + tagBytes, 4, 4 + tagBytes) === 0 ? packet.readBigUInt64LE(packetBytes) : null;
}
