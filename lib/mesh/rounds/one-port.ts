import type { Dialled } from '../dialled.ts';
import type { ExchangeTimes } from '../times.ts';
import { beside, dialAnew } from './dial-from.ts';
import { isOnlyDeadPort } from './merge.ts';
import { limitsOf, runFew } from './run-few.ts';

/** More in one run that met silence from the start are not due to chance, and stand. */
const silentAtMost = 2;

/** What is said of a Service that nobody translates, or serves. */
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
 * Where the first SYN to a Service was rejected, connection tracking has the flow as it was then: seen where kube-proxy, short of CPU time, had a Service's
 * rules 10 s late; 2 of 56 connections, from the ports of before, were silent, and no bound is needed. (Flows of UDP are kube-proxy's to clear.)
 * `found`: dials before and after they were asked again; the latter are replaced.
 */
export async function askBesideOnePort(found: Map<Dialled, Dialled>, asking: Asking): Promise<void> {
  const all = [...found].filter(([before, again]) => isOfOnePort(before, again, asking.times));
  const rejected = all.filter(([before]) => wasRejectedAtService(before));
  const alone = asking.singlesBefore + all.length - rejected.length > silentAtMost ? rejected : all;
  await runFew(alone, {
    work: async ([before, again]) => {
      const what = await askBeside(before, asking);
      if (what === 'answered') found.set(before, { ...again, lossy: false, onePortDead: true });
      if (what === 'unknown') found.set(before, { ...again, inconclusive: whyUnknown(before) });
    },
    holdMs: () => asking.times.otherPorts.flows * asking.times.otherPorts.intervalMs,
    keys: ([before]) => limitsOf(before, { weight, calm: asking.times.calm }),
  });
}

/** As a calm round of what gets answers: those forty are as many at a time. */
const weight = 2;

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
  return wasRejectedAtService(before) && isOfOnePort(before, again, times);
}

/** Whether its very first SYN, to a Service, was rejected. */
export function wasRejectedAtService({ protocol, to, rounds: [first] }: Dialled): boolean {
  return protocol === 'TCP' && to.via !== null && rejections.has(first?.outcome);
}

/** A port that was chosen may be what is filtered: see `isOfItsPort` in `merge.ts`. */
function isOfOnePort(before: Dialled, { record, lossy, rounds }: Dialled, { calm }: ExchangeTimes): boolean {
  const own = before.record?.local?.port;
  const [last] = rounds.slice(-1);
  return (
    lossy &&
    before.sourcePort === undefined &&
    before.size === undefined &&
    (before.record?.outcome === 'timeout' || wasRejectedAtService(before)) &&
    before.answered === 0 &&
    isOnlyDeadPort(own, record) &&
    last !== undefined &&
    lostOf(last) <= (before.protocol === 'TCP' ? synsWithin(calm.connectionTimeoutMs) : shareOfFlow(last, calm))
  );
}

function lostOf({ attempts, answered }: Dialled['rounds'][number]): number {
  return attempts - answered;
}

/** SYNs of a connection that is not answered: the kernel sends it again after 1, 3, 7 s and so on. One more than fit into that time: what a probe stands still does not count for it, and does for the kernel. */
function synsWithin(timeoutMs: number): number {
  return 2 + Math.floor(Math.log2(timeoutMs / 1_000 + 1));
}

/** As many datagrams as one flow of a round sends. */
function shareOfFlow({ attempts }: Dialled['rounds'][number], calm: ExchangeTimes['calm']): number {
  return attempts / (attempts > calm.few.datagrams ? calm : calm.few).datagramFlows;
}

function whyUnknown({ from }: Dialled): string {
  return `one source port of ${from.node}/${from.name} got nothing through, and others could not be asked`;
}
