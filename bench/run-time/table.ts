/** Where the time of runs went: medians of one checkout, or of two side by side. */
import type { Run } from '../../lib/verdict/run.ts';

/** What is read of a report. */
export interface Timed extends Pick<Run, 'verdict' | 'durationMs' | 'phases' | 'apiRequests'> {
  clauses: readonly Pick<Run['clauses'][number], 'id' | 'durationMs'>[];
}

export interface Timing {
  nodes: number;
  /** How long the lab took to come up, ms. */
  upMs: number;
  /** By checkout, one or two. */
  reports: readonly (readonly Timed[])[];
}

type Of = (report: Timed) => number;

/** Clauses that take less are summed up, ms. */
const shortMs = 100;
const nameWidth = 40;

/** A line per phase and the whole, then one per clause that takes a while, the longest first. */
export function tableOf({ nodes, upMs, reports }: Timing): string {
  const all = reports.flat();
  const phases = [...new Set(all.flatMap((report) => Object.keys(report.phases)))];
  const verdicts = reports.map((some) => some.map(({ verdict }) => verdict).join(', ')).join(' against ');
  const line = (name: string, of: Of, words: (value: number) => string = seconds): string => {
    const medians = reports.map((some) => median(some.map(of)));
    const [mine = 0, other] = medians;
    const ratio = other === undefined ? '' : (other === 0 ? '–' : (mine / other).toFixed(2)).padStart(10);
    return `  ${name.padEnd(nameWidth)}${medians.map((value) => words(value).padStart(10)).join('')}${ratio}`;
  };
  const { long, short } = clausesIn(reports);
  return [
    `\n${nodes} nodes, ${all.length} runs (${verdicts}); the lab was up in ${seconds(upMs)}`,
    ...(reports.length > 1
      ? [`  ${''.padEnd(nameWidth)}${['here', 'there', 'ratio'].map((head) => head.padStart(10)).join('')}`]
      : []),
    ...phases.map((phase) => line(phase, (report) => report.phases[phase] ?? 0)),
    line('in all', ({ durationMs }) => durationMs),
    line('API requests', ({ apiRequests }) => apiRequests.total, String),
    '  Of that, the clauses, the longest first; what several need, the first of them is charged with:',
    ...long.map((id) => line(id, (report) => tookMs(report, id))),
    ...(short.length === 0
      ? []
      : [line(`${short.length} more`, (report) => short.reduce((sum, id) => sum + tookMs(report, id), 0))]),
  ].join('\n');
}

/** By how long they took, the longest first: those that took a while in any checkout, and the others. */
function clausesIn(reports: Timing['reports']): { long: string[]; short: string[] } {
  const ids = new Set(reports.flat().flatMap(({ clauses }) => clauses.map(({ id }) => id)));
  const took = [...ids]
    .map((id) => ({ id, ms: Math.max(...reports.map((some) => median(some.map((report) => tookMs(report, id))))) }))
    .toSorted((one, other) => other.ms - one.ms);
  const { long = [], short = [] } = Object.groupBy(took, ({ ms }) => (ms < shortMs ? 'short' : 'long'));
  return { long: long.map(({ id }) => id), short: short.map(({ id }) => id) };
}

/** 0 where it was not checked. */
function tookMs({ clauses }: Timed, id: string): number {
  return clauses.find((clause) => clause.id === id)?.durationMs ?? 0;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function median(numbers: number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}
