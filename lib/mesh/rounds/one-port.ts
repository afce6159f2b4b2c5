import type { Dialled } from '../dialled.ts';
import type { ExchangeTimes } from '../times.ts';
import { beside, dialAnew } from './dial-from.ts';

/** More in one run that met silence from the start are not due to chance, and stand. */
const silentAtMost = 2;

/** What a network says of an address that nobody has, or that nobody serves. */
const rejections: ReadonlySet<string | undefined> = new Set(['refused', 'unreachable']);

interface Asking {
  times: ExchangeTimes;
  newNonce: () => string;
  /** Those noted in this run before that met silence from the start. */
  singlesBefore: number;
}

/**
 * Repeats dials of which one source port got nothing through, each time, and all others everything, from forty more ports. When all of these are answered,
 * `onePortDead` is noted, and it is no loss: one broken path of eight would lose one of them 199 times of 200. Connection tracking that has mixed up one
 * flow leaves that: seen for 1 of 2,568 dials on a healthy lab beside forty runnable processes, through a NodePort, over UDP; 42 of its 42 answers were lost.
 * Where the first packet was rejected, connection tracking has the flow as it was then: seen where kube-proxy, short of CPU time, had a Service's
 * rules 10 s late; 2 of 56 connections, from the ports of before, were silent, and no bound is needed.
 * `found`: dials before and after they were asked again; the latter are replaced.
 */
export async function askBesideOnePort(found: Map<Dialled, Dialled>, asking: Asking): Promise<void> {
  const all = [...found].filter(([before, again]) => isOfOnePort(before, again, asking.times));
  const rejected = all.filter(([before]) => !metSilence(before));
  const silent = all.filter(([before]) => metSilence(before));
  const alone = asking.singlesBefore + silent.length > silentAtMost ? rejected : all;
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

/**
 * Whether all that it lost when it was asked again is of the flow whose first packet was rejected: connection tracking kept that. Others of its way must not stand
 * with it as dead: seen for 25 connections to Services that a node had 10 s late.
 */
export function isLeftOver(before: Dialled, again: Dialled, times: ExchangeTimes): boolean {
  return !metSilence(before) && isOfOnePort(before, again, times);
}

/** Whether its very first packets got no answer of any kind. */
export function metSilence({ rounds: [first] }: Pick<Dialled, 'rounds'>): boolean {
  return !rejections.has(first?.outcome);
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
    (before.record?.outcome === 'timeout' || rejections.has(before.record?.outcome)) &&
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
