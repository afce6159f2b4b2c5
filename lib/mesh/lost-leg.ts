import type { HalfOpenRecord, SeenRecord } from '../probe/wire.ts';
import type { Dialled, LostLeg } from './dialled.ts';

/**
 * Asks the responders what they received of the dials that lost packets, and notes which way they were lost.
 * One request a responder, however many dials.
 */
export async function findLostLegs(dialled: Dialled[], options: { deadlineMs: number }): Promise<void> {
  const lost = dialled.filter((dial) => dial.lossy || dial.record?.outcome === 'timeout');
  const byTarget = Map.groupBy(lost, (dial) => dial.to);
  await Promise.all(
    [...byTarget].map(async ([to, dials]) => {
      const reply = await to.channel.request({ kind: 'seen', nonces: dials.map((dial) => dial.lastRound.nonce) }, options);
      if (!reply.whole) {
        for (const dial of dials) dial.lostLeg = 'unknown';
        return;
      }
      const seen = new Map<string, SeenRecord>();
      let halfOpen: HalfOpenRecord['connections'] = [];
      for (const record of reply.records) {
        if (record.kind === 'seen') seen.set(record.nonce, record);
        if (record.kind === 'half-open') halfOpen = record.connections;
      }
      for (const dial of dials) dial.lostLeg = lostLeg(dial, seen.get(dial.lastRound.nonce), halfOpen);
    }),
  );
}

/**
 * TCP: a half-open handshake means that the SYN came and its answer was lost. Nothing at all means that the SYN was lost,
 * unless something on the way answers for the peer.
 */
function lostLeg(dial: Dialled, seen: SeenRecord | undefined, halfOpen: HalfOpenRecord['connections']): LostLeg {
  const received = seen?.received ?? 0;
  if (dial.protocol === 'TCP') {
    const mine = (entry: { local: { port: number }; peer: { port: number } }): boolean =>
      entry.local.port === dial.port && entry.peer.port === dial.record?.local?.port;
    if (dial.record?.local === null) return 'unknown';
    return received > 0 || halfOpen.some(mine) ? 'reply' : 'request';
  }
  if (!dial.lossy) return received > 0 ? 'reply' : 'request';
  const lostThere = received < dial.lastRound.attempts * 0.98;
  const lostBack = dial.lastRound.answered < received * 0.98;
  if (lostThere && lostBack) return 'both';
  return lostBack ? 'reply' : 'request';
}
