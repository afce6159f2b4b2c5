/** The results, for the terminal and for docs/soak.md. */
import { topologyTable } from '../../lab/topology/names.ts';
import { faults, makesSense } from '../../tests/faults/index.ts';
import { type Circumstance, circumstances } from './circumstances.ts';
import { faultsIn } from './plan.ts';
import { type Row, runsIn } from './row.ts';

/** Healthy runs as Markdown: a row per circumstance, and below the table what was wrong with each bad run. */
export function healthyTable(chosen: readonly Circumstance[], rows: readonly Row[]): string {
  const lines = chosen.map(({ name }) => {
    const row = rows.find(({ circumstance, fault }) => circumstance === name && fault === null);
    return row === undefined ? [name, 'never', ...none(5)] : [name, runs(row), row.goodMs.length, ...ends([row])];
  });
  const shown = rows.filter(({ fault }) => fault === null);
  return table(['circumstance', 'runs', 'good', ...endNames], lines) + wrongOf(chosen, shown);
}

/** Planted faults: a row per circumstance, how many of the applicable faults were planted, and what was wrong. */
export function faultTable(chosen: readonly Circumstance[], rows: readonly Row[]): string {
  const shown = rows.filter(({ fault }) => fault !== null);
  const applicable = chosen.map((circumstance) => ({ name: circumstance.name, all: faultsIn(circumstance).length }));
  const lines = applicable
    .filter(({ all }) => all > 0)
    .map(({ name, all }) => {
      const mine = shown.filter((row) => row.circumstance === name);
      if (mine.length === 0) return [name, `0 of ${all}`, ...none(6)];
      const right = mine.reduce((sum, { goodMs }) => sum + goodMs.length, 0);
      const wrong = mine.reduce((sum, { bad }) => sum + bad.length, 0);
      return [name, `${mine.length} of ${all}`, right, wrong, ...ends(mine)];
    });
  return table(['circumstance', 'faults', 'right', 'wrong', ...endNames], lines) + wrongOf(chosen, shown);
}

/** The whole document. */
export function documentOf(rows: readonly Row[]): string {
  const machines = [...new Set(rows.map(({ machine }) => machine))];
  return `# The suite in many circumstances

Measured on ${machines.join(' and on ')}. Each run with \`--latency off\`; seconds are of good runs, from the command's start to its end. The figures are in \`soak.json\`.

## Healthy runs

\`npm run soak\`. A run is good when it says what is true of that network and nothing else: \`tests/support/healthy.ts\`.

${healthyTable(circumstances, rows)}

## Planted faults

\`npm run soak -- --faults\`. A run is right when exactly the fault's clauses are red, beside what that network is found with anyway, and the report says where and why: \`tests/faults/judge.ts\`. The next is planted as soon as a run ends, so each also follows another within seconds. Many ran while two or three other labs were up on the same machine: their seconds are no measure of the suite.

${faultTable(circumstances, rows)}

Not all can be planted everywhere, or are faults there:

${nowhere()}
`;
}

const endNames = ['median', 'longest', 'day', 'commit'];

/** Of Markdown. */
export function table(names: readonly (string | number)[], lines: readonly (readonly (string | number)[])[]): string {
  return [names, names.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
    .replace(/^\|( --- \|)+$/m, (rule) => rule.replaceAll(' ', ''));
}

const none = (cells: number): string[] => Array.from({ length: cells }, () => '–');

function runs(row: Row): string {
  const done = runsIn(row);
  return done >= row.asked ? `${done}` : `${done} of ${row.asked}`;
}

/** Median, longest, days and commits of these rows. */
export function ends(rows: readonly Row[]): string[] {
  const sorted = rows.flatMap(({ goodMs }) => goodMs).toSorted((one, other) => one - other);
  const times = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  const days = rows.map(({ date }) => date).toSorted();
  return [
    ...times.map((ms) => (ms === undefined ? '–' : `${(ms / 1000).toFixed(1)} s`)),
    [...new Set([days[0], days.at(-1)])].join(' – '),
    [...new Set(rows.map(({ commit }) => commit))].join(', '),
  ];
}

/** Below a table, a line for each run that was wrong. */
function wrongOf(chosen: readonly Circumstance[], rows: readonly Row[]): string {
  const lines = chosen.flatMap(({ name }) =>
    rows
      .filter(({ circumstance }) => circumstance === name)
      .flatMap(({ bad }) => bad.map(({ run, problems }) => `* ${name}, ${run}: ${problems.join('; ')}`)),
  );
  return lines.map((line, n) => `${n === 0 ? '\n\n' : '\n'}${line.replaceAll(/\s*\n\s*/g, ' / ')}`).join('');
}

/** By topology, the faults that do not apply there; or, where these are most of them, those that do. */
function nowhere(): string {
  return Object.keys(topologyTable)
    .map((topology) => {
      const there = { topology, proxy: 'iptables', families: ['IPv4', 'IPv6'] } as const;
      const { can = [], not = [] } = Object.groupBy(faults, (fault) => (makesSense(fault, there) ? 'can' : 'not'));
      const [word, some] = not.length > can.length ? ['only', can] : ['not', not];
      return `* ${topology}: ${not.length === 0 ? 'all can' : `${word} ${some.map(({ name }) => name).join(', ')}`}`;
    })
    .join('\n');
}
