/**
 * `npm run soak -- [runs] [--only PATTERN]`: so many healthy runs (10 by default) in each of a list of circumstances, on
 * labs of its own. Goes on after a bad one, and ends with 1 when there was any. All of the list is written to docs/soak.md.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabError } from '../lab/index.ts';
import { healthy } from '../tests/support/healthy.ts';
import { circumstances, type Circumstance } from './soak/circumstances.ts';
import { readOptions } from './soak/options.ts';
import { soakIn } from './soak/soak-in.ts';
import { documentOf, isGood, type Row, tableOf } from './soak/table.ts';
import { healthyTrials } from './soak/trial.ts';

const { runs, chosen } = readOptions(process.argv);
const date = new Date();
const folder = join('reports/soak', date.toISOString().replaceAll(/[:.]/g, '-'));
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());

const rows: Row[] = [];
for (const circumstance of chosen) {
  if (interruption.signal.aborted) break;
  rows.push(await soak(circumstance));
}

console.log(`\n${tableOf(rows)}`);
if (interruption.signal.aborted) process.exitCode = 130;
else {
  if (!rows.every(isGood)) process.exitCode = 1;
  if (chosen.length === circumstances.length)
    writeFileSync('docs/soak.md', documentOf(rows, { command: `npm run soak -- ${runs}`, date }));
}

/** A lab that can't be had is a row without runs. */
async function soak(circumstance: Circumstance): Promise<Row> {
  const trials = healthyTrials(runs, healthy[circumstance.lab.topology]);
  try {
    return await soakIn(circumstance, trials, { folder, signal: interruption.signal });
  } catch (error) {
    const { code, message, remedy } = error as Partial<LabError>;
    if (remedy === undefined) throw error;
    if (code !== 'LAB_INTERRUPTED') console.log(`✗ ${circumstance.name}: ${message}\n  ${remedy}`);
    return { circumstance: circumstance.name, asked: runs, goodMs: [], bad: [] };
  }
}
