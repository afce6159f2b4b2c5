import type { NodeKernel } from '../service-paths/kernels.ts';
import { isNarrow, type Limit, type Ratio } from './ratio.ts';
import { ratioWords, type Answer } from './answer.ts';

/** Medians of three runs each, Services to pods, 27 set-ups of network plugins on links of 10 Gbit/s. */
const published = {
  lower: 0.96,
  upper: 1.05,
  source: 'github.com/InfraBuilder/benchmark-k8s-cni-2020-08, pod to Service against pod to pod over TCP, 10 Gbit/s',
};

export const notMeasured = 'not measured: it would load the network; --headroom does';

/** "Do you saturate 10G?": what TCP loses on its way through a Service. `ratios`: null when the network was not to be loaded. */
export function throughputAnswer(ratios: readonly Ratio[] | null, kernels: readonly NodeKernel[]): Answer {
  const mine = ratios?.filter(({ protocol }) => protocol === 'TCP') ?? [];
  const main = mainOf(mine);
  return {
    question: 'do you saturate 10G?',
    sentence: [...said(ratios, mine, main), linkWords(kernels)].join('; '),
    ...figureOf(main),
    unit: 'throughput by ClusterIP / by pod IP, TCP',
    threshold: published.lower,
    source: published.source,
  };
}

/** One number a protocol, for a line: what the network was loaded for. */
export function inShort(ratios: readonly Ratio[]): string[] {
  return (['TCP', 'UDP'] as const).flatMap((protocol) => {
    const main = mainOf(ratios.filter((ratio) => ratio.protocol === protocol));
    return main === undefined ? [] : [`${protocol === 'TCP' ? 'throughput' : 'packet rate'} ${sharesWords([main])}`];
  });
}

/** Of the pairs across nodes, where there are such. */
export function mainOf(ratios: readonly Ratio[]): Ratio | undefined {
  return ratios.find(({ where }) => where === 'other node') ?? ratios[0];
}

/** What an answer rests on. */
export function figureOf(main: Ratio | undefined): Pick<Answer, 'figure' | 'interval' | 'limitedBy'> {
  if (main === undefined) return { figure: null, interval: null, limitedBy: null };
  const { estimate, lower, upper, level } = main.ratio;
  return {
    figure: main.isSound ? estimate : null,
    interval: main.isSound ? { lower, upper, level } : null,
    limitedBy: main.limitedBy,
  };
}

function said(ratios: readonly Ratio[] | null, mine: readonly Ratio[], main: Ratio | undefined): string[] {
  if (ratios === null) return [notMeasured];
  if (main === undefined) return ['could not be measured'];
  const gigabits = ((8 * main.perSecond.podIP) / 1e9).toPrecision(2);
  return [
    `throughput ${sharesWords(mine)}; published: ${published.lower} to ${published.upper}`,
    main.limitedBy === null
      ? `one connection got ${gigabits} Gbit/s, and neither probe was busy`
      : `generator-limited: one connection got at least ${gigabits} Gbit/s, ${limitWords(main.limitedBy, main, 'no more than 4 MiB are in flight at once')}`,
  ];
}

/** "through a Service / by pod IP 0.998 (95 %: 0.990 to 1.006) to another node, 1.00 (…) on the same node"; whether that is as narrow as it is meant to be. */
export function sharesWords(ratios: readonly Ratio[]): string {
  const shares = ratios.map(({ where, ratio, control, isSound }) => {
    const place = where === 'other node' ? 'to another node' : 'on the same node';
    return isSound
      ? `${ratioWords(ratio)} ${place}`
      : `no number ${place} (the instrument is not good enough here: the same path twice gives ${ratioWords(control, { digits: 3 })})`;
  });
  const wide = ratios.some(({ isSound, ratio }) => isSound && !isNarrow(ratio));
  return `through a Service / by pod IP ${shares.join(', ')}${wide ? '; the aim was ± 1 %' : ''}`;
}

/** "all that the sending probe could handle", or `full`. */
export function limitWords(limit: Limit, ratio: Ratio, full: string): string {
  return limit === 'window' ? full : `all that the ${limit} could handle${waitWords(ratio)}`;
}

/** On a node whose CPUs are busy a probe moves less, and unevenly: a reason for a wide interval. */
function waitWords({ sender, receiver }: Ratio): string {
  const waited = Math.max(sender.waited, receiver.waited);
  return waited < 0.05 ? '' : `, ${Math.round(100 * waited)} % of the time waiting for a CPU`;
}

/** Drivers without a device behind them invent a speed (veth: 10 Gbit/s). */
function linkWords(kernels: readonly NodeKernel[]): string {
  const speeds = kernels.flatMap(({ node, links }) =>
    links.flatMap(({ hardware, speedMbps }) =>
      hardware && speedMbps !== null && speedMbps > 0 ? [{ node, speedMbps }] : [],
    ),
  );
  const [slowest] = speeds.toSorted((a, b) => a.speedMbps - b.speedMbps);
  if (slowest === undefined) return 'no node reports the speed of a link';
  return `the slowest link that reports its speed is on ${slowest.node}: ${slowest.speedMbps / 1000} Gbit/s`;
}
