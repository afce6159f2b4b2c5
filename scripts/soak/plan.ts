import { faults, makesSense } from '../../tests/faults/index.ts';
import type { Fault } from '../../tests/faults/fault.ts';
import type { Circumstance } from './circumstances.ts';
import { faultTrials, healthyTrials, type Trial } from './trial.ts';

/**
 * Faults that can be planted in a circumstance, the most informative first. None where runs follow each other at once: those
 * with planted faults do so in every circumstance.
 */
export function faultsIn({ lab, pauseMs }: Circumstance): Fault[] {
  return pauseMs === 0 ? [] : faults.filter((fault) => makesSense(fault, lab));
}

/** The runs to do in a circumstance, those already done left out. `fault`: faults whose name matches; null: healthy runs. */
export function trialsIn(
  circumstance: Circumstance,
  { runs, fault: wanted }: { runs: number; fault: RegExp | null },
): Trial[] {
  if (wanted === null) return healthyTrials(runs, { circumstance: circumstance.name });
  return faultsIn(circumstance)
    .filter(({ name }) => wanted.test(name))
    .flatMap((fault) => faultTrials(runs, { circumstance: circumstance.name, fault }));
}
