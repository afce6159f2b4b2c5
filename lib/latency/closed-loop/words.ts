/** The closed loop's numbers in words, so that nobody reads more into them than there is. Microseconds throughout. */
import type { Difference, DifferenceName, Group } from './estimate.ts';
import type { Measured } from './measured.ts';
import type { Path } from '../../service-paths/path.ts';
import { us, withInterval } from '../numbers.ts';

/** What may be said of one difference; no number where the control fails. */
function findingWords({ finding, threshold, upper, ...difference }: Difference): string {
  if (finding.kind === 'not good enough')
    return 'the instrument is not good enough here: its control sees a difference between two equal paths';
  const seen = withInterval({ upper, ...difference });
  const resolution = `this run could have seen ${us(finding.resolution)} µs or more`;
  if (upper < 0)
    return `${seen}, so it is faster, by at least ${us(-upper)} µs (resolution ${us(finding.resolution)} µs)`;
  switch (finding.kind) {
    case 'below threshold':
      return `${seen}, so below the ${us(threshold)} µs that the measurement looks for (${resolution})`;
    case 'at least':
      return `${seen}, so it is slower, by at least ${us(finding.x)} µs (resolution ${us(finding.resolution)} µs)`;
    case 'undecided':
      return `${seen}, which may be nothing, or up to ${us(upper)} µs (${resolution})`;
  }
}

/** A difference of a group; null when its path was not measured. */
export function differenceOf(group: Group, name: DifferenceName, path: Path): Difference | null {
  return group.differences.find((one) => one.name === name && one.path === path) ?? null;
}

/** The group that stands for all others in one sentence: to another node, UDP, paced, as far as there is one; back to back where the paced regime could not even tell that a new flow costs anything. */
export function foremost(groups: readonly Group[]): Group | null {
  const tells = (group: Group): boolean =>
    differenceOf(group, 'new minus established', 'pod-ip')?.finding.kind !== 'undecided';
  const rank = (group: Group): number =>
    (group.where === 'other node' ? 0 : 8) +
    (group.protocol === 'UDP' ? 0 : 4) +
    (tells(group) ? 0 : 2) +
    (group.idleMs > 0 ? 0 : 1);
  return [...groups].toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
}

/** One sentence on what was found, and how far it can be trusted. */
export function sentence(
  { form, ...proxies }: Pick<Measured, 'form' | 'proxyModes' | 'beforeKubeProxy'>,
  groups: readonly Group[],
): string {
  const group = foremost(groups);
  if (group === null) return 'nothing could be measured';
  const flows = `${group.protocol} to ${group.where === 'same node' ? 'a pod of the same node' : 'another node'}, ${regimeWords(group)}`;
  const direct = differenceOf(group, 'new minus established', 'pod-ip');
  const service = differenceOf(group, 'new minus established', 'cluster-ip');
  const parts = [
    `${flows}: ${costWords(direct, service, proxies)}`,
    seenWords(differenceOf(group, 'new, minus pod IP', 'cluster-ip')),
    ...perPacketWords(differenceOf(group, 'established, minus pod IP', 'cluster-ip')),
    ...(form === 'short' ? ['short form: --latency full narrows the intervals'] : []),
  ];
  return parts.join('; ');
}

/** "5 ms idle before every sample" or "back to back". */
export function regimeWords({ idleMs }: Pick<Group, 'idleMs'>): string {
  return idleMs > 0 ? `${idleMs} ms idle before every sample` : 'back to back';
}

function costWords(
  direct: Difference | null,
  service: Difference | null,
  { proxyModes, beforeKubeProxy }: Pick<Measured, 'proxyModes' | 'beforeKubeProxy'>,
): string {
  if (direct === null || service === null) return 'a new flow was not measured on both paths';
  if (direct.finding.kind === 'not good enough') return findingWords(direct);
  const both = `the first packet of a flow costs ${withInterval(direct)} more than a later one by pod IP, and ${withInterval(service)} by ClusterIP`;
  const modes = [...new Set(Object.values(proxyModes))].filter((mode) => /^(iptables|nftables|ipvs)/.test(mode));
  if (direct.lower <= 0 || service.lower <= 0 || modes.length === 0) return both;
  const rules = `kube-proxy's rules (${modes.join(', ')})`;
  return beforeKubeProxy
    ? `${both}: on both paths; the network plugin translates what pods dial before ${rules}`
    : `${both}: on both paths, and ${rules} are on both`;
}

function seenWords(difference: Difference | null): string {
  if (difference === null) return 'no ClusterIP was measured';
  return `what a user sees, ClusterIP minus pod IP: ${findingWords(difference)}`;
}

/** kube-proxy's rules are walked by first packets only. Address translation of a later one takes a fraction of a microsecond; what takes more than the measurement set out to see is something else. */
function perPacketWords(difference: Difference | null): string[] {
  if (difference?.finding.kind !== 'at least' || difference.lower < difference.threshold) return [];
  return [
    `every later packet through the ClusterIP: ${findingWords(difference)}: something on that path handles each packet`,
  ];
}
