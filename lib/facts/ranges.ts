import ipaddr from 'ipaddr.js';
import type { Survey } from '../cluster/model.ts';
import type { Facts, Violation } from '../verdict/judgement.ts';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** A range of addresses and what it is for. */
interface Claim {
  text: string;
  use: string;
  kind: 'pod' | 'service' | 'node';
}

/** Whether pod, service and node ranges are disjoint, and the nodes' pod ranges do not overlap each other. */
export function rangesOf(survey: Survey): Facts {
  const claims = claimsOf(survey);
  const violations = [...overlapping(claims), ...podsAmongServices(survey)];
  return {
    expected: 'pod ranges, service ranges and node addresses are disjoint, and no two nodes share pod addresses',
    seen: `${countOf(claims, 'pod')} pod ranges, ${countOf(claims, 'service')} service ranges, ${countOf(claims, 'node')} node addresses: ${violations.length} overlaps`,
    violations,
    remarks:
      countOf(claims, 'pod') === 0
        ? [
            'no pod ranges are known here: instead of them the addresses of all pods were compared with the service ranges',
          ]
        : [],
    inconclusive: countOf(claims, 'service') === 0 ? 'the service range could not be read' : null,
    data: { podRanges: survey.podRanges, serviceRanges: survey.serviceRanges },
  };
}

function claimsOf(survey: Survey): Claim[] {
  return [
    ...survey.podRanges.map(({ range, node }) => ({
      text: range,
      use: node === null ? 'pods' : `pods of ${node}`,
      kind: 'pod' as const,
    })),
    ...survey.serviceRanges.map(({ range }) => ({ text: range, use: 'services', kind: 'service' as const })),
    ...survey.owners
      .filter(({ kind }) => kind === 'node')
      .map(({ name, address }) => ({ text: address, use: `node ${name}`, kind: 'node' as const })),
  ];
}

/** Pod addresses seen in a service range: the only sign where the pods' ranges are not known. */
function podsAmongServices({ owners, serviceRanges }: Survey): Violation[] {
  return serviceRanges.flatMap(({ range }) => {
    const inside = owners.filter(({ kind, address }) => kind === 'pod' && overlap(range, address));
    const [first] = inside;
    if (first === undefined) return [];
    const more = inside.length > 1 ? ` and ${inside.length - 1} more pods` : '';
    return [
      {
        evidence: `${first.address} (pod ${first.name} on ${first.node})${more} lies in the service range ${range}`,
        likelyCause: `the network plugin gives pods addresses of the service range ${range}`,
        lookWith: 'kubectl get pods -A -o wide; kubectl get servicecidrs',
      },
    ];
  });
}

function overlapping(claims: Claim[]): Violation[] {
  const violations: Violation[] = [];
  for (const [n, one] of claims.entries())
    for (const other of claims.slice(n + 1)) {
      if (one.kind === 'node' && other.kind === 'node') continue;
      if (sameOwner(one, other) || !overlap(one.text, other.text)) continue;
      violations.push({
        evidence: `${one.text} (${one.use}) overlaps ${other.text} (${other.use})`,
        likelyCause: `${one.use} and ${other.use} were given overlapping ranges: --cluster-cidr, --service-cluster-ip-range, the plugin's pools, or a node's podCIDR set by hand`,
        lookWith:
          "kubectl get nodes -o custom-columns='NAME:.metadata.name,PODS:.spec.podCIDRs,ADDRESSES:.status.addresses[*].address'; kubectl get servicecidrs",
      });
    }
  return violations;
}

/** Pools of the plugin stand beside the nodes' shares of them: a pool and its share do not clash. */
function sameOwner(one: Claim, other: Claim): boolean {
  return (
    one.kind === 'pod' && other.kind === 'pod' && (one.use === 'pods' || other.use === 'pods' || one.use === other.use)
  );
}

/** Whether two CIDR ranges (or single addresses) have an address in common. Different families never have. */
export function overlap(one: string, other: string): boolean {
  const first = parse(one);
  const second = parse(other);
  if (first === null || second === null || first[0].kind() !== second[0].kind()) return false;
  const bits = Math.min(first[1], second[1]);
  return first[0].match(second[0], bits);
}

function parse(text: string): Range | null {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

function countOf(claims: Claim[], kind: Claim['kind']): number {
  return claims.filter((claim) => claim.kind === kind).length;
}
