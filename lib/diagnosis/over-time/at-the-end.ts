import type { Cause, Edge } from '../../verdict/run.ts';
import { betweenSeconds } from '../words/moments.ts';

/**
 * What asking once more at the end of the run adds to a cause: it is still so, or it was gone. What was gone is reported as
 * transient; the pattern then says where, and no longer why.
 */
export function overTime(edges: Edge[], cause: Omit<Cause, 'clauses'>): Omit<Cause, 'clauses'> {
  const asked = edges.flatMap(({ atTheEnd }) => atTheEnd ?? []);
  const gone = asked.filter((one) => one.gone);
  const seconds = Math.max(...asked.map(({ afterMs }) => afterMs)) / 1000;
  if (asked.length === 0) return cause;
  const after = `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s later`;
  const withEvidence = (words: string): string[] => [...cause.evidence, words];
  if (gone.length === 0) return { ...cause, evidence: withEvidence(`still so ${after}`) };
  if (gone.length < asked.length)
    return { ...cause, evidence: withEvidence(`${gone.length} of ${asked.length} dials were answered ${after}`) };
  return {
    ...cause,
    likelyCause: `it was transient: gone when asked again ${after}: rules, routes or neighbours that were programmed late, a table that was full for a while, or an agent or a link that restarted; until then as if ${cause.likelyCause}`,
    evidence: withEvidence(`gone when asked again ${after}${whenDialled(edges)}`),
  };
}

/** "; dialled between second 12 and second 16 of the run", as far as that is known of all of them. */
function whenDialled(edges: readonly Edge[]): string {
  const times = edges.flatMap(({ dialledMs }) => dialledMs ?? []);
  if (times.length < edges.length) return '';
  return `; dialled ${betweenSeconds({ fromMs: Math.min(...times), toMs: Math.max(...times) })}`;
}
