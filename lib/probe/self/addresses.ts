/** The probe's own addresses, and one spelling for every address. */
import { networkInterfaces } from 'node:os';
import { isIP, isIPv6 } from 'node:net';
import type { Settings } from '../control/environment.ts';
import type { Family, SocketAddress } from '../../conversations/basics.ts';

export interface OwnAddress {
  name: string;
  address: string;
  family: Family;
}

/** An address without its zone; IPv4-mapped IPv6 becomes IPv4. */
export function plainAddress(address: string): string {
  const zoneless = address.replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(zoneless);
  return mapped?.[1] ?? zoneless;
}

/** Is this something to send to: an IP address, and a port above 0? */
export function isEnd({ address, port }: SocketAddress): boolean {
  return isIP(address) !== 0 && Number.isInteger(port) && port > 0 && port < 65_536;
}

function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/i.test(address);
}

/** The addresses of the interfaces that are up, except loopback and link-local. */
export function ownAddresses(): OwnAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, entries]) =>
    (entries ?? [])
      .filter((entry) => !entry.internal && !isLinkLocal(entry.address))
      .map((entry) => ({ name, address: plainAddress(entry.address), family: entry.family })),
  );
}

/** The wildcard of each family that this kernel supports, for a probe that finds none of its addresses on an interface. */
function wildcards(): string[] {
  const families = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return families.some((entry) => entry.family === 'IPv6') ? ['0.0.0.0', '::'] : ['0.0.0.0'];
}

function canonical(address: string): string {
  return isIPv6(address) ? new URL(`http://[${plainAddress(address)}]`).hostname.slice(1, -1) : address;
}

/** Where to listen, as far as the interfaces are up; `complete` when no more are expected. */
function chooseAddresses(settings: Settings): { chosen: string[]; complete: boolean } {
  const own = [...new Set(ownAddresses().map((entry) => entry.address))];
  const known = new Set([...settings.podIPs, ...settings.hostIPs].map(canonical));
  const present = new Set(own.map(canonical));
  if (settings.kind === 'node') {
    // A node has many other addresses: bridges, tunnels, Service addresses of IPVS.
    const chosen = own.filter((address) => known.has(canonical(address)));
    return {
      chosen,
      complete: settings.podIPs.every((address) => present.has(canonical(address))) && chosen.length > 0,
    };
  }
  return {
    chosen: own,
    complete: own.length > 0 && settings.podIPs.every((address) => present.has(canonical(address))),
  };
}

/**
 * Where to listen: a pod on all of its addresses, a node on those that Kubernetes knows it by; the wildcards when there are none.
 * Waits three seconds at most for announced addresses that are missing.
 */
export async function listeningAddresses(settings: Settings): Promise<string[]> {
  if (settings.addresses) return settings.addresses;
  const giveUpAt = performance.now() + 3000;
  for (;;) {
    const { chosen, complete } = chooseAddresses(settings);
    // Seen on kernel 6.18: a new veth pair is not "running", and so not listed by libuv, for up to a second after it was set up.
    if (complete || performance.now() > giveUpAt) return chosen.length > 0 ? chosen : wildcards();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
