/**
 * `npm run soak -- [runs] [--only PATTERN] [--again]`: so many healthy runs (10 by default) in each of a list of circumstances, on
 * labs of its own. Those that docs/soak.json has of this very commit and machine count, so that it may be done in pieces; each is
 * kept there, and in the table of docs/soak.md, as soon as it is finished. Goes on after a bad one, and ends with 1 when there was any.
 */
import { join } from 'node:path';
import type { LabError } from '../lab/index.ts';
import { healthy } from '../tests/support/healthy.ts';
import type { Circumstance } from './soak/circumstances.ts';
import { readOptions } from './soak/options.ts';
import { SoakRecord } from './soak/record.ts';
import { isGood, runsIn } from './soak/row.ts';
import { soakIn } from './soak/soak-in.ts';
import { stateNow } from './soak/state.ts';
import { tableOf } from './soak/table.ts';
import { healthyTrials } from './soak/trial.ts';

const { runs, chosen, again } = readOptions(process.argv);
const record = new SoakRecord('docs', { state: await stateNow(), again });
const folder = join('reports/soak', new Date().toISOString().replaceAll(/[:.]/g, '-'));
const interruption = new AbortController();
const { signal } = interruption;
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interruption.abort());

for (const circumstance of chosen) {
  if (signal.aborted) break;
  await soak(circumstance);
}

const names = chosen.map(({ name }) => name);
const rows = names.flatMap((name) => record.current(name) ?? []);
console.log(`\n${tableOf(names, rows)}`);
if (signal.aborted) process.exitCode = 130;
else if (rows.length < names.length || !rows.every(isGood)) process.exitCode = 1;

/** A lab that can't be had leaves the row as it was. */
async function soak(circumstance: Circumstance): Promise<void> {
  const { name, lab } = circumstance;
  const row = record.current(name);
  const done = row === null ? 0 : runsIn(row);
  if (done >= runs) return console.log(`${name}: ${done} runs of this commit are in docs/soak.json already`);
  const trials = healthyTrials(runs, healthy[lab.topology]).slice(done);
  try {
    await soakIn(circumstance, trials, {
      folder,
      signal,
      onResult: (result) => record.add(name, { asked: runs, result }),
    });
  } catch (error) {
    const { code, message, remedy } = error as Partial<LabError>;
    if (remedy === undefined) throw error;
    if (code !== 'LAB_INTERRUPTED') console.log(`✗ ${name}: ${message}\n  ${remedy}`);
  }
}
