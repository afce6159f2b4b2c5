import type { Probe } from '../cluster/model.ts';
import type { RawProtocol, RawRecord } from '../conversations/raw.ts';
import type { Facts } from '../verdict/oracle/judgement.ts';

const protocols: RawProtocol[] = ['ICMP echo', 'IP protocol 253', 'SCTP'];
const timeoutMs = 1_500;

interface Attempt {
  from: Probe;
  to: Probe;
  record: RawRecord;
}

/** Tries, from one probe a node to its like on the next node, protocols that the model does not ask for. */
export async function otherProtocols(options: { pods: Probe[]; nodes: Probe[] }): Promise<Facts> {
  const onePodANode = [...new Map(options.pods.map((pod) => [pod.node, pod])).values()];
  const [betweenPods, betweenNodes] = await Promise.all([attempts(onePodANode), attempts(options.nodes)]);
  const table = { pods: tableOf(betweenPods), nodes: tableOf(betweenNodes) };
  return {
    expected: 'nothing: TCP and UDP are all that is required',
    seen: `not required, seen between pods: ${sentence(betweenPods)}; between nodes: ${sentence(betweenNodes)}`,
    violations: [],
    data: table,
  };
}

async function attempts(probes: Probe[]): Promise<Attempt[]> {
  const forMs = 4 * timeoutMs;
  await Promise.all(
    probes.map((probe) => probe.channel.request({ kind: 'raw-listen', forMs }, { deadlineMs: 10_000 })),
  );
  const all = await Promise.all(
    probes.map(async (from, n) => {
      const to = probes[(n + 1) % probes.length];
      if (to === undefined || to === from) return [];
      const targets = Object.values(to.addresses).map((address) => ({ address, protocols }));
      const reply = await from.channel.request({ kind: 'raw', targets, timeoutMs }, { deadlineMs: 10_000 });
      if (!reply.whole)
        return targets.flatMap(({ address }) =>
          protocols.map((protocol) => ({ from, to, record: notChecked(address, protocol, reply.reason) })),
        );
      return reply.records.map((record) => ({ from, to, record }));
    }),
  );
  return all.flat();
}

function notChecked(address: string, protocol: RawProtocol, reason: string): RawRecord {
  return { kind: 'raw', address, protocol, result: 'not checked', reason };
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
