import type { Fold } from '../folding/explained.ts';
import { isAllOfNode } from '../folding/pattern.ts';

export interface LikelyCause {
  likelyCause: string;
  /** The command to look with. */
  lookWith: string;
  /** Facts that prove it, each in a sentence with its source; left out: it is read off the pattern alone. */
  evidence?: string[];
}

/** The nodes that a command is for, and an address to try. */
export function nodesOf(fold: Pick<Fold, 'legs' | 'edges'> & Partial<Pick<Fold, 'pattern'>>): {
  from: string;
  to: string;
  target: string;
} {
  const [leg] = fold.legs;
  const place = fold.pattern?.place;
  // Whichever way its packets go, it is that node which drops them.
  const at = place !== undefined && isAllOfNode(place) ? place.node : null;
  const edge =
    fold.edges.find((one) => leg !== undefined && one.to.probe === leg.to.probe && one.to.node === leg.to.node) ??
    fold.edges[0];
  return {
    from: at ?? leg?.from.node ?? edge?.from.node ?? 'NODE',
    to: at ?? leg?.to.node ?? edge?.to.node ?? 'NODE',
    target: edge?.to.address ?? 'ADDRESS',
  };
}

/** The family of all its dials; null: several. In a cluster of one family a pattern says none. */
export function familyOf({ edges }: Fold): 'IPv4' | 'IPv6' | null {
  const [family, ...others] = new Set(edges.map((edge) => edge.family));
  return family === undefined || others.length > 0 ? null : family;
}

/** The program that shows routes and neighbours of the family of all its dials. */
export function ipFor(fold: Fold): 'ip' | 'ip -6' {
  return familyOf(fold) === 'IPv6' ? 'ip -6' : 'ip';
}

/** The same where only IPv6 is concerned: other programs show its rules, and other settings govern it. */
export function overIPv6(text: string): string {
  return text.replaceAll('iptables', 'ip6tables').replaceAll('net.ipv4.ipfrag_', 'net.ipv6.ip6frag_');
}

/** Look at what a node filters. */
export function rules(node: string): string {
  return onNode(node, 'nft list ruleset; iptables-save');
}

/** A command that runs on a node of any cluster, with nothing but kubectl. */
export function onNode(node: string, command: string): string {
  return `kubectl debug node/${node} -it --profile=sysadmin --image=busybox -- chroot /host sh -c '${command}'`;
}

/** What finds a neighbour's link-layer address, in the family of all its dials. */
export function askedFor(fold: Fold): string {
  return familyOf(fold) === 'IPv4' ? 'ARP requests' : 'neighbour solicitations (ICMPv6, to a multicast group)';
}
