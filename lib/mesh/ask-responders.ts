import type { Probe, Reply } from '../cluster/model.ts';
import type { HalfOpenRecord, SeenRecord } from '../probe/wire.ts';
import type { Dialled, LostLeg } from './dialled.ts';

/**
 * Asks the responders of failed dials whether they still live, and what they received.
 * Notes which way packets were lost. A responder that does not answer, or was restarted, makes its dials inconclusive:
 * a killed probe refuses connections as well as any firewall.
 * One request a responder, however many dials.
 */
export async function askResponders(
  dialled: Dialled[],
  options: { deadlineMs: number; dialTimeoutMs: number },
): Promise<void> {
  const failed = dialled.filter((dial) => dial.lossy || (dial.record !== null && dial.record.outcome !== 'delivered'));
  const byTarget = Map.groupBy(failed, (dial) => dial.to);
  await Promise.all(
    [...byTarget].map(async ([to, dials]) => {
      const nonces = dials.map((dial) => dial.lastRound.nonce);
      const reply = await to.channel.request({ kind: 'seen', nonces }, { deadlineMs: options.deadlineMs });
      const doubt = doubtOf(to, reply);
      if (doubt !== null || !reply.whole) {
        for (const dial of dials) dial.inconclusive = doubt;
        return;
      }
      const seen = new Map<string, SeenRecord>();
      let halfOpen: HalfOpenRecord['connections'] = [];
      let stalledMs = 0;
      for (const record of reply.records) {
        if (record.kind === 'seen') seen.set(record.nonce, record);
        if (record.kind === 'half-open') halfOpen = record.connections;
        if (record.kind === 'stall') stalledMs = record.longestMs;
      }
      for (const dial of dials) {
        if (!dial.lossy && dial.record?.outcome !== 'timeout') continue;
        if (stalledMs > options.dialTimeoutMs / 2) {
          dial.inconclusive = `${to.node}/${to.name} stood still for ${stalledMs} ms: too long to judge what it did not answer`;
          dial.spoilt = true;
        } else dial.lostLeg = lostLeg(dial, seen.get(dial.lastRound.nonce), halfOpen);
      }
    }),
  );
}

function doubtOf(to: Probe, reply: Reply): string | null {
  if (!reply.whole) return `${to.node}/${to.name} can't be asked whether it is there: ${reply.reason}`;
  if (reply.instance !== to.hello.identity.instance) return `${to.node}/${to.name} was restarted during the run`;
  return null;
}

/**
 * TCP: a half-open handshake means that the SYN came and its answer was lost. Without one nobody knows:
 * kernel 6.18 keeps none for a SYN whose answer it has no route for.
 */
function lostLeg(dial: Dialled, seen: SeenRecord | undefined, halfOpen: HalfOpenRecord['connections']): LostLeg {
  const received = seen?.received ?? 0;
  if (dial.protocol === 'TCP') {
    const mine = (entry: { local: { port: number }; peer: { port: number } }): boolean =>
      entry.local.port === dial.port && entry.peer.port === dial.record?.local?.port;
    return received > 0 || halfOpen.some(mine) ? 'reply' : 'unknown';
  }
  if (!dial.lossy) return received > 0 ? 'reply' : 'request';
  const lostThere = received < dial.lastRound.attempts * 0.98;
  const lostBack = dial.lastRound.answered < received * 0.98;
  if (lostThere && lostBack) return 'both';
  return lostBack ? 'reply' : 'request';
}
