/** What came out, for the terminal and for docs/soak.md. */
import { circumstances } from './circumstances.ts';
import { type Row, runsIn } from './row.ts';

/** As Markdown: a row for each of these circumstances, and below it what was wrong with each bad run. */
export function tableOf(names: readonly string[], rows: readonly Row[]): string {
  const byName = new Map(rows.map((row) => [row.circumstance, row]));
  return [
    '| circumstance | runs | good | median | longest | day | commit |',
    '|---|---|---|---|---|---|---|',
    ...names.map((name) => `| ${[name, ...cellsOf(byName.get(name))].join(' | ')} |`),
    ...names
      .flatMap((name) => byName.get(name)?.bad.map((one) => ({ name, ...one })) ?? [])
      .map(({ name, run, problems }, n) => `${n === 0 ? '\n' : ''}* ${name}, ${run}: ${problems.join('; ')}`),
  ].join('\n');
}

/** The whole document. */
export function documentOf(rows: readonly Row[]): string {
  const machines = [...new Set(rows.map(({ machine }) => machine))];
  const names = circumstances.map(({ name }) => name);
  return `# Healthy runs in many circumstances

\`npm run soak\` on ${machines.join(' and on ')}. Each run with \`--latency off\`; seconds are of good runs, from the command's start to its end.
A run is good when it says what is true of that network and nothing else: \`tests/support/healthy.ts\`. The figures are in \`soak.json\`.

${tableOf(names, rows)}
`;
}

function cellsOf(row: Row | undefined): string[] {
  if (row === undefined) return ['never', '–', '–', '–', '–', '–'];
  const { asked, goodMs, date, commit } = row;
  const done = runsIn(row);
  const sorted = goodMs.toSorted((one, other) => one - other);
  const times = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return [
    done >= asked ? `${done}` : `${done} of ${asked}`,
    `${goodMs.length}`,
    ...times.map((ms) => (ms === undefined ? '–' : `${(ms / 1000).toFixed(1)} s`)),
    date,
    commit,
  ];
}
