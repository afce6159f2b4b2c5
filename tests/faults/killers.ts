import { circumstances } from '../../scripts/soak/circumstances.ts';
import type { Network } from '../support/healthy.ts';
import { checkLab } from '../support/check-lab.ts';
import { expectedOf } from './expected.ts';
import type { Fault } from './fault.ts';
import { faults, makesSense } from './index.ts';

/** Names of the faults that `npm run check` plants on its own lab, and that surely turn the clause red or make it find something. */
export function killersInCheck(id: string, planted: readonly Fault[] = faults): string[] {
  return killersOn(
    checkLab,
    id,
    planted.filter(({ slow }) => slow !== true),
  );
}

/** Where the soak plants others that do, circumstance by circumstance; slow ones too. */
export function killersElsewhere(
  id: string,
  planted: readonly Fault[] = faults,
): { circumstance: string; names: string[] }[] {
  return circumstances
    .map(({ name, lab }) => ({ circumstance: name, names: killersOn(lab, id, planted) }))
    .filter(({ names }) => names.length > 0);
}

/** What plants these faults there: "npm run soak -- --only '^kube-router$' --fault '^policies ignored$'". */
export function soakCommand({ circumstance, names }: { circumstance: string; names: readonly string[] }): string {
  const some = names.length === 1 ? names.join('') : `(${names.join('|')})`;
  return `npm run soak -- --only '^${circumstance}$' --fault '^${some}$'`;
}

function killersOn(lab: Network, id: string, planted: readonly Fault[]): string[] {
  return planted
    .filter((fault) => makesSense(fault, lab) && killed.get(fault.name)?.has(id) === true)
    .map(({ name }) => name);
}

/** By fault, the clauses that it surely kills. */
const killed = new Map(
  faults.map(({ name, breaks }) => {
    const { red, findings } = expectedOf(breaks);
    return [name, new Set([...red, ...findings])];
  }),
);
