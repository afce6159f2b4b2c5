/** Jitter, tail and loss at the pace of a telephone call: all pairs at once, since the load is tiny. */
import { channelMs, type Probe } from '../../cluster/model.ts';
import { voiceBytes } from '../../probe/measuring/packet.ts';
import type { Session } from '../../verdict/session.ts';
import type { WorkKey } from '../../verdict/shared-work.ts';
import type { Path } from '../../service-paths/path.ts';
import { openLoopCsv } from './csv.ts';
import { decodeStream } from './decode.ts';
import { estimateOpenLoop, type OpenLoopGroup } from './estimate.ts';
import type { OpenLoop, Stream } from './measured.ts';
import { forms } from '../forms.ts';
import { prepareOnce, type Job } from '../../service-paths/prepare.ts';

const intervalMs = 20;
/** Half a second: then a sender's streams swap their slots within the 20 ms. */
const turnPackets = 25;
/** The first packet of a flow costs more than the others, and a call has only one such packet. */
const leadIn = 5;
const timeoutMs = 1_000;

/** Packets of each stream: 3 s and 20 s. */
const openLoopPackets: Record<'short' | 'full', number> = { short: 150, full: 1_000 };

/** The raw data, beside the report. */
export const openLoopFile = 'open-loop.csv';

type Needed = Pick<Session, 'pods' | 'nodes' | 'createServices' | 'once' | 'attach'>;

export interface EstimatedOpenLoop {
  openLoop: OpenLoop;
  groups: OpenLoopGroup[];
}

/** Jitter, tail and loss of this run. */
export const sentAndEstimated: WorkKey<EstimatedOpenLoop> = { name: 'the open loop' };

/** Sends and estimates once in a run, whichever clause asks first, and leaves the raw data beside the report. Throws what `prepare` throws. */
export function openLoopOnce(
  session: Needed,
  options: { form: 'short' | 'full'; seed: number; packets?: number },
): Promise<EstimatedOpenLoop> {
  return session.once(sentAndEstimated, async () => {
    const openLoop = await sendAll(session, options);
    session.attach({ file: openLoopFile, text: openLoopCsv(openLoop) });
    return { openLoop, groups: await estimateOpenLoop(openLoop) };
  });
}

async function sendAll(
  session: Needed,
  { form, seed, packets = openLoopPackets[form] }: { form: 'short' | 'full'; seed: number; packets?: number },
): Promise<OpenLoop> {
  const { jobs, tag, remarks: before } = await prepareOnce(session, { limits: forms[form].pairs, seed });
  const remarks = [...before];
  const bySource = Map.groupBy(
    jobs.filter(({ protocol }) => protocol === 'UDP'),
    ({ pair }) => pair.from,
  );
  const streams = await Promise.all(
    [...bySource].map(([from, mine], n) => sendFrom(from, { jobs: mine, tag, packets, seed: seed + n, remarks })),
  );
  return {
    seed,
    packetsPerSecond: 1000 / intervalMs,
    packetBytes: voiceBytes,
    packets,
    streams: streams.flat(),
    remarks,
  };
}

/** All streams of one pod: a pod sends on one schedule. */
async function sendFrom(
  from: Probe,
  options: { jobs: Job[]; tag: string; packets: number; seed: number; remarks: string[] },
): Promise<Stream[]> {
  const { jobs, tag, packets, seed, remarks } = options;
  const wanted = jobs.flatMap((job) => pathsOf(job).map(({ path, end }) => ({ job, path, end })));
  const reply = await from.channel.request(
    {
      kind: 'open-loop',
      tag,
      flows: wanted.map(({ end }) => end),
      packets,
      leadIn,
      intervalMs,
      turnPackets,
      seed,
      timeoutMs,
    },
    { deadlineMs: (packets + leadIn) * intervalMs + timeoutMs + channelMs },
  );
  if (!reply.whole) {
    remarks.push(`open loop from ${from.node}: nothing measured: ${reply.reason}`);
    return [];
  }
  const { records } = reply;
  const [first] = records;
  const doubt =
    (first?.throttledMs ?? 0) > 0
      ? `a CPU limit throttled the probe for ${Math.round(first?.throttledMs ?? 0)} ms`
      : (first?.longestStallMs ?? 0) >= timeoutMs
        ? `the probe stood still for ${Math.round(first?.longestStallMs ?? 0)} ms`
        : records.length !== wanted.length
          ? `${records.length} of ${wanted.length} streams were reported`
          : null;
  if (doubt !== null) {
    remarks.push(`open loop from ${from.node}: void, ${doubt}`);
    return [];
  }
  return records.map((record, n) => {
    const { job, path } = wanted[n]!;
    return decodeStream(record, { where: job.pair.where, from: from.node, to: job.pair.to.node, path });
  });
}

/** One Service represents all of a target's: an established flow is found in conntrack, and no rule is looked up. */
function pathsOf({ ends: { podIP, services } }: Job): { path: Path; end: Job['ends']['podIP'] }[] {
  const { clusterIP, nodePort } = services[0]!;
  return [
    { path: 'pod-ip', end: podIP },
    { path: 'control', end: podIP },
    { path: 'cluster-ip', end: clusterIP },
    ...(nodePort === null ? [] : [{ path: 'node-port', end: nodePort } as const]),
  ];
}
