/** Sockets that node:net lacks: raw ones, and SCTP. Nothing here blocks. Loaded in the raw helper only: a wrong call could crash the process. */
import { isIPv6 } from 'node:net';
import { addressBytes } from './address-bytes.ts';
import { failure, inet, inet6, lastFailure, libc, open, raw } from './libc.ts';

// linux/socket.h
const stream = 1;
const datagram = 2;
const solSocket = 1;
const soError = 4;
const pollOut = 4;
const sctp = 132;
// linux/in.h, linux/in6.h: level and name of the option
const ipMtu = [0, 14] as const;
const ipv6Mtu = [41, 24] as const;

function littleEndian(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(number);
  return bytes;
}

function socketAddress(address: string, port: number): Buffer {
  const v6 = isIPv6(address);
  const bytes = Buffer.alloc(v6 ? 28 : 16);
  // Node 26's Linux platforms are little-endian except s390x, which has no node:ffi.
  bytes.writeUInt16LE(v6 ? inet6 : inet);
  bytes.writeUInt16BE(port, 2);
  addressBytes(address).copy(bytes, v6 ? 8 : 4);
  return bytes;
}

export interface Packet {
  payload: Buffer;
  /** The sender's address, in the form that `send` takes. */
  from: Buffer;
}

export interface RawSocket {
  /** Throws with an errno name as `code`. */
  send(payload: Buffer, to: string | Buffer): void;
  /** The next packet's payload (without an IP header); null when none waits. */
  receive(): Packet | null;
  close(): void;
}

/** Opens a raw socket; throws with an errno name as `code` (EPERM without CAP_NET_RAW). */
export function openRaw(family: 'IPv4' | 'IPv6', protocol: number): RawSocket {
  const descriptor = open(family === 'IPv6' ? inet6 : inet, raw, protocol);
  const space = Buffer.alloc(65_536);
  return {
    send(payload, to) {
      const address = typeof to === 'string' ? socketAddress(to, 0) : to;
      const length = BigInt(payload.length);
      if (libc.sendto(descriptor, payload, length, 0, address, address.length) < 0n) throw lastFailure();
    },
    receive() {
      const from = Buffer.alloc(family === 'IPv6' ? 28 : 16);
      const length = littleEndian(from.length);
      const got = libc.recvfrom(descriptor, space, BigInt(space.length), 0, from, length);
      if (got < 0n) return null;
      const packet = Buffer.from(space.subarray(0, Number(got)));
      // Only an IPv4 raw socket delivers the IP header; its length is in the low half of the first byte, in words.
      const header = family === 'IPv4' ? ((packet[0] ?? 0) & 15) * 4 : 0;
      return { payload: packet.subarray(header), from };
    },
    close() {
      libc.close(descriptor);
    },
  };
}

/** How large a packet to this address may be, as far as the kernel knows; null when it has no route. Sends nothing. */
export function pathMtu(address: string): number | null {
  const v6 = isIPv6(address);
  const descriptor = open(v6 ? inet6 : inet, datagram, 0);
  const target = socketAddress(address, 9);
  const mtu = littleEndian(0);
  const [level, name] = v6 ? ipv6Mtu : ipMtu;
  const isKnown =
    libc.connect(descriptor, target, target.length) === 0 &&
    libc.getsockopt(descriptor, level, name, mtu, littleEndian(4)) === 0;
  libc.close(descriptor);
  return isKnown ? mtu.readInt32LE() : null;
}

export interface Attempt {
  /** undefined: not decided yet; null: connected; otherwise the errno name. */
  result(): string | null | undefined;
  close(): void;
}

/** Begins an SCTP association; throws with an errno name as `code` (EPROTONOSUPPORT without SCTP in the kernel). */
export function connectSctp(address: string, port: number): Attempt {
  const descriptor = open(isIPv6(address) ? inet6 : inet, stream, sctp);
  const target = socketAddress(address, port);
  let early: string | null | undefined;
  if (libc.connect(descriptor, target, target.length) === 0) early = null;
  else {
    const code = lastFailure().message;
    early = code === 'EINPROGRESS' ? undefined : code;
  }
  return {
    result() {
      if (early !== undefined) return early;
      const asked = Buffer.alloc(8);
      asked.writeInt32LE(descriptor);
      asked.writeInt16LE(pollOut, 4);
      if (libc.poll(asked, 1n, 0) <= 0) return undefined;
      const error = littleEndian(0);
      libc.getsockopt(descriptor, solSocket, soError, error, littleEndian(4));
      const number = error.readInt32LE();
      return number === 0 ? null : failure(number).message;
    },
    close() {
      libc.close(descriptor);
    },
  };
}
