/** Is the clause right where the truth is known because it was planted? */
import { tellFacts, type Fact } from './facts.ts';
import { proveChain } from './prove-chain.ts';
import { proveCoverage } from './prove-coverage.ts';
import { proveDelay } from './prove-delay.ts';
import type { Proof } from './options.ts';

const proofs: Record<Proof, (options: { signal: AbortSignal }) => Promise<Fact[]>> = {
  chain: proveChain,
  delay: proveDelay,
  coverage: proveCoverage,
};

/** Runs these proofs, one after the other, and prints what each found; false when something does not hold. */
export async function prove(which: readonly Proof[], { signal }: { signal: AbortSignal }): Promise<boolean> {
  let all = true;
  for (const one of which) all = tellFacts(await proofs[one]({ signal })) && all;
  return all;
}
