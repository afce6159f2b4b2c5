/** Addresses as the kernel takes and gives them. */
import { isIPv6 } from 'node:net';

/** The 4 bytes of an IPv4 address, or the 16 of an IPv6 one. */
export function addressBytes(address: string): Buffer {
  return isIPv6(address) ? ipv6Bytes(address) : Buffer.from(address.split('.').map(Number));
}

/** The address of 4 or 16 bytes, in its shortest form; null for any other number of bytes. */
export function addressText(bytes: Buffer): string | null {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return null;
  const words = Array.from({ length: 8 }, (_, n) => bytes.readUInt16BE(n * 2).toString(16));
  return shortest(words.join(':'));
}

function ipv6Bytes(address: string): Buffer {
  const [before = '', after] = shortest(address).split('::');
  const words = (text: string): number[] => (text === '' ? [] : text.split(':').map((word) => parseInt(word, 16)));
  const [left, right] = [words(before), words(after ?? '')];
  const all = [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
  const bytes = Buffer.alloc(16);
  for (const [at, word] of all.entries()) bytes.writeUInt16BE(word, at * 2);
  return bytes;
}

function shortest(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
