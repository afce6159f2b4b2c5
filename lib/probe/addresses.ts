/** The probe's own addresses, and one spelling for every address. */
import { networkInterfaces } from 'node:os';
import { isIPv6 } from 'node:net';
import type { Settings } from './environment.ts';
import type { Family } from './wire.ts';

export interface OwnAddress {
  name: string;
  address: string;
  family: Family;
}

/** An address without its zone; IPv4 that came in through an IPv6 socket is IPv4 again. */
export function plainAddress(address: string): string {
  const zoneless = address.replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(zoneless);
  return mapped?.[1] ?? zoneless;
}

function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/i.test(address);
}

/** The addresses of the interfaces that are up; loopback and link-local aside. */
export function ownAddresses(): OwnAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, entries]) =>
    (entries ?? [])
      .filter((entry) => !entry.internal && !isLinkLocal(entry.address))
      .map((entry) => ({ name, address: plainAddress(entry.address), family: entry.family })),
  );
}

/** The wildcard of each family that this kernel has, for a probe that finds none of its addresses on an interface. */
function wildcards(): string[] {
  const families = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return families.some((entry) => entry.family === 'IPv6') ? ['0.0.0.0', '::'] : ['0.0.0.0'];
}

function canonical(address: string): string {
  return isIPv6(address) ? new URL(`http://[${plainAddress(address)}]`).hostname.slice(1, -1) : address;
}

/** Where to listen. On a host network only the addresses that Kubernetes knows the node by: a node has many others (bridges, tunnels, Service addresses of IPVS). */
export function listeningAddresses(settings: Settings): string[] {
  if (settings.addresses) return settings.addresses;
  const own = [...new Set(ownAddresses().map((entry) => entry.address))];
  const known = new Set([...settings.podIPs, ...settings.hostIPs].map(canonical));
  const chosen = settings.kind === 'node' ? own.filter((address) => known.has(canonical(address))) : own;
  return chosen.length > 0 ? chosen : wildcards();
}
