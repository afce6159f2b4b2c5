import type { Dialled } from '../mesh/dialled.ts';
import { inCommon } from '../mesh/in-common.ts';
import { defaultTimes } from '../mesh/times.ts';
import type { Traffic } from '../mesh/traffic.ts';
import type { TrafficReport } from './run.ts';

const pathsNamed = 6;

/** How much a run's exchanges sent, and what failed only because of that, in the report's form. */
export function trafficReport({ pace, governor, found }: Traffic): TrafficReport {
  const { onlyUnderLoad, refusedOnce, portsChangedOnce, onePortDead, lags } = found;
  const late = onlyUnderLoad.flatMap(({ responderLateMs }) => responderLateMs ?? []);
  return {
    pace,
    reached: governor.reached,
    dials: found.dials,
    askedAgain: found.askedAgain,
    streamBytes: found.streamBytes,
    onlyUnderLoad: {
      ...countedAt(onlyUnderLoad),
      responderLateMs: late.length === 0 ? null : Math.max(...late),
      inCommon: inCommon(onlyUnderLoad, found.moments),
    },
    refusedOnce: countedAt(refusedOnce),
    portsChangedOnce: countedAt(portsChangedOnce),
    onePortDead: countedAt(onePortDead),
    lags: lags.map(({ probe, failedMs, answeredMs }) => ({
      node: probe.node,
      probe: probe.name,
      failedMs,
      answeredMs,
    })),
  };
}

/** The notes for a reader: none where all was answered at once. */
export function trafficNotes({
  onlyUnderLoad,
  dials,
  refusedOnce,
  portsChangedOnce,
  onePortDead,
  lags,
  reached,
}: TrafficReport): string[] {
  return [
    ...underLoadNotes({ onlyUnderLoad, dials, reached }),
    ...refusalNotes({ refusedOnce, dials }),
    ...portNotes({ portsChangedOnce, dials }),
    ...onePortNotes({ onePortDead, dials }),
    ...lagNotes(lags),
  ];
}

function underLoadNotes({
  onlyUnderLoad,
  dials,
  reached,
}: Pick<TrafficReport, 'onlyUnderLoad' | 'dials' | 'reached'>): string[] {
  if (onlyUnderLoad.dials === 0) return [];
  const { where, responderLateMs } = onlyUnderLoad;
  const began =
    reached.lateFrom === null
      ? ''
      : `; answers came late from ${reached.lateFrom} packets a second on, all probes together`;
  const own =
    responderLateMs === null
      ? ''
      : `; the probes that should have answered were late by up to ${responderLateMs} ms themselves`;
  const told = `${onlyUnderLoad.dials} of ${dials} dials ${onlyUnderLoad.dials === 1 ? 'was' : 'were'} not answered in full at first, but only when asked again calmly`;
  const more = `(${where.join('; ')}${began}${own})`;
  return [
    onlyUnderLoad.inCommon === null
      ? `${told}: the suite's own load, no fault of the network ${more}.`
      : `${told}: ${inCommonWords(onlyUnderLoad.inCommon, onlyUnderLoad.dials)} ${more}.`,
  ];
}

/** A node that drops packets for a while and one that is short of CPU time look alike. */
function inCommonWords(
  { nodes, dials, fromMs, toMs, there, elsewhere }: NonNullable<TrafficReport['onlyUnderLoad']['inCommon']>,
  all: number,
): string {
  const names = nodes.join(' and ');
  const which = nodes.length === 1 ? `from or to ${names}` : `between ${names}`;
  const when = `between second ${Math.floor(fromMs / 1_000)} and second ${1 + Math.floor(toMs / 1_000)} of the run`;
  const others = dials < all ? `; the others: the suite's own load` : '';
  return `${dials === all ? 'all' : dials} of them ${which}, most ${when}, when ${there.hits} of ${there.trials} dials of ${nodes[0]} failed at first, and ${elsewhere.hits} of ${elsewhere.trials} others: no load that all nodes share; packets were dropped there for a while, or ${names}, or probes there, had too little CPU time${others}`;
}

function refusalNotes({ refusedOnce, dials }: Pick<TrafficReport, 'refusedOnce' | 'dials'>): string[] {
  const { dials: refused, where } = refusedOnce;
  if (refused === 0) return [];
  return [
    `${refused} of ${dials} dials ${refused === 1 ? 'was' : 'were'} refused or reset at first, and not once when asked again (${where.join('; ')}): no load does that; something on the way may reject a few, or was just being changed.`,
  ];
}

function portNotes({ portsChangedOnce, dials }: Pick<TrafficReport, 'portsChangedOnce' | 'dials'>): string[] {
  const { dials: moved, where } = portsChangedOnce;
  if (moved === 0) return [];
  return [
    `${moved} of ${dials} dials ${moved === 1 ? 'was' : 'were'} given another source port on the way, and none of ${defaultTimes.otherPorts.flows} others there was (${where.join('; ')}): so does a kernel that has a flow with the same addresses and ports already.`,
  ];
}

function onePortNotes({ onePortDead, dials }: Pick<TrafficReport, 'onePortDead' | 'dials'>): string[] {
  const { dials: dead, where } = onePortDead;
  if (dead === 0) return [];
  return [
    `${dead} of ${dials} dials got nothing through from ${dead === 1 ? 'its' : 'their'} source port, twice, and all of ${defaultTimes.otherPorts.flows} others did (${where.join('; ')}): connection tracking may have mixed up ${dead === 1 ? 'one flow' : 'single flows'}, or keep what held when the first packet was sent; or one path of very many is broken.`,
  ];
}

function lagNotes(lags: TrafficReport['lags']): string[] {
  const [longest] = lags.toSorted((one, other) => other.answeredMs - one.answeredMs);
  if (longest === undefined) return [];
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  return [
    `${lags.length === 1 ? '1 new pod was' : `${lags.length} new pods were`} not reached by all at once: ${longest.node}/${longest.probe} still failed ${seconds(longest.failedMs)} s after it was seen Ready, and answered ${seconds(longest.answeredMs)} s after.`,
  ];
}

function countedAt(dials: Dialled[]): TrafficReport['portsChangedOnce'] {
  return { dials: dials.length, where: wherePaths(dials) };
}

function wherePaths(dials: Dialled[]): string[] {
  const paths = [...Map.groupBy(dials, pathWords)].toSorted(([, one], [, other]) => other.length - one.length);
  const more = paths.length - pathsNamed;
  return [
    ...paths.slice(0, pathsNamed).map(([path, some]) => `${path}: ${some.length}`),
    ...(more > 0 ? [`and ${more} more paths`] : []),
  ];
}

function pathWords({ from, to, protocol }: Dialled): string {
  const end = ({ kind, node }: Dialled['from']): string => (kind === 'node' ? node : `the pods of ${node}`);
  const [responder] = to.responders;
  const target = to.via !== null || responder === undefined ? to.name : end(responder);
  return `from ${end(from)} to ${target} over ${protocol}`;
}
