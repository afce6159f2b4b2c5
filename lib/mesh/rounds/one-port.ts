import type { Dialled } from '../dialled.ts';
import type { ExchangeTimes } from '../times.ts';
import { beside, dialAnew } from './dial-from.ts';

/** More in one run are not due to chance, and stand. */
const notedAtMost = 2;

interface Asking {
  times: ExchangeTimes;
  newNonce: () => string;
  /** So many were noted in this run before. */
  singlesBefore: number;
}

/**
 * Repeats dials of which one source port got nothing through, each time, and all others everything, from forty more ports. When all of these are answered,
 * `onePortDead` is noted, and it is no loss: one broken path of eight would lose one of them 199 times of 200. Connection tracking that has mixed up one
 * flow leaves that: seen for 1 of 2,568 dials on a healthy lab beside forty runnable processes, through a NodePort, over UDP; 42 of its 42 answers were lost.
 * `found`: dials before and after they were asked again; the latter are replaced.
 */
export async function askBesideOnePort(found: Map<Dialled, Dialled>, asking: Asking): Promise<void> {
  const alone = [...found].filter(([before, again]) => isOfOnePort(before, again, asking.times));
  if (asking.singlesBefore + alone.length > notedAtMost) return;
  await Promise.all(
    alone.map(async ([before, again]) => {
      const what = await askBeside(before, asking);
      if (what === 'answered') found.set(before, { ...again, lossy: false, onePortDead: true });
      if (what === 'unknown') found.set(before, { ...again, inconclusive: whyUnknown(before) });
    }),
  );
}

async function askBeside(dial: Dialled, asking: Asking): Promise<'answered' | 'lost' | 'unknown'> {
  const { record, spoilt } = await dialAnew(dial, beside(dial, asking.times), { ...asking, suffix: 'beside' });
  if (record === null || spoilt) return 'unknown';
  const { outcome, answered, attempts } = record;
  return outcome === 'delivered' && answered === attempts ? 'answered' : 'lost';
}

/** A port that was chosen may be what is filtered: see `isOfItsPort` in `merge.ts`. */
function isOfOnePort(before: Dialled, { record, lossy, rounds }: Dialled, { calm }: ExchangeTimes): boolean {
  const own = before.record?.local?.port;
  const [last] = rounds.slice(-1);
  const [dead, ...others] = record?.failedPorts ?? [];
  return (
    lossy &&
    before.sourcePort === undefined &&
    before.size === undefined &&
    before.record?.outcome === 'timeout' &&
    before.answered === 0 &&
    own !== undefined &&
    dead === own &&
    others.length === 0 &&
    last !== undefined &&
    lostOf(last) <= shareOfFlow(last, before.protocol === 'TCP' ? null : calm)
  );
}

function lostOf({ attempts, answered }: Dialled['rounds'][number]): number {
  return attempts - answered;
}

const synsAtMost = 3;

/** As many as one flow of a round sends: SYNs of a connection within its time, or its datagrams. */
function shareOfFlow({ attempts }: Dialled['rounds'][number], calm: ExchangeTimes['calm'] | null): number {
  if (calm === null) return synsAtMost;
  return attempts / (attempts > calm.few.datagrams ? calm : calm.few).datagramFlows;
}

function whyUnknown({ from }: Dialled): string {
  return `one source port of ${from.node}/${from.name} got nothing through, and others could not be asked`;
}
