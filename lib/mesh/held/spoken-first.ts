import { channelMs, type Probe } from '../../cluster/model.ts';
import { kindOf } from '../destination.ts';
import { unknownDial, type Dialled, type HeldFlow, type PlannedDial } from '../dialled.ts';
import { isTranslated } from '../rounds/merge.ts';
import type { ExchangeTimes } from '../times.ts';

/** A dial over a flow that is held. */
export interface OverHeld {
  dial: PlannedDial;
  flow: HeldFlow;
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
 * may stand in front of a node's ports; and what a node sends anew may be translated where its answers are not. What the dialler says first makes the entry anew; and between pods at their own addresses none is needed.
 */
export function mayBeForgotten({ dial, flow }: OverHeld, idleMs: number): boolean {
  const { first, protocol, from, to } = dial;
  if (first !== 'responder' || protocol !== 'UDP' || idleMs <= datagramsTrackedMs) return false;
  return (
    to.via !== null ||
    from.kind === 'node' ||
    kindOf(to) === 'node' ||
    isTranslated({ local: flow.local, views: [flow.view] })
  );
}

/**
 * Lets responders speak first, over all flows where they are to; returns once their kernels have it. Also: the dials for which nobody could be
 * told to. What a responder has no flow for any more goes unheard: somebody has closed it.
 */
export async function speakFirst(all: readonly OverHeld[], times: ExchangeTimes): Promise<Map<PlannedDial, Dialled>> {
  const byResponder = new Map<Probe, OverHeld[]>();
  const unasked = new Map<PlannedDial, Dialled>();
  for (const one of all) {
    if (one.dial.first !== 'responder') continue;
    const responder = one.dial.to.responders.find(({ uid }) => uid === one.flow.view.who.uid);
    if (responder !== undefined) byResponder.set(responder, [...(byResponder.get(responder) ?? []), one]);
  }
  await Promise.all(
    [...byResponder].map(async ([responder, some]) => {
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
      if (reply.whole) return;
      const why = `${responder.node}/${responder.name} could not be told to speak first: ${reply.reason}`;
      for (const { dial } of some) unasked.set(dial, unknownDial(dial, why));
    }),
  );
  return unasked;
}
