/** What follows from the clauses that were chosen. */
import type { Options } from './options/options.ts';

const latencyClause = 'services/kube-proxy-latency';
export const headroomClause = 'services/headroom';

/** Whether a clause was chosen that makes Services. */
export function makesServices(options: Pick<Options, 'clauses' | 'latency' | 'headroom'>): boolean {
  const measures = [latencyClause, headroomClause].some((id) => options.clauses.includes(id));
  return (measures && options.latency !== 'off') || loadsNetwork(options);
}

/** Whether the clause was chosen that loads the network, and allowed to. */
export function loadsNetwork({ clauses, headroom }: Pick<Options, 'clauses' | 'headroom'>): boolean {
  return clauses.includes(headroomClause) && headroom;
}
