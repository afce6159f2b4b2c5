import type { Probe, Reply } from '../../cluster/model.ts';
import { byKind } from '../../conversations/by-kind.ts';
import type { HalfOpenRecord, SeenRecord } from '../../conversations/seen.ts';
import type { Dialled, LostLeg } from '../dialled.ts';
import { lossyLeg } from '../loss.ts';
import type { ExchangeTimes } from '../times.ts';

interface AskOptions {
  times: ExchangeTimes;
  dropsBefore: Map<Probe, number>;
  /** How far back a responder's standing still matters. */
  sinceMs: number;
}

/**
 * Asks the responders of failed dials whether they still live, and what they received. Notes which way packets were lost, and how
 * late a responder was itself where a dial failed under load only. A responder that does not answer, or was restarted, makes its
 * dials inconclusive: a killed probe refuses connections as well as any firewall. One request a responder, however many dials.
 */
export async function askResponders(dialled: Dialled[], options: AskOptions): Promise<void> {
  const byTarget = Map.groupBy(dialled.filter(isOpen), (dial) => dial.to);
  await Promise.all([...byTarget].map(async ([to, dials]) => askResponder(to, dials, options)));
}

function isOpen({ lossy, onlyUnderLoad, record }: Dialled): boolean {
  return lossy || onlyUnderLoad || (record !== null && record.outcome !== 'delivered');
}

async function askResponder(to: Probe, dials: Dialled[], { times, dropsBefore, sinceMs }: AskOptions): Promise<void> {
  const nonces = dials.flatMap(({ rounds }) => rounds.map(({ nonce }) => nonce));
  const reply = await to.channel.request({ kind: 'seen', nonces, withinMs: sinceMs }, { deadlineMs: times.channelMs });
  const doubt = doubtOf(to, reply);
  if (doubt !== null || !reply.whole) {
    for (const dial of dials) if (!dial.onlyUnderLoad) dial.inconclusive = doubt;
    return;
  }
  const { seen: received = [], 'half-open': handshakes = [], stall: [stall] = [] } = byKind(reply.records);
  const seen = new Map(received.map((record) => [record.nonce, record]));
  const halfOpen = handshakes.flatMap(({ connections }) => connections);
  const stalledMs = stall?.longestMs ?? 0;
  const dropped = stall === undefined ? 0 : stall.droppedDatagrams - (dropsBefore.get(to) ?? 0);
  if (stall !== undefined) dropsBefore.set(to, stall.droppedDatagrams);
  for (const dial of dials) {
    const [first] = dial.rounds;
    dial.responderLateMs = (first && seen.get(first.nonce)?.lateMs) ?? null;
    if (dial.onlyUnderLoad || (!dial.lossy && dial.record?.outcome !== 'timeout')) continue;
    const spoilt = spoiltBy(dial, { stalledMs, dropped, times });
    if (spoilt !== null) {
      dial.inconclusive = `${to.node}/${to.name} ${spoilt}`;
      dial.spoilt = true;
    } else dial.lostLeg = lostLeg(dial, seen.get(dial.rounds.at(-1)?.nonce ?? ''), halfOpen);
  }
}

/** What the responder itself did to spoil a dial; null when the network is to be judged by it. */
function spoiltBy(
  { protocol, rounds }: Dialled,
  { stalledMs, dropped, times }: { stalledMs: number; dropped: number; times: ExchangeTimes },
): string | null {
  const waitMs = protocol === 'TCP' ? times.calm.connectionTimeoutMs : times.calm.datagramTimeoutMs;
  if (stalledMs > waitMs / 2) return `stood still for ${stalledMs} ms: too long to judge what it did not answer`;
  const { attempts, answered } = rounds.at(-1) ?? { attempts: 0, answered: 0 };
  if (protocol === 'UDP' && dropped >= (attempts - answered) / 2)
    return `had no room for ${dropped} datagrams that arrived: what it did not answer says nothing of the network`;
  return null;
}

function doubtOf(to: Probe, reply: Reply): string | null {
  if (!reply.whole) return `${to.node}/${to.name} can't be asked whether it is there: ${reply.reason}`;
  if (reply.instance !== to.hello.identity.instance) return `${to.node}/${to.name} was restarted during the run`;
  return null;
}

/**
 * TCP: a connection that was established for the dialler had its SYN answered: what was lost came behind, on the way there.
 * Else a half-open handshake means that the SYN came and its answer was lost. Without one nobody knows:
 * kernel 6.18 keeps none for a SYN whose answer it has no route for.
 */
function lostLeg(dial: Dialled, seen: SeenRecord | undefined, halfOpen: HalfOpenRecord['connections']): LostLeg {
  const received = seen?.received ?? 0;
  if (dial.protocol === 'TCP') {
    // Of SYNs that were sent again nobody tells whether they or their answers were lost.
    if (dial.lossy) return 'unknown';
    const ports = new Set([dial.record?.local?.port, ...(dial.record?.failedPorts ?? [])]);
    const mine = (entry: { local: { port: number }; peer: { port: number } }): boolean =>
      entry.local.port === dial.port && ports.has(entry.peer.port);
    if (received > 0) return 'reply';
    if (dial.record?.connectMs != null) return 'request';
    return halfOpen.some(mine) ? 'reply' : 'unknown';
  }
  if (!dial.lossy) return received > 0 ? 'reply' : 'request';
  const { attempts, answered } = dial.rounds.at(-1) ?? dial;
  return lossyLeg({ attempts, answered, received });
}
