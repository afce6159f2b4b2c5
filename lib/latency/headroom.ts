/** "Don't worry unless…": what a node tells of its reserves without being loaded, and what a telephone call would meet. */
import type { Facts } from '../verdict/judgement.ts';
import type { Session } from '../verdict/session.ts';
import { askKernels, type NodeKernel } from './kernels.ts';
import { openLoopData } from './open-loop-data.ts';
import { openLoopOnce } from './open-loop.ts';
import { voiceLimits, voiceWords } from './voice.ts';

/** `NodeHighNumberConntrackEntriesUsed` of node_exporter's mixin warns above this share. */
const conntrackWarning = 0.75;
/** KEP-3866, iptables mode: what one more Service adds to the first packet of every flow. */
const nsPerService = 23;

/** Asks every node for its connection tracking and the speed of its links, and takes the open loop of this session, or sends one. */
export async function headroom(session: Session): Promise<Facts> {
  const { nodes, proxyModes, countServices } = session;
  const [kernels, services] = await Promise.all([askKernels(nodes), countServices()]);
  const voice = await askVoice(session);
  const fills = kernels.flatMap(fillOf).toSorted((a, b) => b.share - a.share);
  const [fullest] = fills;
  const tight = fills.filter(({ share }) => share > conntrackWarning);
  const silent = nodes.map(({ node }) => node).filter((node) => !fills.some((one) => one.node === node));
  const loads = 'not measured, it would load the network';
  return {
    expected: 'nothing: measured and reported',
    seen: fullest === undefined ? 'no node tells what its conntrack holds' : fillWords(fullest),
    violations: [],
    inconclusive: kernels.length === 0 ? 'no node answered' : null,
    remarks: [
      `do you saturate 10G? ${loads}; ${linkWords(kernels)}`,
      `packets in the millions per second? ${loads}`,
      `VoIP or gaming? ${voice.words}`,
      `millions of connections? ${connectionWords({ fullest, services, proxyModes })}`,
      ...tight.map((fill) => `${fill.node} is short of conntrack: ${fillWords(fill)}`),
      ...(silent.length > 0 && fullest !== undefined ? [`conntrack not told by ${silent.join(', ')}`] : []),
    ],
    finding: tight.length > 0,
    data: { conntrackWarning, nsPerService, services, nodes: kernels, voice: voice.data },
  };
}

/** Never throws: the other questions have their answers all the same. */
async function askVoice(session: Session): Promise<{ words: string; data: Record<string, unknown> | null }> {
  const { latency: form } = session;
  if (form === 'off') return { words: 'not measured: --latency off makes no Services', data: null };
  try {
    const paced = await openLoopOnce(session, { form, seed: Math.floor(Math.random() * 2 ** 31) });
    return { words: voiceWords(paced), data: { limits: voiceLimits, ...openLoopData(paced) } };
  } catch (error) {
    return { words: `not measured: ${error instanceof Error ? error.message : String(error)}`, data: null };
  }
}

interface Fill {
  node: string;
  count: number;
  max: number;
  /** Of 1. */
  share: number;
}

function fillOf({ node, conntrack }: NodeKernel): Fill[] {
  return conntrack === null || conntrack.max === 0
    ? []
    : [{ node, ...conntrack, share: conntrack.count / conntrack.max }];
}

function fillWords({ node, count, max, share }: Fill): string {
  return `conntrack of ${node}, the fullest, holds ${count} of ${max} (${(100 * share).toFixed(1)} %; node_exporter's mixin warns above ${100 * conntrackWarning} %)`;
}

/** Drivers without a device behind them (veth: 10 Gbit/s) make their speed up. */
function linkWords(kernels: NodeKernel[]): string {
  const speeds = kernels.flatMap(({ node, links }) =>
    links.flatMap(({ hardware, speedMbps }) =>
      hardware && speedMbps !== null && speedMbps > 0 ? [{ node, speedMbps }] : [],
    ),
  );
  const [slowest] = speeds.toSorted((a, b) => a.speedMbps - b.speedMbps);
  if (slowest === undefined) return 'no link of a node tells its speed';
  return `the slowest link that tells its speed is on ${slowest.node}: ${slowest.speedMbps / 1000} Gbit/s`;
}

function connectionWords(about: {
  fullest: Fill | undefined;
  services: number | null;
  proxyModes: Record<string, string>;
}): string {
  const { fullest, services, proxyModes } = about;
  const room =
    fullest === undefined ? 'conntrack is not told' : `${fullest.max - fullest.count} more fit on ${fullest.node}`;
  const chained = Object.values(proxyModes).some((mode) => mode.startsWith('iptables'));
  if (!chained || services === null || services === 0) return room;
  const perSecond = Math.round(1e9 / (services * nsPerService));
  return `${room}; ${services} Services at ${nsPerService} ns a rule (KEP-3866, iptables): ${perSecond} new flows a second keep one core busy with rules`;
}
