/** A tail is seldom the Service's: what the other paths have to say of it. */
import type { Path } from './measured.ts';
import type { OpenLoopArm } from './open-loop-arms.ts';
import type { OpenLoopGroup } from './open-loop-estimate.ts';
import { ms } from './words.ts';

/** Timers count in milliseconds: so late is nobody's fault. */
const timerUs = 1_000;

/** The place that stands for all: another node, where there is one. */
export function foremostPlace(groups: readonly OpenLoopGroup[]): OpenLoopGroup | undefined {
  return groups.find(({ where }) => where === 'other node') ?? groups[0];
}

/** Where a tail of the path through the Service comes from, as far as the other paths and the sender's own lateness tell. The Service is named only where its 99th percentile is above the pod IP's, interval and control included. */
export function tailFrom(groups: readonly OpenLoopGroup[]): string {
  const group = foremostPlace(groups);
  const service = group === undefined ? null : farOut(group, ['cluster-ip']);
  if (group === undefined || service === null) return 'the ClusterIP does not answer';
  const late = group.late.p99 ?? group.late.slowest;
  if (late - timerUs > service / 2)
    return `the probe itself was late (1 % of its packets by ${ms(late)} ms or more; it stood still for up to ${group.longestStallMs} ms): the instrument's, or its node's`;
  const direct = farOut(group, ['pod-ip', 'control']) ?? 0;
  const p99 = group.differences.find(({ name, path }) => name === 'p99' && path === 'cluster-ip');
  if (p99?.finding.kind === 'at least' && direct < service / 2) return "the pod IP has none such: the Service's";
  if (direct < service / 2) return 'too few packets to tell the ClusterIP from the pod IP';
  const near = group.where === 'same node' ? undefined : groups.find(({ where }) => where === 'same node');
  const within = near === undefined ? null : farOut(near, ['pod-ip', 'control']);
  if (within === null) return "the pod IP has it too: not kube-proxy's";
  return within < service / 2
    ? 'the pod IP has it too, and a pod of the same node does not: look at the network between nodes'
    : "the pod IP has it too, on the same node as well: look at the nodes' load, not at kube-proxy or the network";
}

/** Where loss comes from. */
export function lossFrom(groups: readonly OpenLoopGroup[]): string {
  const group = foremostPlace(groups);
  const arm = (path: Path): OpenLoopArm | undefined => group?.arms.find((one) => one.path === path);
  const [service, direct] = [arm('cluster-ip'), arm('pod-ip')];
  if (service === undefined || direct === undefined) return 'nothing was measured';
  return service.loss.lower > direct.loss.upper
    ? `by pod IP ${direct.lost} of ${direct.packets} are lost: the Service's`
    : `by pod IP ${direct.lost} of ${direct.packets} are lost: not kube-proxy's as far as can be told`;
}

/** How far the slowest 1 % (of fewer packets: the slowest) of these paths are above the fastest; null without an answer. */
function farOut({ arms }: OpenLoopGroup, paths: Path[]): number | null {
  const tails = arms.flatMap(({ path, variation }) => (paths.includes(path) && variation ? [variation] : []));
  return tails.length === 0 ? null : Math.max(...tails.map(({ p99, slowest }) => p99 ?? slowest));
}
