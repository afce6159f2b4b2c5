import type { Probe } from '../cluster/model.ts';
import type { RawProtocol } from '../conversations/raw.ts';
import { tryAlongRing, type Attempt } from '../mesh/raw.ts';
import { measurementOf, type Measurement } from '../verdict/measurement.ts';
import type { Facts } from './facts.ts';

const protocols: RawProtocol[] = ['ICMP echo', 'IP protocol 253', 'SCTP'];

/** Tries protocols that the model does not require, from one probe per node to its counterpart on the next node. */
export async function otherProtocols(options: { pods: Probe[]; nodes: Probe[] }): Promise<Facts> {
  const onePodANode = [...new Map(options.pods.map((pod) => [pod.node, pod])).values()];
  const [betweenPods, betweenNodes] = await Promise.all([
    tryAlongRing(onePodANode, protocols),
    tryAlongRing(options.nodes, protocols),
  ]);
  return {
    expected: 'nothing: TCP and UDP are all that is required',
    seen: `not required, seen between pods: ${sentence(betweenPods)}; between nodes: ${sentence(betweenNodes)}`,
    violations: [],
    measurements: [...measurementsOf('pods', betweenPods), ...measurementsOf('nodes', betweenNodes)],
  };
}

function sentence(found: Attempt[]): string {
  if (found.length === 0) return 'nothing was tried (one node only)';
  return protocols
    .map((protocol) => {
      const mine = found.filter(({ record }) => record.protocol === protocol);
      const answered = mine.filter(({ record }) => record.result === 'answered').length;
      const unchecked = mine.find(({ record }) => record.result === 'not checked');
      if (unchecked !== undefined) return `${protocol} not checked: ${unchecked.record.reason ?? 'no reason given'}`;
      return answered === mine.length ? `${protocol} passes` : `${protocol} answered ${answered} of ${mine.length}`;
    })
    .join(', ');
}

/** Covers what was tried; the sentence names what could not be. */
function measurementsOf(between: 'pods' | 'nodes', found: Attempt[]): Measurement[] {
  return found
    .filter(({ record }) => record.result !== 'not checked')
    .map(({ from, to, record: { protocol, result, address } }) => {
      const family = address.includes(':') ? 'IPv6' : 'IPv4';
      const subject = { between, from: from.node, to: to.node, protocol, family } as const;
      return measurementOf('protocol/passes', subject, { estimate: result === 'answered' ? 1 : 0 });
    });
}
