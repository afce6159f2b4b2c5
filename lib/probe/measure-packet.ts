/** The packets of a measurement: 24 bytes there, 24 bytes back, no digest, nothing to parse. */

export const packetBytes = 24;
const question = 0x3f;
const answer = 0x21;
const tagBytes = 16;

/** Could this be the tag of a measurement? (16 hexadecimal digits) */
export function isTag(tag: unknown): tag is string {
  return typeof tag === 'string' && /^[0-9a-f]{16}$/.test(tag);
}

/** A question with number 0: a mark, 3 bytes of nothing, the tag, the number. */
export function questionPacket(tag: string): Buffer {
  const packet = Buffer.alloc(packetBytes);
  packet[0] = question;
  packet.write(tag, 4, 'latin1');
  return packet;
}

/** Writes the number into a packet. */
export function number(packet: Buffer, sequence: number): void {
  packet.writeUInt32LE(sequence, 4 + tagBytes);
}

/** Turns the question in `packet` into its answer; false, and nothing changed, when it is none or carries another tag. An answer is no question: two echoes never talk to each other. */
export function makeAnswer(packet: Buffer, tag: Buffer): boolean {
  if (packet.length !== packetBytes || packet[0] !== question) return false;
  if (packet.compare(tag, 0, tagBytes, 4, 4 + tagBytes) !== 0) return false;
  packet[0] = answer;
  return true;
}

/** Is `packet` the answer to the question in `asked`? */
export function answers(packet: Buffer, asked: Buffer): boolean {
  return packet.length === packetBytes && packet[0] === answer && packet.compare(asked, 4, packetBytes, 4) === 0;
}
