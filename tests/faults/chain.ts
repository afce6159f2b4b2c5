/** Faults that are one nftables chain. */
import type { InEach } from '../../lab/families.ts';
import type { Fault, Scene } from './fault.ts';
import { sh } from './shell.ts';

const table = 'flatnet_fault';

export interface Chain {
  /** null: every one. */
  node: string | null;
  hook: string;
  rules: (scene: Scene, node: string) => string[];
  /** Definitions that the rules need, each "set NAME { … }". */
  sets?: (scene: Scene, node: string) => string[];
}

/** The nftables script of a chain on one node, in a table of its own. */
function scriptOf({ hook, rules, sets }: Chain, { scene, node }: { scene: Scene; node: string }): string {
  const chain = hook.replaceAll(/\W+/g, '_');
  const lines = [...(sets?.(scene, node) ?? []), `chain ${chain} {`, `type ${hook};`, ...rules(scene, node), '}'];
  return `table inet ${table} {\n ${lines.join('\n ')}\n}\n`;
}

/** A fault that is one chain, on one node or on each. */
export function chainFault(
  fault: Omit<Fault, 'plant' | 'undo' | 'when' | 'inconclusive' | 'verdict'> &
    Chain &
    Partial<Pick<Fault, 'when' | 'verdict'>>,
): Fault {
  const { node: where, hook, rules, sets, when = 'before', verdict = 'not conformant', ...rest } = fault;
  const chain: Chain = { node: where, hook, rules, ...(sets === undefined ? {} : { sets }) };
  const onEach = async ({ lab }: Scene, command: (node: string) => string): Promise<void> => {
    for (const node of where === null ? lab.nodes : [where]) await sh(lab, node, command(node));
  };
  return {
    ...rest,
    when,
    verdict,
    inconclusive: 'none',
    plant: async (scene) => onEach(scene, (node) => `nft -f - <<'END'\n${scriptOf(chain, { scene, node })}END`),
    undo: async (scene) => onEach(scene, () => `nft delete table inet ${table} 2>/dev/null || true`),
  };
}

/** To nftables, the interfaces to which topologies connect the pods of a node. */
export const bridges = '{ "cni0", "kube-bridge" }';

/** All nodes but this. */
export function othersThan(node: string, { nodes }: Scene['lab']): string[] {
  return nodes.filter((one) => one !== node);
}

/** Matches for what the pods of these ranges send, one a family: "ip saddr 198.18.65.0/24". */
export function sentBy(podRanges: string[]): string[] {
  return podRanges.map((range) => `${familyOf(range)} saddr ${range}`);
}

/** The same for what is sent to them. */
export function sentTo(podRanges: string[]): string[] {
  return podRanges.map((range) => `${familyOf(range)} daddr ${range}`);
}

/** What these addresses, or the pods of these ranges, send to those, where both are of one family. */
export function between(from: string[], to: string[]): string[] {
  return from.flatMap((range) =>
    to
      .filter((other) => familyOf(other) === familyOf(range))
      .map((other) => `${isAt('saddr', range)} ${isAt('daddr', other)}`),
  );
}

/** The first address of a range is no pod's: flannel's tunnel has it, and nodes send from there. */
function isAt(end: 'saddr' | 'daddr', range: string): string {
  const match = `${familyOf(range)} ${end}`;
  const [first] = range.split('/', 1);
  return `${match} ${range}${first === range ? '' : ` ${match} != ${first}`}`;
}

/** As nftables names it. */
export function familyOf(range: string): 'ip' | 'ip6' {
  return range.includes(':') ? 'ip6' : 'ip';
}

/** The program for routes of this family: it shows those of IPv4 unless told. */
export function ip(range: string): 'ip' | 'ip -6' {
  return familyOf(range) === 'ip6' ? 'ip -6' : 'ip';
}

/** Of two, the one in the family of this address or range. */
export function inFamilyOf(range: string, { ipv4, ipv6 }: InEach): string {
  return familyOf(range) === 'ip6' ? ipv6 : ipv4;
}

/** As the type of a set's elements. */
export function addressType(range: string): 'ipv4_addr' | 'ipv6_addr' {
  return familyOf(range) === 'ip6' ? 'ipv6_addr' : 'ipv4_addr';
}
