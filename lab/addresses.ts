import { type Family, type InEach, primary } from './families.ts';

// The lab's addresses. All are reserved for tests (198.18.0.0/15 and 2001:2::/48, RFC 2544 and 5180), so that nothing real can be reached by mistake.

export const ranges = {
  reserved: { ipv4: '198.18.0.0/15', ipv6: '2001:2::/48' },
  nodes: { ipv4: '198.18.0.0/24', ipv6: '2001:2::/64' },
  pods: { ipv4: '198.18.64.0/18', ipv6: '2001:2:0:6400::/56' },
  services: { ipv4: '198.19.0.0/20', ipv6: '2001:2:0:f::/112' },
} as const;

/** This machine's interface into the lab, the API server, and the first address of the Service range: those of the primary family are used. */
export const hostAddress = { ipv4: '198.18.0.1', ipv6: '2001:2::1' } as const;
export const apiAddress = { ipv4: '198.18.0.2', ipv6: '2001:2::2' } as const;
export const apiPort = 6443;
export const apiServiceAddress = { ipv4: '198.19.0.1', ipv6: '2001:2:0:f::1' } as const;

/** An address as it stands in a URL. */
export const inUrl = (address: string): string => (address.includes(':') ? `[${address}]` : address);

/** The API server's URL. */
export const apiServer = (families: readonly Family[]): string =>
  `https://${inUrl(primary(apiAddress, families))}:${apiPort}`;

/** Each node has one of the pod range's 64 /24s; this many were brought up on two cores. */
export const mostNodes = 20;

export interface NodeAddresses extends InEach {
  readonly name: string;
  readonly namespace: string;
  /** This node's pod ranges in CIDR notation. */
  readonly pods: InEach;
}

/** The addresses of node 1, 2, …: 198.18.0.11, 2001:2::11 and so on. */
export const nodeAddresses = (index: number): NodeAddresses => ({
  name: `node-${index}`,
  namespace: `flatnet-node-${index}`,
  ipv4: `198.18.0.${10 + index}`,
  ipv6: `2001:2::${10 + index}`,
  pods: { ipv4: `198.18.${63 + index}.0/24`, ipv6: `2001:2:0:64${(index - 1).toString(16).padStart(2, '0')}::/64` },
});

export const controlName = 'control';
export const controlNamespace = 'flatnet-control';
export const switchNamespace = 'flatnet-switch';
export const namespacePrefix = 'flatnet-';
export const hostLink = 'flatnet-host';
