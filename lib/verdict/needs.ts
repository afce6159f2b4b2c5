/** What clauses need beside probes that dial each other, and what follows from it for the run. */
import type { LatencyForm } from './session.ts';

/**
 * `services`: it makes Services. `latency`: it measures through Services in the form of --latency, and makes none when that is off.
 * `load`: with --headroom it loads the network, through Services. `fresh pods`: a pod that starts during the run, on every node.
 * `every node`: it judges the nodes without a probe, too, so that the run need not.
 */
export type Need = 'services' | 'latency' | 'load' | 'fresh pods' | 'every node';

/** The options that a need depends on. */
export interface Allowed {
  latency: LatencyForm;
  headroom: boolean;
}

const following: Record<Need, (allowed: Allowed) => readonly Need[]> = {
  services: () => ['services'],
  latency: ({ latency }) => (latency === 'off' ? [] : ['latency', 'services']),
  load: ({ headroom }) => (headroom ? ['load', 'services'] : []),
  'fresh pods': () => ['fresh pods'],
  'every node': () => ['every node'],
};

/** All that these clauses need where so much is allowed. */
export function neededBy(clauses: readonly { needs?: readonly Need[] }[], allowed: Allowed): ReadonlySet<Need> {
  return new Set(clauses.flatMap(({ needs = [] }) => needs.flatMap((need) => following[need](allowed))));
}
