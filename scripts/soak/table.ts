/** What came out, for the terminal and for docs/soak.md. */
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type as system } from 'node:os';

export interface Row {
  readonly circumstance: string;
  /** Of each run that was good, as its user waits for it. */
  readonly goodMs: readonly number[];
  readonly bad: readonly Bad[];
  /** More than there were when it was interrupted, or the lab did not come up. */
  readonly asked: number;
}

export interface Bad {
  readonly run: string;
  readonly problems: readonly string[];
  /** Where its report is kept. */
  readonly report: string;
}

/** As Markdown: a row a circumstance, and below it what was wrong with each bad run. */
export function tableOf(rows: readonly Row[]): string {
  return [
    '| circumstance | runs | good | min | median | max |',
    '|---|---|---|---|---|---|',
    ...rows.map(({ circumstance, asked, goodMs, bad }) => {
      const done = goodMs.length + bad.length;
      const runs = done === asked ? `${done}` : `${done} of ${asked}`;
      return `| ${[circumstance, runs, goodMs.length, ...spread(goodMs)].join(' | ')} |`;
    }),
    ...rows.flatMap(({ circumstance, bad }) =>
      bad.map(({ run, problems }, n) => `${n === 0 ? '\n' : ''}* ${circumstance}, ${run}: ${problems.join('; ')}`),
    ),
  ].join('\n');
}

/** The whole document. */
export function documentOf(rows: readonly Row[], { command, date }: { command: string; date: Date }): string {
  return `# Healthy runs in many circumstances

\`${command}\`, ${date.toISOString().slice(0, 10)}, on ${machine()}. Each run with \`--latency off\`; seconds are of good runs, from the command's start to its end.
A run is good when it says what is true of that network and nothing else: \`tests/support/healthy.ts\`.

${tableOf(rows)}
`;
}

function spread(ms: readonly number[]): string[] {
  const sorted = ms.toSorted((one, other) => one - other);
  const at = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return at.map((value) => (value === undefined ? '–' : `${(value / 1000).toFixed(1)} s`));
}

/** "2 cores, 24 GiB, Linux 6.18.44, cgroup v1". */
function machine(): string {
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  const cgroup = / \/sys\/fs\/cgroup\/\S+ cgroup /.test(mounts) ? 'v1' : 'v2';
  const kernel = /^[\d.]+/.exec(release())?.[0] ?? release();
  return `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${system()} ${kernel}, cgroup ${cgroup}`;
}

/** Whether all that was asked for was done and good. */
export function isGood({ asked, goodMs }: Row): boolean {
  return goodMs.length === asked;
}
