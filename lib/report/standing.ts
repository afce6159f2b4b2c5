import type { ClauseResult, Run } from '../verdict/run.ts';

/** How a clause counts for its run. Every report asks here, so that none tells another story. */
export type Standing = 'kept' | 'broken' | 'finding' | 'told' | 'no verdict' | 'unknown' | 'not applicable';

/**
 * broken: turns the run red · finding: a SHOULD that is not kept · told: an INFO, never red ·
 * no verdict: an inconclusive clause that keeps the run from a verdict · unknown: an inconclusive one that does not.
 */
export function standing(clause: ClauseResult, { strict }: Pick<Run, 'strict'>): Standing {
  if (clause.verdict === 'not applicable') return 'not applicable';
  const binding = clause.level === 'MUST' || (clause.level === 'SHOULD' && strict);
  if (clause.verdict === 'inconclusive') return binding ? 'no verdict' : 'unknown';
  if (clause.level === 'INFO') return 'told';
  if (clause.verdict === 'pass') return 'kept';
  return binding ? 'broken' : 'finding';
}
