/** "VoIP or gaming?": jitter, tail and loss of an open loop, compared with what a telephone call tolerates. */
import { samplesToSee } from '../../statistics/tail.ts';
import type { OpenLoopArm } from './arms.ts';
import type { Jitter } from './jitter.ts';
import { foremostPlace, lossFrom, tailFrom } from './where.ts';
import type { EstimatedOpenLoop } from './open-loop.ts';
import { ms } from '../numbers.ts';

/** ITU-T Y.1541 (12/2011), class 0, from end to end and one way; the variation is p99.9 minus the fastest. ITU-T G.114 allows 150 ms of delay. */
export const voiceLimits = { source: 'ITU-T Y.1541 class 0', variationMs: 50, loss: 0.001 };

/** With this many packets and no loss, the Wilson interval ends below the limit. */
const packetsToShowLoss = 3_838;

/** One sentence with measured figures, limits and their source; where a limit is exceeded, also the likely origin. */
export function voiceWords({ openLoop, groups }: EstimatedOpenLoop): string {
  const group = foremostPlace(groups);
  const service = group?.arms.find(({ path }) => path === 'cluster-ip');
  const direct = group?.arms.find(({ path }) => path === 'pod-ip');
  if (!group || !service || !direct)
    return `not measured: ${openLoop.remarks.join('; ') || 'there is no pair of pods'}`;
  const to = group.where === 'same node' ? 'a pod of the same node' : 'another node';
  const head = `at ${openLoop.packetsPerSecond} packets/s of ${openLoop.packetBytes} bytes through the ClusterIP to ${to}`;
  const { source, variationMs, loss } = voiceLimits;
  const parts = [
    `${head}: ${jitterWords(service, direct)}`,
    variationWords(service, direct),
    lossWords(service),
    `${source} allows ${variationMs} ms and ${percent(loss)} one way; both ways together ${varies(service)} and ${loses(service)}`,
    ...(farOut(service) > variationMs * 1000 ? [`the tail: ${tailFrom(groups)}`] : []),
    ...(service.loss.lower > loss ? [`the loss: ${lossFrom(groups)}`] : []),
  ];
  return parts.join('; ');
}

function jitterWords({ jitterThere, jitterBack }: OpenLoopArm, direct: OpenLoopArm): string {
  if (jitterThere === null || jitterBack === null) return 'no answer';
  const by = (jitter: Jitter | null): string => (jitter === null ? 'none' : ms(jitter.p50));
  const few = jitterThere.lower === null ? 'too few packets for an interval; ' : '';
  return `jitter ${withInterval(jitterThere)} there and ${withInterval(jitterBack)} back (${few}by pod IP ${by(direct.jitterThere)} and ${by(direct.jitterBack)})`;
}

function withInterval({ p50, lower, upper }: Jitter): string {
  return lower === null || upper === null ? `${ms(p50)} ms` : `${ms(p50)} ms (95 %: ${ms(lower)} to ${ms(upper)})`;
}

function variationWords({ variation, variationP999, packets }: OpenLoopArm, direct: OpenLoopArm): string {
  const of = (tail: OpenLoopArm['variation']): string => (tail === null ? '–' : ms(tail.p999 ?? tail.slowest));
  const name = variation?.p999 == null ? `the slowest of ${packets} round trips` : '99.9 % of round trips within';
  const { lower, upper } = variationP999 ?? { lower: null, upper: null };
  const interval = lower === null || upper === null ? '' : `95 %: ${ms(lower)} to ${ms(upper)}; `;
  return `${name} ${of(variation)} ms above the fastest (${interval}by pod IP ${of(direct.variation)})`;
}

function lossWords({ lost, packets, loss }: OpenLoopArm): string {
  const interval = lost === 0 ? `up to ${percent(loss.upper)}` : `${percent(loss.lower)} to ${percent(loss.upper)}`;
  return `${lost} of ${packets} lost (95 %: ${interval})`;
}

/** By the bounds of p99.9: "less" takes an upper one. */
function varies({ variation, variationP999 }: OpenLoopArm): string {
  const limit = voiceLimits.variationMs * 1000;
  const { lower, upper } = variationP999 ?? { lower: Infinity, upper: null };
  if (lower !== null && lower > limit) return 'vary more';
  if (upper !== null && upper < limit) return 'vary less';
  return (variation?.slowest ?? Infinity) < limit
    ? `never vary more (less takes ${samplesToSee(0.999)} packets to show)`
    : 'may vary more';
}

function loses({ loss, lost }: OpenLoopArm): string {
  if (loss.lower > voiceLimits.loss) return 'lose more';
  if (loss.upper < voiceLimits.loss) return 'lose less';
  return lost === 0 ? `lose none (less than the limit takes ${packetsToShowLoss} packets to show)` : 'may lose more';
}

/** Microseconds; Infinity without an answer. */
function farOut({ variation }: OpenLoopArm): number {
  return variation === null ? Infinity : (variation.p999 ?? variation.slowest);
}

/** "0.85 %", "0 %". */
function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
