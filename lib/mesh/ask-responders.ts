import type { Probe, Reply } from '../cluster/model.ts';
import type { HalfOpenRecord, SeenRecord } from '../probe/wire.ts';
import type { Dialled, LostLeg } from './dialled.ts';
import { lossyLeg } from './loss.ts';

/**
 * Asks the responders of failed dials whether they still live, and what they received.
 * Notes which way packets were lost. A responder that does not answer, or was restarted, makes its dials inconclusive:
 * a killed probe refuses connections as well as any firewall.
 * One request a responder, however many dials.
 */
export async function askResponders(
  dialled: Dialled[],
  options: { channelMs: number; dialTimeoutMs: number; datagramTimeoutMs: number; sinceMs: number },
): Promise<void> {
  const failed = dialled.filter((dial) => dial.lossy || (dial.record !== null && dial.record.outcome !== 'delivered'));
  const byTarget = Map.groupBy(failed, (dial) => dial.to);
  await Promise.all(
    [...byTarget].map(async ([to, dials]) => {
      const nonces = dials.map((dial) => dial.lastRound.nonce);
      const reply = await to.channel.request(
        { kind: 'seen', nonces, withinMs: options.sinceMs },
        { deadlineMs: options.channelMs },
      );
      const doubt = doubtOf(to, reply);
      if (doubt !== null || !reply.whole) {
        for (const dial of dials) dial.inconclusive = doubt;
        return;
      }
      const seen = new Map<string, SeenRecord>();
      let halfOpen: HalfOpenRecord['connections'] = [];
      let stalledMs = 0;
      let dropped = 0;
      for (const record of reply.records) {
        if (record.kind === 'seen') seen.set(record.nonce, record);
        if (record.kind === 'half-open') halfOpen = record.connections;
        if (record.kind === 'stall') stalledMs = record.longestMs;
        if (record.kind === 'stall') dropped = newDrops(to, record.droppedDatagrams);
      }
      for (const dial of dials) {
        if (!dial.lossy && dial.record?.outcome !== 'timeout') continue;
        const spoilt = spoiltBy(dial, { stalledMs, dropped, options });
        if (spoilt !== null) {
          dial.inconclusive = `${to.node}/${to.name} ${spoilt}`;
          dial.spoilt = true;
        } else dial.lostLeg = lostLeg(dial, seen.get(dial.lastRound.nonce), halfOpen);
      }
    }),
  );
}

const dropsBefore = new WeakMap<Probe, number>();

/** Datagrams that the probe's own sockets dropped since it was last asked. */
function newDrops(to: Probe, total: number): number {
  const before = dropsBefore.get(to) ?? 0;
  dropsBefore.set(to, total);
  return total - before;
}

/** What the responder itself did to spoil a dial; null when the network is to be judged by it. */
function spoiltBy(
  dial: Dialled,
  found: { stalledMs: number; dropped: number; options: { dialTimeoutMs: number; datagramTimeoutMs: number } },
): string | null {
  const { stalledMs, dropped, options } = found;
  const waitMs = dial.protocol === 'TCP' ? options.dialTimeoutMs : options.datagramTimeoutMs / 2;
  if (stalledMs > waitMs / 2) return `stood still for ${stalledMs} ms: too long to judge what it did not answer`;
  const lost = dial.attempts - dial.answered;
  if (dial.protocol === 'UDP' && dropped >= lost / 2)
    return `had no room for ${dropped} datagrams that arrived: what it did not answer says nothing of the network`;
  return null;
}

function doubtOf(to: Probe, reply: Reply): string | null {
  if (!reply.whole) return `${to.node}/${to.name} can't be asked whether it is there: ${reply.reason}`;
  if (reply.instance !== to.hello.identity.instance) return `${to.node}/${to.name} was restarted during the run`;
  return null;
}

/**
 * TCP: a connection that stands for the dialler had its SYN answered: what was lost came behind, on the way there.
 * Else a half-open handshake means that the SYN came and its answer was lost. Without one nobody knows:
 * kernel 6.18 keeps none for a SYN whose answer it has no route for.
 */
function lostLeg(dial: Dialled, seen: SeenRecord | undefined, halfOpen: HalfOpenRecord['connections']): LostLeg {
  const received = seen?.received ?? 0;
  if (dial.protocol === 'TCP') {
    const mine = (entry: { local: { port: number }; peer: { port: number } }): boolean =>
      entry.local.port === dial.port && entry.peer.port === dial.record?.local?.port;
    if (received > 0) return 'reply';
    if (dial.record?.connectMs != null) return 'request';
    return halfOpen.some(mine) ? 'reply' : 'unknown';
  }
  if (!dial.lossy) return received > 0 ? 'reply' : 'request';
  return lossyLeg({ ...dial.lastRound, received });
}
