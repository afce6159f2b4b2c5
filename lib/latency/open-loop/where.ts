/** A tail is seldom caused by the Service: what the other paths say about it. */
import { proportionDifference, type Proportion } from '../../statistics/newcombe.ts';
import { wilson } from '../../statistics/wilson.ts';
import type { Path } from '../../service-paths/path.ts';
import type { OpenLoopDifference, OpenLoopGroup } from './estimate.ts';
import { ms } from '../numbers.ts';

/** Timers count in milliseconds: lateness below that means nothing. */
const timerUs = 1_000;
const direct: Path[] = ['pod-ip', 'control'];

/** The place that is reported for all: another node, where there is one. */
export function foremostPlace(groups: readonly OpenLoopGroup[]): OpenLoopGroup | undefined {
  return groups.find(({ where }) => where === 'other node') ?? groups[0];
}

/**
 * Where a tail of the path through the Service comes from, as far as the other paths and the sender's own lateness tell.
 * By its 99th percentile minus the pod IP's, interval and control included, the Service is named ('at least') or cleared ('below threshold'), and by nothing else.
 */
export function tailFrom(groups: readonly OpenLoopGroup[]): string {
  const group = foremostPlace(groups);
  const service = group === undefined ? null : farOut(group, ['cluster-ip']);
  if (group === undefined || service === null) return 'the ClusterIP does not answer';
  const podIP = farOut(group, direct) ?? 0;
  const p99 = group.differences.find(({ name, path }) => name === 'p99' && path === 'cluster-ip');
  const shows = p99?.finding.kind === 'at least';
  if (shows && podIP < service / 10) return "the pod IP has no such tail: the Service's";
  const has = shows ? `the pod IP has part of it (${ms(podIP)} ms)` : 'the pod IP has it too';
  if (podIP >= service / 2) return `${has}${sharedFrom(groups, { group, service })}; ${addsWords(p99)}`;
  if (shows) return `${has}; ${addsWords(p99)}`;
  return p99?.finding.kind === 'not good enough'
    ? 'the instrument is not good enough here to tell the ClusterIP from the pod IP: its control sees a difference between two equal paths'
    : 'too few packets to tell the ClusterIP from the pod IP';
}

/** For a tail that all paths have. The sender's lateness affects all of them alike: it explains no other tail. */
function sharedFrom(
  groups: readonly OpenLoopGroup[],
  { group, service }: { group: OpenLoopGroup; service: number },
): string {
  const late = group.late.p99 ?? group.late.slowest;
  if (late - timerUs > service / 2)
    return `, and the probe itself was late (1 % of its packets by ${ms(late)} ms or more; it stood still for up to ${group.longestStallMs} ms): the instrument's, or its node's`;
  const near = group.where === 'same node' ? undefined : groups.find(({ where }) => where === 'same node');
  const within = near === undefined ? null : farOut(near, direct);
  if (within === null) return '';
  return within < service / 2
    ? ', and a pod of the same node does not: look at the network between nodes'
    : ", on the same node as well: look at the nodes' load";
}

/** What the Service has to do with a tail that the pod IP has, too. */
function addsWords(p99: OpenLoopDifference | undefined): string {
  switch (p99?.finding.kind) {
    case undefined:
      return 'too few packets to tell what the ClusterIP adds';
    case 'not good enough':
      return 'the instrument is not good enough here to tell what the ClusterIP adds';
    case 'undecided':
      return `the ClusterIP may add up to ${ms(p99.upper)} ms`;
    case 'at least':
      return `the ClusterIP adds at least ${ms(p99.lower)} ms`;
    case 'below threshold':
      return "not the Service's";
  }
}

/** Where loss comes from: the Service's only where it loses more than the pod IP, interval included; the pod IP's where that alone is likely to lose half as much or more. */
export function lossFrom(groups: readonly OpenLoopGroup[]): string {
  const group = foremostPlace(groups);
  if (group === undefined) return 'nothing was measured';
  const [service, podIP] = [lossOf(group, ['cluster-ip']), lossOf(group, direct)];
  if (service.trials === 0 || podIP.trials === 0) return 'nothing was measured';
  const seen = `by pod IP ${podIP.hits} of ${podIP.trials} are lost`;
  const { lower } = proportionDifference(service, { minus: podIP });
  if (lower > 0 && podIP.hits === 0) return `${seen}: the Service's`;
  if (lower > 0)
    return `${seen}, by ClusterIP ${service.hits} of ${service.trials}, at least ${Number((100 * lower).toPrecision(2))} percentage points more: the Service's`;
  return wilson(podIP.hits, podIP).lower >= service.hits / service.trials / 2
    ? `${seen}: the pod IP loses it too`
    : `${seen}: too few packets to tell`;
}

function lossOf({ arms }: OpenLoopGroup, paths: Path[]): Proportion {
  const of = arms.filter(({ path }) => paths.includes(path));
  return {
    hits: of.reduce((sum, { lost }) => sum + lost, 0),
    trials: of.reduce((sum, { packets }) => sum + packets, 0),
  };
}

/** How far the slowest 1 % (of fewer packets: the slowest) of these paths are above the fastest; null without an answer. */
function farOut({ arms }: OpenLoopGroup, paths: Path[]): number | null {
  const tails = arms.flatMap(({ path, variation }) => (paths.includes(path) && variation ? [variation] : []));
  return tails.length === 0 ? null : Math.max(...tails.map(({ p99, slowest }) => p99 ?? slowest));
}
