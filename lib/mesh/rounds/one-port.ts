import type { Dialled } from '../dialled.ts';
import type { ExchangeTimes } from '../times.ts';
import { dialFrom } from './dial-from.ts';

/** More in one round are not due to chance, and stand. */
const askedAtMost = 2;

/**
 * Repeats dials of which one source port got nothing through, each time, and all others everything, from forty more ports. When all of these are answered,
 * `onePortDead` is noted, and it is no loss: one broken path of eight would lose one of them 199 times of 200. Connection tracking that has mixed up one
 * flow leaves that: seen for 1 of 2,568 dials on a healthy lab beside forty runnable processes, through a NodePort, over UDP; 42 of its 42 answers were lost.
 * Replaces them in `found`, by what they were before they were asked again.
 */
export async function askBesideOnePort(
  found: Map<Dialled, Dialled>,
  { times, newNonce }: { times: ExchangeTimes; newNonce: () => string },
): Promise<void> {
  const alone = [...found].filter(([before, again]) => isOfOnePort(before, again));
  if (alone.length > askedAtMost) return;
  const { flows, intervalMs } = times.otherPorts;
  await Promise.all(
    alone.map(async ([before, again]) => {
      const manner =
        before.protocol === 'TCP'
          ? { timeoutMs: times.calm.connectionTimeoutMs, flows, intervalMs, sourcePort: 0 }
          : { timeoutMs: times.calm.datagramTimeoutMs, flows, datagrams: flows, intervalMs, sourcePort: 0 };
      const { dialled } = await dialFrom(
        before.from,
        [{ dial: { ...before, nonce: `${newNonce()}-beside` }, manner }],
        { times },
      );
      const record = dialled[0]?.record ?? null;
      const areAllAnswered = record?.outcome === 'delivered' && record.answered === record.attempts;
      if (areAllAnswered) found.set(before, { ...again, lossy: false, onePortDead: true });
    }),
  );
}

/** A port that was chosen may be what is filtered: see `isOfItsPort` in `merge.ts`. */
function isOfOnePort(before: Dialled, { record, lossy, rounds }: Dialled): boolean {
  const own = before.record?.local?.port;
  const last = rounds.at(-1);
  if (before.sourcePort !== undefined || before.size !== undefined || own === undefined || last === undefined)
    return false;
  const [dead, ...others] = record?.failedPorts ?? [];
  const isDeadTwice =
    before.record?.outcome === 'timeout' && before.answered === 0 && dead === own && others.length === 0;
  return lossy && isDeadTwice && last.deadFlows === 1;
}
