import type { ClauseResult, Run } from '../verdict/run.ts';

/** How a clause counts in its run. Every report asks here, so that they all agree. */
export type Standing = 'kept' | 'broken' | 'finding' | 'reported' | 'no verdict' | 'unknown' | 'not applicable';

/**
 * broken: turns the run red · finding: a SHOULD that is not kept · reported: an INFO clause, never red ·
 * no verdict: an inconclusive clause that keeps the run from a verdict · unknown: an inconclusive one that does not.
 */
export function standing(clause: ClauseResult, { strict }: Pick<Run, 'strict'>): Standing {
  if (clause.verdict === 'not applicable') return 'not applicable';
  const binding = clause.level === 'MUST' || (clause.level === 'SHOULD' && strict);
  if (clause.verdict === 'inconclusive') return binding ? 'no verdict' : 'unknown';
  if (clause.level === 'INFO') return 'reported';
  if (clause.verdict === 'pass') return 'kept';
  return binding ? 'broken' : 'finding';
}
