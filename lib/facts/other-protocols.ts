import type { Probe } from '../cluster/model.ts';
import type { RawProtocol } from '../conversations/raw.ts';
import { tryAlongRing, type Attempt } from '../mesh/raw.ts';
import type { Facts } from './facts.ts';

const protocols: RawProtocol[] = ['ICMP echo', 'IP protocol 253', 'SCTP'];

/** Tries, from one probe a node to its like on the next node, protocols that the model does not ask for. */
export async function otherProtocols(options: { pods: Probe[]; nodes: Probe[] }): Promise<Facts> {
  const onePodANode = [...new Map(options.pods.map((pod) => [pod.node, pod])).values()];
  const [betweenPods, betweenNodes] = await Promise.all([
    tryAlongRing(onePodANode, protocols),
    tryAlongRing(options.nodes, protocols),
  ]);
  const table = { pods: tableOf(betweenPods), nodes: tableOf(betweenNodes) };
  return {
    expected: 'nothing: TCP and UDP are all that is required',
    seen: `not required, seen between pods: ${sentence(betweenPods)}; between nodes: ${sentence(betweenNodes)}`,
    violations: [],
    data: table,
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

function tableOf(found: Attempt[]): unknown[] {
  return found.map(({ from, to, record }) => ({
    from: from.node,
    to: to.node,
    address: record.address,
    protocol: record.protocol,
    result: record.result,
    reason: record.reason,
  }));
}
