import type { DialRecord } from '../../conversations/dial.ts';
import type { Dialled } from '../dialled.ts';
import type { ExchangeTimes } from '../times.ts';
import { dialFrom } from './dial-from.ts';

/** More of one dialler are no chance: nobody is asked again, and all stand. */
const askedAtMost = 8;
/** Of one dialler's dials, fewer say nothing about how many are usual. */
const fewDials = 4;

/**
 * Asks again, from many other source ports, where a responder saw another port than the dialler's own and nothing else was translated. A
 * kernel that has another flow with the same addresses and ports already (a pod's, masqueraded under its node's address) must give a new
 * one another port, or nobody could tell their answers apart: seen for single dials of a node, in 3 of some 100 runs on healthy networks.
 * When all of these keep theirs, `portTaken` is noted; one that does not proves a translation, and the dialler's other dials stand unasked.
 * What most of a dialler's dials meet is not asked about.
 */
export async function askOtherPorts(
  dialled: readonly Dialled[],
  { times, newNonce }: { times: ExchangeTimes; newNonce: () => string },
): Promise<void> {
  const byDialler = [...Map.groupBy(dialled, ({ from, protocol }) => `${from.uid} ${protocol}`).values()];
  await Promise.all(
    byDialler.map(async (dials) => {
      for (const dial of chosenOf(dials)) {
        if (!(await isKeptElsewhere(dial, { times, newNonce }))) return;
        dial.portTaken = true;
      }
    }),
  );
}

function chosenOf(dials: readonly Dialled[]): Dialled[] {
  const moved = dials.filter(isOtherPort);
  const areMost = dials.length >= fewDials && moved.length * 2 > dials.length;
  return areMost || moved.length > askedAtMost ? [] : moved;
}

/** Through a Service the port is the proxy's affair. */
function isOtherPort({ to, record }: Dialled): boolean {
  return to.via === null && record?.outcome === 'delivered' && isPortChanged(record);
}

function isPortChanged({ local, views }: DialRecord): boolean {
  if (local === null) return false;
  const isAddressKept = views.every(({ peer }) => peer.address === local.address);
  return isAddressKept && views.some(({ peer }) => peer.port !== local.port);
}

/** Of several flows the record has the views of a translated one, where there is any. */
async function isKeptElsewhere(
  dial: Dialled,
  { times, newNonce }: { times: ExchangeTimes; newNonce: () => string },
): Promise<boolean> {
  const { flows, intervalMs } = times.otherPorts;
  const { size: _ofFewBytes, ...small } = dial;
  const manner =
    dial.protocol === 'TCP'
      ? { timeoutMs: times.calm.connectionTimeoutMs, flows, intervalMs, sourcePort: 0 }
      : { timeoutMs: times.calm.datagramTimeoutMs, flows, datagrams: flows, intervalMs, sourcePort: 0 };
  const again = await dialFrom(dial.from, [{ dial: { ...small, nonce: `${newNonce()}-ports` }, manner }], { times });
  const record = again.dialled[0]?.record;
  return record?.outcome === 'delivered' && !isPortChanged(record) && record.answered * 2 > flows;
}
