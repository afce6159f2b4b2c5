/** Echo requests and replies of ICMP and ICMPv6. */
import type { Family } from '../../conversations/basics.ts';

const types = { IPv4: { request: 8, reply: 0 }, IPv6: { request: 128, reply: 129 } };
const headerBytes = 8;

/** The checksum of RFC 1071. */
export function internetChecksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** An echo request that carries `data`. The kernel fills in the checksum of ICMPv6, which covers the IP header. */
export function echoRequest(family: Family, identifier: number, data: Buffer): Buffer {
  const packet = Buffer.concat([Buffer.alloc(headerBytes), data]);
  packet[0] = types[family].request;
  packet.writeUInt16BE(identifier, 4);
  packet.writeUInt16BE(1, 6);
  if (family === 'IPv4') packet.writeUInt16BE(internetChecksum(packet), 2);
  return packet;
}

/** The data of an echo reply; null for any other packet. */
export function echoReplyData(family: Family, packet: Buffer): Buffer | null {
  return packet.length >= headerBytes && packet[0] === types[family].reply ? packet.subarray(headerBytes) : null;
}
