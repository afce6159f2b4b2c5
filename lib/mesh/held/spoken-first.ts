import { setTimeout as pause } from 'node:timers/promises';
import { channelMs, type Probe } from '../../cluster/model.ts';
import { kindOf } from '../destination.ts';
import { unknownDial, type Dialled, type HeldFlow, type PlannedDial } from '../dialled.ts';
import { inTurns } from '../evenly.ts';
import type { Governor } from '../pace/governor.ts';
import { packetsOfSpeaking } from '../pace/pace.ts';
import { isTranslated } from '../rounds/merge.ts';
import type { ExchangeTimes } from '../times.ts';

/** A dial over a flow that is held. */
export interface OverHeld {
  dial: PlannedDial;
  flow: HeldFlow;
  /** Whether what the responder sends anew may be translated, as others of its node were. */
  isTranslatedBack: boolean;
}

/**
 * Linux tracks a flow of UDP for 30 s after its last datagram (nf_conntrack_udp_timeout; 120 s only where it went on for more than 2 s), and
 * nobody promises more. RFC 4787 asks NATs for two minutes, which a node's own translation does not keep. A little less: the dial that opened the flow may have
 * waited for a lost answer before it left the flow idle.
 */
const datagramsTrackedMs = 27_000;

/**
 * Whether what the responder says first may be lost by right, once the flow has been idle for so long. Of a connection never: its entry has to
 * outlive any pause. Of UDP, where it takes an entry to come through: one that translates (Services, masquerading), or that of a firewall, which
 * may stand in front of a node's ports; and what a responder sends anew may be translated where its answers are not: a node's, or those of pods that were translated as diallers. What the dialler says first makes the entry anew; and between pods at their own addresses none is needed.
 */
export function mayBeForgotten({ dial, flow, isTranslatedBack }: OverHeld, idleMs: number): boolean {
  const { first, protocol, from, to } = dial;
  if (first !== 'responder' || protocol !== 'UDP' || idleMs <= datagramsTrackedMs) return false;
  return (
    to.via !== null ||
    from.kind === 'node' ||
    kindOf(to) === 'node' ||
    isTranslatedBack ||
    isTranslated({ local: flow.local, views: [flow.view] })
  );
}

/** Responders are told in turns of this length, ms. */
const turnMs = 100;

/** Of responders that were to speak first. */
export interface Told {
  /** Dials for which nobody could be told to. */
  unasked: ReadonlyMap<PlannedDial, Dialled>;
  /** By dial: when its responder's kernel had it, ms after the beginning. */
  afterMs: ReadonlyMap<PlannedDial, number>;
}

/**
 * Lets responders speak first, over all flows where they are to, in turns, and over all turns no faster than the governor allows; returns once their kernels have it. What a
 * responder has no flow for any more goes unheard: somebody has closed it.
 */
export async function speakFirst(
  all: readonly OverHeld[],
  { times, governor }: { times: ExchangeTimes; governor: Pick<Governor, 'begin' | 'spend'> },
): Promise<Told> {
  const startedAt = performance.now();
  const unasked = new Map<PlannedDial, Dialled>();
  const afterMs = new Map<PlannedDial, number>();
  const first = all.flatMap((one) => spokenBy(one) ?? []);
  // What may be forgotten soon goes first.
  const { urgent = [], patient = [] } = Object.groupBy(first, (one) =>
    mayBeForgotten(one, Infinity) ? 'urgent' : 'patient',
  );
  const queue = [urgent, patient].flatMap((some) => inTurns([...byResponder(some).values()]));
  using turn = governor.begin({ nodes: new Set(first.flatMap(({ dial }) => [dial.from.node, dial.to.node])).size });
  const letSpeak = async (responder: Probe, some: readonly OverHeld[]): Promise<void> => {
    const why = await tell(responder, some, times);
    for (const { dial } of some) {
      afterMs.set(dial, performance.now() - startedAt);
      if (why !== null) unasked.set(dial, unknownDial(dial, why));
    }
  };
  const telling: Promise<void>[] = [];
  while (queue.length > 0) {
    const responders = byResponder(queue).size;
    const most = (responders * turn.share(responders) * turnMs) / 1_000;
    const { some, packets } = takeFrom(queue, { most, times });
    governor.spend(packets);
    for (const [responder, flows] of byResponder(some)) telling.push(letSpeak(responder, flows));
    if (queue.length > 0) await pause(turnMs);
  }
  await Promise.all(telling);
  return { unasked, afterMs };
}

interface SpokenFirst extends OverHeld {
  responder: Probe;
}

/** null: the responder does not speak first, or is not known. */
function spokenBy(one: OverHeld): SpokenFirst | null {
  const { dial, flow } = one;
  const responder = dial.to.responders.find(({ uid }) => uid === flow.view.who.uid);
  return dial.first !== 'responder' || responder === undefined ? null : { ...one, responder };
}

function byResponder(some: readonly SpokenFirst[]): Map<Probe, SpokenFirst[]> {
  return Map.groupBy(some, ({ responder }) => responder);
}

/** Removes from a queue what is so many packets at most, but one flow at least. */
function takeFrom(
  queue: SpokenFirst[],
  { most, times }: { most: number; times: ExchangeTimes },
): { some: SpokenFirst[]; packets: number } {
  const some: SpokenFirst[] = [];
  let packets = 0;
  for (const one of queue) {
    const more = packetsOfSpeaking({ protocol: one.dial.protocol, datagrams: times.datagrams });
    if (some.length > 0 && packets + more > most) break;
    some.push(one);
    packets += more;
  }
  queue.splice(0, some.length);
  return { some, packets };
}

/** null once its kernel has it, else why it could not be told to. */
async function tell(responder: Probe, some: readonly OverHeld[], times: ExchangeTimes): Promise<string | null> {
  const flows = some.map(({ dial: { protocol }, flow: { nonce, view } }) => ({
    nonce,
    protocol,
    local: view.local,
    peer: view.peer,
  }));
  const { datagrams, datagramIntervalMs: intervalMs } = times;
  const reply = await responder.channel.request(
    { kind: 'speak', flows, datagrams, intervalMs },
    { deadlineMs: channelMs },
  );
  return reply.whole ? null : `${responder.node}/${responder.name} could not be told to speak first: ${reply.reason}`;
}
