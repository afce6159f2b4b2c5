/** Throughput and packet rates by pod IP and through a Service, to one and the same process: the only part of the probe that loads the network. */
import { isEnd } from '../self/addresses.ts';
import { Allowance, loadLimits, type LoadsSoFar } from './bounds.ts';
import { openStanding, type LoadFlow } from './flow.ts';
import { chunkBytes, frameBytes, tagOf } from './packet.ts';
import { openLoadTcp } from './tcp.ts';
import { openLoadUdp } from './udp.ts';
import { isTag } from '../measuring/packet.ts';
import { seededRandom, shuffled } from '../measuring/random.ts';
import { throttledMs } from '../self/throttle.ts';
import type { LoadRecord, LoadRequest, LoadTurn } from '../../conversations/load.ts';

const paths = ['pod-ip', 'control', 'cluster-ip'] as const satisfies LoadTurn['path'][];
/** For the reports of a block's turns, on top of the turns themselves. */
const blockPauseMs = 30;

/** Carries out the load, as long as `attended` says that somebody waits for it. Rejects with a sentence when the request is not bounded, another load is in progress, or a path does not answer. */
export async function load(
  request: LoadRequest,
  { attended, soFar }: { attended: () => boolean; soFar: LoadsSoFar },
): Promise<LoadRecord> {
  const error = objection(request);
  if (error !== null) throw new Error(error);
  const before = throttledMs();
  let allowance: Allowance | null = null;
  const options = {
    tag: tagOf(request.tag),
    halted: () => !attended() || (allowance?.exceededBy({ ms: 0, bytes: chunkBytes }) ?? null) !== null,
    spend: (bytes: number) => allowance?.spend(bytes),
    deadlineMs: request.openMs,
  };
  const open = request.protocol === 'TCP' ? openLoadTcp : openLoadUdp;
  const flows: LoadFlow[] = [];
  try {
    for (const path of paths)
      flows.push(await openStanding(open, path === 'cluster-ip' ? request.clusterIP : request.podIP, options));
    allowance = new Allowance(request, soFar);
    const { turns, stopped } = await takeTurns(request, { flows, allowance, attended });
    const { ms, bytes } = allowance.spent;
    const after = throttledMs();
    return {
      kind: 'load',
      protocol: request.protocol,
      turns,
      stopped,
      durationMs: Math.round(ms),
      sentBytes: bytes,
      throttledMs: before === null || after === null ? null : after - before,
    };
  } finally {
    for (const flow of flows) flow.close();
    allowance?.close();
  }
}

/** One turn on each flow, which is discarded; then blocks. An unfinished block is not reported. */
async function takeTurns(
  request: LoadRequest,
  { flows, allowance, attended }: { flows: LoadFlow[]; allowance: Allowance; attended: () => boolean },
): Promise<Pick<LoadRecord, 'turns' | 'stopped'>> {
  const random = seededRandom(request.seed);
  const blockMs = paths.length * (request.rampMs + request.countedMs) + blockPauseMs;
  const turns: LoadTurn[] = [];
  let number = 0;
  for (let block = -1; block < request.blocks; block += 1) {
    const exceeded = allowance.exceededBy({ ms: blockMs, bytes: paths.length * frameBytes(request.podIP.address) });
    if (exceeded !== null) return { turns, stopped: exceeded };
    const taken: LoadTurn[] = [];
    for (const at of shuffled(paths.length, random)) {
      number += 1;
      const turn = await flows[at]!.turn(number, request);
      if (turn === null)
        return {
          turns,
          stopped: attended() ? (allowance.exceededBy({ ms: 0, bytes: chunkBytes }) ?? 'lost') : 'unwanted',
        };
      const { sent, full, sender, report } = turn;
      const { busy: receiver, ...received } = report;
      taken.push({ block, path: paths[at]!, sent, full, sender, receiver, ...received });
    }
    if (block >= 0) turns.push(...taken);
  }
  return { turns, stopped: 'blocks' };
}

/** Why the request can't be carried out; null when it can. */
function objection(request: LoadRequest): string | null {
  const { podIP, clusterIP, rampMs, countedMs, budgetMs, budgetBytes, openMs } = request;
  if (request.protocol !== 'TCP' && request.protocol !== 'UDP') return 'neither TCP nor UDP';
  if (!isTag(request.tag)) return 'the tag is not 16 hexadecimal digits';
  if (![podIP, clusterIP].every(isEnd)) return 'not an IP address and a port';
  if (!(rampMs >= 0 && countedMs > 0 && rampMs + countedMs <= loadLimits.turnMs))
    return `a turn of more than ${loadLimits.turnMs} ms`;
  if (!(budgetMs > 0 && budgetMs <= loadLimits.requestMs)) return `more than ${loadLimits.requestMs} ms`;
  if (!(budgetBytes > 0 && budgetBytes <= loadLimits.requestBytes)) return `more than ${loadLimits.requestBytes} bytes`;
  return openMs > 0 && openMs <= 30_000 ? null : 'not a deadline of at most 30 s';
}
