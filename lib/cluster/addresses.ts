/** One spelling per address, so that comparing texts finds duplicates. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether two texts name one IP address (IPv4-mapped and differently written IPv6 included). */
export function sameAddress(one: string, other: string): boolean {
  return one === other || canonicalAddress(one) === canonicalAddress(other);
}

/** An IPv4-mapped address as IPv4, any other IPv6 address in its shortest form; anything that is not an address is returned unchanged. */
export function canonicalAddress(text: string): string {
  return isIP(text) === 0 ? text : ipaddr.process(text).toString();
}
