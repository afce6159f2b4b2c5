/** One spelling per address, so that comparing texts finds duplicates. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { AddressOwner, Probe } from './model.ts';

/** Whether two texts name one IP address (IPv4-mapped and differently written IPv6 included). */
export function sameAddress(one: string, other: string): boolean {
  return one === other || canonicalAddress(one) === canonicalAddress(other);
}

/** An IPv4-mapped address as IPv4, any other IPv6 address in its shortest form; anything that is not an address is returned unchanged. */
export function canonicalAddress(text: string): string {
  return isIP(text) === 0 ? text : ipaddr.process(text).toString();
}

/** Which node has an address: by the API, or else as the only one whose own probe's interfaces have it (that of a tunnel, or of a bridge); null: not known. */
export function nodeByAddress(
  owners: readonly AddressOwner[],
  nodes: readonly Probe[],
): (address: string) => string | null {
  const carriers = nodes.flatMap(({ node, hello }) =>
    hello.interfaces.map(({ address }) => ({ address: canonicalAddress(address), node })),
  );
  const alone = [...Map.groupBy(carriers, ({ address }) => address).values()]
    .filter((all) => new Set(all.map(({ node }) => node)).size === 1)
    .flat();
  const given = owners.filter(({ kind }) => kind === 'node');
  const known = new Map([...alone, ...given].map(({ address, node }) => [canonicalAddress(address), node]));
  return (address) => known.get(canonicalAddress(address)) ?? null;
}

/** A node's address that another node carries, too. */
export interface CarriedTwice {
  address: string;
  /** Whose it is by the API. */
  owner: string;
  carrier: string;
  /** The carrier's interface. */
  link: string;
}

/** IPVS, and kube-router, put addresses of Services there, on every node; one of them may be a node's. */
const ofServices: ReadonlySet<string> = new Set(['kube-ipvs0', 'kube-dummy-if']);

/** Addresses of nodes, by the API, that the interfaces of another node's own probe have as well. */
export function carriedTwice(owners: readonly AddressOwner[], nodes: readonly Probe[]): CarriedTwice[] {
  const ownerOf = new Map(
    owners.filter(({ kind }) => kind === 'node').map(({ address, node }) => [canonicalAddress(address), node]),
  );
  return nodes.flatMap(({ node, hello }) =>
    hello.interfaces.flatMap(({ name, address }) => {
      const owner = ownerOf.get(canonicalAddress(address));
      if (owner === undefined || owner === node || ofServices.has(name)) return [];
      return [{ address: canonicalAddress(address), owner, carrier: node, link: name }];
    }),
  );
}
