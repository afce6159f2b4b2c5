import { setTimeout as pause } from 'node:timers/promises';
import type { Exchanged } from '../mesh/dialled.ts';
import { isForgotten } from '../mesh/held/speak.ts';
import type { Held } from '../mesh/held/hold.ts';
import { isSound } from '../mesh/rounds/merge.ts';
import { measurementOf } from '../verdict/measurement.ts';
import type { Facts } from './facts.ts';

/** Waits until flows have been idle for this long; returns at once where they already have. */
export async function untilIdleFor({ atMs }: Held, ms: number): Promise<void> {
  await pause(Math.max(0, atMs + ms - performance.now()));
}

/** How long flows were idle of those that were `opened`, and what became of them: only reported; the dials over them are judged separately. */
export function idleTimes({ dialled }: Exchanged, opened: Exchanged): Facts {
  const held = dialled.flatMap(({ record, protocol }) =>
    record?.held === undefined ? [] : [{ ...record.held, protocol }],
  );
  const idle = held.map(({ idleMs }) => idleMs);
  const lost = dialled.filter(isForgotten);
  const reset = lost.filter(({ record }) => record?.outcome === 'reset').length;
  const longest = idle.length === 0 ? 0 : Math.min(...idle);
  const ended = [
    reset === 0 ? [] : `${reset} were reset`,
    reset === lost.length ? [] : `${lost.length - reset} were silent`,
  ].flat();
  const first = held.filter(({ heard }) => heard !== undefined).length;
  const unspoken = opened.dialled.filter((dial) => dial.heldAs !== undefined).length - dialled.length;
  const late = opened.dialled.filter((dial) => isSound(dial) && dial.heldAs === undefined).length;
  return {
    expected: 'flows were left idle for a while',
    seen: `${idle.length} flows were idle for ${seconds(longest)} s, and over ${first} of them the responder spoke first${ended.length === 0 ? '' : `, then ${ended.join(' and ')}`}`,
    violations: [],
    remarks: [
      late === 0 ? [] : `left out: ${late} flows that could only be opened when they were tried again`,
      unspoken === 0
        ? []
        : `left out: ${unspoken} flows over which the responder was to speak first: a translation of UDP, or a firewall in front of a node, may forget a flow after 30 s`,
    ].flat(),
    measurements: idle.length === 0 ? [] : [measurementOf('flow/idle', {}, { estimate: longest })],
  };
}

/** The kernel's own setting, in all versions since 2.4. */
const usualSeconds = 30;

/**
 * How long the nodes' kernels track flows of UDP: flows through Services that were idle for longer may be forgotten by right, so that what the side that
 * was dialled says then is not tried. A node that forgets them sooner than kernels usually do is named; which time is too short nobody promises.
 */
export function udpTracked(kernels: readonly { node: string; udpTimeoutSeconds?: number | undefined }[]): Facts {
  const known = kernels.flatMap(({ node, udpTimeoutSeconds }) =>
    udpTimeoutSeconds === undefined ? [] : [{ node, after: udpTimeoutSeconds }],
  );
  const short = known.filter(({ after }) => after < usualSeconds);
  const groups = [...Map.groupBy(short, ({ after }) => after)];
  const all = [...new Set(known.map(({ after }) => after))].toSorted((one, other) => one - other);
  return {
    expected: 'the kernels of the nodes asked how long they track a flow of UDP',
    seen: all.length === 0 ? 'not known' : `flows of UDP are tracked for ${all.join(' or ')} s`,
    violations: [],
    remarks: groups.map(
      ([after, some]) =>
        `${some.map(({ node }) => node).join(', ')} ${some.length === 1 ? 'forgets' : 'forget'} a flow of UDP after ${after} s (nf_conntrack_udp_timeout; usually ${usualSeconds}): through a Service, what the side that was dialled says after a longer pause may be lost, where that kernel tracks it`,
    ),
  };
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(ms < 10_000 ? 1 : 0);
