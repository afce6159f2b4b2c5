/**
 * `npm run soak -- [runs] [--faults] [--networks] [--only PATTERN] [--fault PATTERN] [--again | --write]`: this many runs in each of a list of circumstances,
 * on its own labs: healthy ones (10 by default), or one with each fault planted. Runs in docs/soak.json from the same commit
 * and machine count, so that it can be done in pieces; each run is saved there, and in docs/soak.md, as soon as it is finished. Goes on
 * after a bad run, and exits with 1 when there was any.
 */
import { join } from 'node:path';
import type { LabError } from '../lab/index.ts';
import type { Circumstance } from './soak/circumstances.ts';
import { readOptions } from './soak/options.ts';
import { trialsIn } from './soak/plan.ts';
import { SoakRecord } from './soak/record.ts';
import { isAt, isGood, runsIn } from './soak/row.ts';
import { soakIn } from './soak/soak-in.ts';
import { stateNow } from './soak/state.ts';
import { faultTable, healthyTable } from './soak/table.ts';

const { runs, chosen, again, fault, onlyWrite } = readOptions(process.argv);
const record = new SoakRecord('docs', { state: await stateNow({ faults: fault !== null }), again });
if (onlyWrite) {
  record.write();
  process.exit();
}
const folder = join('reports/soak', new Date().toISOString().replaceAll(/[:.]/g, '-'));
const interruption = new AbortController();
const { signal } = interruption;
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interruption.abort());

for (const circumstance of chosen) {
  if (signal.aborted) break;
  await soak(circumstance);
}

const all = chosen.flatMap((circumstance) => trialsIn(circumstance, { runs, fault }));
const places = all.filter((trial, n) => all.findIndex(isAt(trial)) === n);
const rows = places.flatMap((place) => record.current(place) ?? []);
console.log(`\n${fault === null ? healthyTable(chosen, rows) : faultTable(chosen, rows)}`);
if (signal.aborted) process.exitCode = 130;
else if (rows.length < places.length || !rows.every(isGood)) process.exitCode = 1;

/** When no lab can be started, nothing is changed. */
async function soak(circumstance: Circumstance): Promise<void> {
  const trials = trialsIn(circumstance, { runs, fault });
  const left = trials.filter((trial, n) => {
    const row = record.current(trial);
    const before = trials.slice(0, n).filter(isAt(trial)).length;
    return row === null || before >= runsIn(row);
  });
  const { name } = circumstance;
  const done = trials.length - left.length;
  if (done > 0) console.log(`${name}: docs/soak.json has ${done} of ${trials.length} runs of this commit already`);
  if (left.length === 0) return;
  try {
    const more = await soakIn(circumstance, left, {
      folder,
      signal,
      onResult: (trial, result) => record.add({ circumstance: name, fault: trial.fault }, { asked: runs, result }),
    });
    if (more.length === 0) return;
    console.log(`✗ ${name}: the lab left the machine changed: ${more.join('; ')}`);
    process.exitCode = 1;
  } catch (error) {
    const { code, message, remedy } = error as Partial<LabError>;
    if (remedy === undefined) throw error;
    if (code !== 'LAB_INTERRUPTED') console.log(`✗ ${name}: ${message}\n  ${remedy}`);
  }
}
