import { newFlowCost } from '../latency/closed-loop/costs.ts';
import type { Group } from '../latency/closed-loop/estimate.ts';
import { us } from '../latency/numbers.ts';
import { about, type Answer } from './answer.ts';
import { conntrackWarning, type Fill, flowsElsewhere } from './conntrack.ts';

/** KEP-3866, iptables mode: what one more Service adds to the first packet of every flow. */
const nsPerService = 23;
/** A lot for one node. */
const flowsPerSecond = 100_000;

/** "Millions of connections?": how many more fit, and what new ones cost. `groups`: what the latency clause found in this run; null: nothing. `elsewhere`: the network plugin tracks pods' flows in maps of its own. */
export function connectionsAnswer(known: {
  fullest: Fill | undefined;
  services: number | null;
  proxyModes: Record<string, string>;
  groups: readonly Group[] | null;
  elsewhere?: boolean;
}): Answer {
  const { fullest, elsewhere = false } = known;
  const room = elsewhere
    ? flowsElsewhere
    : fullest === undefined
      ? 'conntrack is not reported'
      : `${fullest.max - fullest.count} more entries fit on ${fullest.node}`;
  return {
    question: 'millions of connections?',
    sentence: [room, ...costWords(known)].join('; '),
    figure: elsewhere ? null : (fullest?.share ?? null),
    interval: null,
    unit: 'of conntrack, on the fullest node',
    threshold: elsewhere ? null : conntrackWarning,
    source: elsewhere ? flowsElsewhere : "NodeHighNumberConntrackEntriesUsed of node_exporter's mixin",
    limitedBy: null,
  };
}

/** What was measured in this run takes precedence over published figures. */
function costWords({
  services,
  proxyModes,
  groups,
}: {
  services: number | null;
  proxyModes: Record<string, string>;
  groups: readonly Group[] | null;
}): string[] {
  const cost = newFlowCost(groups ?? []);
  if (cost !== null) {
    const { estimate, lower, upper, flows } = cost;
    return [
      `a new flow costs ${us(estimate)} µs by pod IP (95 %: ${us(lower)} to ${us(upper)}; measured in this run, ${flows}): if all of it is CPU time, ${about(1e6 / upper)} to ${about(1e6 / lower)} new flows a second keep one core busy`,
    ];
  }
  const chained = Object.values(proxyModes).some((mode) => mode.startsWith('iptables'));
  if (!chained || services === null || services === 0) return [];
  const cores = (flowsPerSecond * services * nsPerService) / 1e9;
  return [
    `${about(flowsPerSecond)} new flows a second × ${services} ${services === 1 ? 'Service' : 'Services'} × ${nsPerService} ns (published for iptables mode, KEP-3866) = ${about(cores)} cores busy with rules; --latency measures what else a new flow costs`,
  ];
}
