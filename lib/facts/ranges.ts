import type { Survey } from '../cluster/model.ts';
import type { Facts } from './facts.ts';
import { overlaps } from './overlaps.ts';
import type { Violation } from './violation.ts';

/** A range of addresses and its purpose. */
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
        : podsOutside(survey),
    inconclusive: countOf(claims, 'service') === 0 ? 'the service range could not be read' : null,
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
  const pods = owners.filter(({ kind }) => kind === 'pod');
  const services = serviceRanges.map(({ range }) => range);
  const isPod = (index: number): boolean => index >= services.length;
  const inside = overlaps([...services, ...pods.map(({ address }) => address)], {
    matter: (one, other) => !isPod(one) && isPod(other),
  });
  return [...Map.groupBy(inside, ([service]) => service)].map(([service, pairs]) => {
    const first = pods[pairs[0]![1] - services.length]!;
    const more = pairs.length - 1;
    const others = more === 0 ? ' lies' : ` and ${more} more ${more === 1 ? 'pod' : 'pods'} lie`;
    const range = services[service]!;
    return {
      kind: 'pods in a service range',
      range,
      evidence: `${first.address} (pod ${first.name} on ${first.node})${others} in the service range ${range}`,
    };
  });
}

/** Pods with addresses of a range that is not known: then it was not compared with the others. */
function podsOutside({ owners, podRanges }: Survey): string[] {
  const pods = owners.filter(({ kind }) => kind === 'pod');
  const isPod = (index: number): boolean => index >= podRanges.length;
  const inside = overlaps([...podRanges.map(({ range }) => range), ...pods.map(({ address }) => address)], {
    matter: (one, other) => !isPod(one) && isPod(other),
  });
  const known = new Set(inside.map(([, pod]) => pod - podRanges.length));
  const [first, ...more] = pods.filter((_pod, index) => !known.has(index));
  if (first === undefined) return [];
  const others = more.length === 0 ? ' is' : ` and ${more.length} more ${more.length === 1 ? 'pod' : 'pods'} are`;
  return [
    `${first.address} (pod ${first.name} on ${first.node})${others} outside all known pod ranges: some pods have addresses from a range that was not compared`,
  ];
}

function overlapping(claims: Claim[]): Violation[] {
  const pairs = overlaps(
    claims.map(({ text }) => text),
    { matter: (one, other) => clash(claims[one]!, claims[other]!) },
  );
  return pairs.map((pair) => {
    const [one, other] = [claims[pair[0]]!, claims[pair[1]]!];
    return {
      kind: 'ranges overlap',
      one: one.use,
      other: other.use,
      evidence: `${one.text} (${one.use}) overlaps ${other.text} (${other.use})`,
    };
  });
}

/** Whether the two must not overlap. That two nodes have one address is for `addressing/one-owner-per-ip`. */
function clash(one: Claim, other: Claim): boolean {
  return !(one.kind === 'node' && other.kind === 'node') && !sameOwner(one, other);
}

/** The plugin's pools are listed beside the nodes' shares of them: a pool and its share do not conflict. */
function sameOwner(one: Claim, other: Claim): boolean {
  return (
    one.kind === 'pod' && other.kind === 'pod' && (one.use === 'pods' || other.use === 'pods' || one.use === other.use)
  );
}

function countOf(claims: Claim[], kind: Claim['kind']): number {
  return claims.filter((claim) => claim.kind === kind).length;
}
