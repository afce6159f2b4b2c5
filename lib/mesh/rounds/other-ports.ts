import type { DialRecord } from '../../conversations/dial.ts';
import { kindOf } from '../destination.ts';
import type { Dialled } from '../dialled.ts';
import type { ExchangeTimes } from '../times.ts';
import { beside, dialAnew } from './dial-from.ts';
import { isTranslated } from './merge.ts';

/** More of one dialler on its ways of one kind are not due to chance: they are not repeated, and stand. */
const askedAtMost = 8;
/** Fewer of these do not tell what most of them meet. */
const fewDials = 4;

interface Asking {
  times: ExchangeTimes;
  newNonce: () => string;
}

/**
 * Repeats dials of nodes, from many other source ports, where a responder saw another port than the dialler's own and nothing else was
 * translated. A kernel that has another flow with the same addresses and ports already (a pod's, masqueraded under its node's address) must
 * give a new one another port, or nobody could tell their answers apart: seen for single dials, in 3 of some 100 runs on healthy networks.
 * When all of these keep theirs, `portChangedOnce` is noted; one that does not proves a translation, and the dialler's other dials on ways of this kind
 * stand without being repeated. What most of these meet is not repeated either.
 * Returns those that are excused.
 */
export async function askOtherPorts(dialled: readonly Dialled[], asking: Asking): Promise<Dialled[]> {
  await Promise.all(
    [...Map.groupBy(dialled, kindOfWay).values()].map(async (dials) => {
      for (const dial of chosenOf(dials)) {
        const found = await askedTwice(dial, asking);
        if (found === 'translated') return;
        dial.portChangedOnce = true;
        if (found === 'unknown') dial.inconclusive ??= whyUnknown(dial);
      }
    }),
  );
  return dialled.filter(({ portChangedOnce, inconclusive }) => portChangedOnce === true && inconclusive === null);
}

/** A network may translate every port towards pods of other nodes and none towards nodes (flannel without a tunnel): one that was changed there is still chance. */
function kindOfWay({ from, to, protocol, family }: Dialled): string {
  return [from.uid, kindOf(to), to.node === from.node, protocol, family].join(' ');
}

function chosenOf(dials: readonly Dialled[]): Dialled[] {
  const changed = dials.filter(isOtherPort);
  const areMost = dials.length >= fewDials && changed.length * 2 > dials.length;
  return areMost || changed.length > askedAtMost ? [] : changed;
}

/** Pods' flows are not masqueraded under an address that others have; a port that was chosen may be what is translated; through a Service the port is the proxy's affair. */
function isOtherPort({ from, to, sourcePort, record }: Dialled): boolean {
  const isAsked = from.kind === 'node' && to.via === null && sourcePort === undefined;
  return isAsked && record?.outcome === 'delivered' && isTranslated(record) && isAddressKept(record);
}

function isAddressKept({ local, views }: DialRecord): boolean {
  return views.every(({ peer }) => peer.address === local?.address);
}

/**
 * One of forty flows may be changed as the first was: the more pods are masqueraded under the node's address, the likelier (seen on a healthy flannel: their flows to one port
 * take as many of its ports). Of forty more one is changed again where a rule does it, be it to one flow in eight.
 */
async function askedTwice(dial: Dialled, asking: Asking): Promise<'kept' | 'translated' | 'unknown'> {
  const first = await fromOtherPorts(dial, asking);
  return first === 'translated' ? fromOtherPorts(dial, asking) : first;
}

/** Of several flows a record has the views of a translated one, where there is any. */
async function fromOtherPorts(dial: Dialled, asking: Asking): Promise<'kept' | 'translated' | 'unknown'> {
  const { flows } = asking.times.otherPorts;
  const { size: _ofFewBytes, ...small } = dial;
  const { record } = await dialAnew(small, beside(dial, asking.times), { ...asking, suffix: 'ports' });
  if (record === null) return 'unknown';
  if (isTranslated(record)) return 'translated';
  return record.outcome === 'delivered' && record.answered * 2 > flows ? 'kept' : 'unknown';
}

function whyUnknown({ from }: Dialled): string {
  return `a source port of ${from.node}/${from.name} was changed on the way, and too few dials from others were answered to tell why`;
}
