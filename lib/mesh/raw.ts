import { channelMs, type Probe } from '../cluster/model.ts';
import type { RawProtocol, RawRecord } from '../conversations/raw.ts';

const timeoutMs = 1_500;

/** One try of one protocol, at one address. */
export interface Attempt {
  from: Probe;
  to: Probe;
  record: RawRecord;
}

/** Tries protocols other than TCP and UDP from each of these probes to the next. */
export async function tryAlongRing(probes: Probe[], protocols: RawProtocol[]): Promise<Attempt[]> {
  // All of them until the last has begun, and been tried.
  const forMs = channelMs + 4 * timeoutMs;
  const listening = await Promise.all(
    probes.map((probe) => probe.channel.request({ kind: 'raw-listen', forMs }, { deadlineMs: channelMs })),
  );
  const all = await Promise.all(
    probes.map(async (from, n) => {
      const to = probes[(n + 1) % probes.length];
      if (to === undefined || to === from) return [];
      const targets = Object.values(to.addresses).map((address) => ({ address, protocols }));
      const heard = listening[(n + 1) % probes.length];
      const reply =
        heard?.whole === false
          ? heard
          : await from.channel.request({ kind: 'raw', targets, timeoutMs }, { deadlineMs: timeoutMs + channelMs });
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
