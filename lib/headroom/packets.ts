import type { Answer } from './answer.ts';
import { about } from './answer.ts';
import type { Ratio } from './ratio.ts';
import { figureOf, limitWords, mainOf, notMeasured, sharesWords } from './throughput.ts';

/** "Packets in the millions per second?": what UDP loses on its way through a Service. `ratios`: null when the network was not to be loaded. */
export function packetsAnswer(ratios: readonly Ratio[] | null): Answer {
  const mine = ratios?.filter(({ protocol }) => protocol === 'UDP') ?? [];
  const main = mainOf(mine);
  return {
    question: 'packets in the millions per second?',
    sentence: said(ratios, mine, main).join('; '),
    ...figureOf(main),
    unit: 'packets/s by ClusterIP / by pod IP, UDP in packets of 64 bytes',
    threshold: null,
    source: 'none is published for packet rates',
  };
}

function said(ratios: readonly Ratio[] | null, mine: readonly Ratio[], main: Ratio | undefined): string[] {
  if (ratios === null) return [notMeasured];
  if (main === undefined) return ['could not be measured'];
  const rate = `${about(main.perSecond.podIP)} packets/s`;
  return [
    `packet rate ${sharesWords(mine)}`,
    main.limitedBy === null
      ? `one flow got ${rate}, and neither probe was busy`
      : `generator-limited at ${rate}, ${limitWords(main.limitedBy, main, 'no more than 256 datagrams are in flight at once')}`,
    lossWords(main),
  ];
}

/** Datagrams that the receiver's sockets had no room for were lost by the instrument. */
function lossWords({ lost, dropped }: Ratio): string {
  const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.001 ? 3 : 1)} %`;
  if (lost === 0) return 'none was lost';
  return `${percent(lost)} were lost${dropped > 0 ? `, ${percent(Math.min(dropped, lost))} for want of room in the probe's own sockets` : ''}`;
}
