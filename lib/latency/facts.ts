/** The clause's answer: a sentence, a table, measurements, and files beside the report. */
import type { Protocol } from '../conversations/basics.ts';
import type { Facts } from '../facts/facts.ts';
import { messageOf } from '../message-of.ts';
import type { Session } from '../verdict/session.ts';
import { estimatedCosts } from './closed-loop/costs.ts';
import { ecdfSvg } from './closed-loop/ecdf-svg.ts';
import { estimateGroups, type Group } from './closed-loop/estimate.ts';
import { closedLoopMeasurements } from './closed-loop/measurements.ts';
import { openLoopMeasurements } from './open-loop/measurements.ts';
import { measureLatency } from './closed-loop/measure.ts';
import type { Measured } from './closed-loop/measured.ts';
import { openLoopData } from './open-loop/data.ts';
import { openLoopLines } from './open-loop/table.ts';
import { openLoopOnce } from './open-loop/open-loop.ts';
import { forms, type Form } from './forms.ts';
import { prepareOnce } from '../service-paths/prepare.ts';
import { rawCsv } from './closed-loop/raw-csv.ts';
import { tableLines } from './closed-loop/table.ts';
import { sentence } from './closed-loop/words.ts';

const rawFile = 'kube-proxy-latency.csv';
/** Every estimate with all that it rests on; what two runs are compared by is in the report. */
const estimatesFile = 'kube-proxy-latency.json';
const protocols: Protocol[] = ['UDP', 'TCP'];

/** Measures what a new flow costs by pod IP, ClusterIP and NodePort, then jitter, tail and loss of established flows, in the form that the session asks for, or within `limits`. Throws an Error with one sentence when nothing could be set up. */
export async function kubeProxyLatency(
  session: Session,
  limits: { form?: Form; openLoopPackets?: number } = {},
): Promise<Facts> {
  const expected = 'nothing: measured and reported';
  if (session.latency === 'off')
    return { expected, seen: '', violations: [], notApplicable: 'switched off with --latency off' };
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { latency: name } = session;
  const { form = forms[name], openLoopPackets: packets } = limits;
  const prepared = prepareOnce(session, { limits: form.pairs, seed });
  const measured = await measureLatency(session, { form: name, seed, limits: form, prepared });
  // Estimates come afterwards, so that nothing else loads the nodes meanwhile.
  const paced = await openLoopOnce(session, { form: name, seed, ...(packets !== undefined && { packets }) }).catch(
    // If it fails, what the closed loop took two minutes to measure is kept.
    messageOf,
  );
  const groups = await session.once(estimatedCosts, () => estimateGroups(measured));
  session.attach({ file: rawFile, text: rawCsv(measured) });
  const openLoop = typeof paced === 'string' ? null : openLoopData(paced);
  session.attach({ file: estimatesFile, text: JSON.stringify({ ...dataOf(measured, groups), openLoop }, null, 2) });
  for (const protocol of protocols) {
    const text = ecdfSvg(protocol, { groups, series: measured.series });
    if (text !== null) session.attach({ file: `kube-proxy-latency-${protocol.toLowerCase()}.svg`, text });
  }
  const missed = typeof paced === 'string' ? [`open loop: nothing measured: ${paced}`] : paced.openLoop.remarks;
  const remarks = [...new Set([...measured.remarks, ...missed])];
  return {
    expected,
    seen: sentence(measured, groups),
    violations: [],
    inconclusive: groups.length === 0 ? remarks.join('; ') || 'no pair of pods could be measured' : null,
    remarks: [...tableLines(groups), ...(typeof paced === 'string' ? [] : openLoopLines(paced)), ...remarks],
    measurements: [
      ...closedLoopMeasurements(measured, groups),
      ...(typeof paced === 'string' ? [] : openLoopMeasurements(paced.groups)),
    ],
  };
}

function dataOf({ series, ...measured }: Measured, groups: Group[]): object {
  return {
    unit: 'µs',
    ...measured,
    groups,
    series: series.map(({ blocks, ...one }) => ({ ...one, blocks: blocks.length })),
    rawData: rawFile,
  };
}
