import { faults, makesSense } from '../../tests/faults/index.ts';
import type { Fault } from '../../tests/faults/fault.ts';
import type { Circumstance } from './circumstances.ts';
import { faultTrials, healthyTrials, type Trial } from './trial.ts';

/** Faults that can be planted in a circumstance, the most telling first. */
export function faultsIn({ lab }: Circumstance): Fault[] {
  return faults.filter((fault) => makesSense(fault, lab));
}

/** All that is to be run in a circumstance: what has been done, fewer of each. `fault`: those whose name this finds; null: healthy runs. */
export function trialsIn(
  circumstance: Circumstance,
  { runs, fault: wanted }: { runs: number; fault: RegExp | null },
): Trial[] {
  if (wanted === null) return healthyTrials(runs, { circumstance: circumstance.name });
  return faultsIn(circumstance)
    .filter(({ name }) => wanted.test(name))
    .flatMap((fault) => faultTrials(runs, { circumstance: circumstance.name, fault }));
}
