/** "Don't worry unless…": the network model's four questions, each with what was measured and what it is compared with. */
import { setImmediate as breathe } from 'node:timers/promises';
import { estimatedCosts } from '../latency/closed-loop/costs.ts';
import type { Group } from '../latency/closed-loop/estimate.ts';
import { inBpf } from '../service-paths/in-bpf.ts';
import { askKernels } from '../service-paths/kernels.ts';
import type { Facts } from '../facts/facts.ts';
import { messageOf } from '../message-of.ts';
import type { Session } from '../verdict/session.ts';
import { connectionsAnswer } from './connections.ts';
import { conntrackWarning, fillsOf, fillWords, flowsElsewhere } from './conntrack.ts';
import { loadNetwork } from './load.ts';
import type { Load } from './loaded.ts';
import { loadForm, type LoadForm } from './load-plan.ts';
import { headroomMeasurements } from './measurements.ts';
import { packetsAnswer } from './packets.ts';
import { loadCsv } from './raw-csv.ts';
import { estimateRatio, type Ratio } from './ratio.ts';
import { inShort, throughputAnswer } from './throughput.ts';
import { voipAnswer } from './voip.ts';

const rawFile = 'headroom.csv';
/** The answers, and all that they rest on. */
const estimatesFile = 'headroom.json';

/** Asks every node for its connection tracking and the speed of its links, and takes the open loop of this session, or sends one; loads the network where the session allows it (in another form: `form`). */
export async function headroom(session: Session, form: LoadForm = loadForm): Promise<Facts> {
  const { nodes, proxyModes } = session;
  const elsewhere = inBpf(session.survey);
  const [kernels, services] = await Promise.all([askKernels(nodes), session.countServices()]);
  // Before the load, which would make it late.
  const voip = await voipAnswer(session);
  const load = session.headroom ? await loaded(session, form) : null;
  const ratios = load && (await ratiosOf(load));
  const fills = fillsOf(kernels);
  const [fullest] = fills;
  const tight = fills.filter(({ share }) => share > conntrackWarning);
  const silent = nodes.map(({ node }) => node).filter((node) => !fills.some((one) => one.node === node));
  const answers = [
    throughputAnswer(ratios, kernels),
    packetsAnswer(ratios),
    voip.answer,
    connectionsAnswer({ fullest, services, proxyModes, groups: await groupsOf(session), elsewhere }),
  ];
  const about = { questions: answers, services, nodes: kernels, voice: voip.data };
  const estimates = { ...about, ...(load && { load: dataOf(load, ratios ?? []) }) };
  session.attach({ file: estimatesFile, text: JSON.stringify(estimates, null, 2) });
  return {
    expected: 'nothing: measured and reported',
    seen: [
      ...(ratios === null ? [] : inShort(ratios)),
      ...(ratios?.length === 0 ? (load?.remarks.slice(0, 1) ?? []) : []),
      elsewhere ? flowsElsewhere : fullest === undefined ? 'no node reports its conntrack entries' : fillWords(fullest),
    ].join('; '),
    violations: [],
    inconclusive: kernels.length === 0 ? 'no node answered' : null,
    remarks: [
      ...answers.map(({ question, sentence }) => `${question} ${sentence}`),
      ...tight.map((fill) => `${fill.node} is short of conntrack: ${fillWords(fill)}`),
      ...(silent.length > 0 && fullest !== undefined ? [`conntrack not reported by ${folded(silent)}`] : []),
      ...(load?.remarks ?? []),
    ],
    finding: tight.length > 0,
    measurements: [...headroomMeasurements({ fills, kernels, services, ratios }), ...voip.measurements],
  };
}

/** null where the latency clause did not run before this one, or found nothing: one sentence is not worth the time that it takes. */
async function groupsOf({ begun }: Pick<Session, 'begun'>): Promise<readonly Group[] | null> {
  return begun(estimatedCosts)?.catch(() => null) ?? null;
}

/** "node-1, node-2 and 498 more". */
function folded(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ');
}

/** A load that could not even begin leaves the other questions their answers. */
async function loaded(session: Session, form: LoadForm): Promise<Load> {
  const seed = Math.floor(Math.random() * 2 ** 31);
  try {
    const load = await loadNetwork(session, { form, seed });
    session.attach({ file: rawFile, text: loadCsv(load) });
    return load;
  } catch (error) {
    return { announced: '', seed, rounds: [], remarks: [`the network was not loaded: ${messageOf(error)}`] };
  }
}

/** Between two of them the channels' heartbeats get their turn. */
async function ratiosOf({ rounds, seed }: Load): Promise<Ratio[]> {
  const ratios: Ratio[] = [];
  for (const alike of Map.groupBy(rounds, ({ protocol, where }) => `${protocol} ${where}`).values()) {
    const ratio = estimateRatio(alike, { seed });
    if (ratio !== null) ratios.push(ratio);
    await breathe();
  }
  return ratios;
}

function dataOf({ rounds, ...load }: Load, ratios: Ratio[]): object {
  return {
    ...load,
    ratios,
    rounds: rounds.map(({ turns, ...one }) => ({ ...one, turns: turns.length })),
    rawData: rawFile,
  };
}
