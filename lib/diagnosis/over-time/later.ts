/** What worked at first, and was found dead by a recheck later in the run. */
import type { Cause, Edge } from '../../verdict/run.ts';
import { endsOf } from '../folding/observations.ts';
import { betweenSeconds } from '../words/moments.ts';

/** What may begin while a run goes on. */
export const whatBegins = 'a table that has filled up, a restart, or a change by an agent or a person';

/** Sound edges that still say something: not those of a pair of probes of which nothing was answered when it was rechecked, or nothing as large. */
export function soundStill(sound: Edge[], failing: Edge[]): Edge[] {
  const dead = new Map<string, number>();
  for (const edge of failing)
    if (isDead(edge)) dead.set(endsOf(edge), Math.min(bytesOf(edge), dead.get(endsOf(edge)) ?? Infinity));
  if (dead.size === 0) return sound;
  return sound.filter((edge) => edge.to.via !== undefined || bytesOf(edge) < (dead.get(endsOf(edge)) ?? Infinity));
}

/** Rechecks of pairs that had been answered, with the time when they were last, ms after the beginning of the run (0: not known). In very large clusters others were never dialled before. */
export type Died = ReadonlyMap<Edge, number>;

/** Finds them. */
export function diedMeanwhile(sound: Edge[], failing: Edge[]): Died {
  const dead = failing.filter(isDead);
  if (dead.length === 0) return new Map();
  const ends = new Set(dead.map(endsOf));
  const answered = Map.groupBy(
    sound.filter((edge) => edge.to.via === undefined && ends.has(endsOf(edge))),
    endsOf,
  );
  return new Map(
    dead.flatMap((edge) => {
      const before = answered.get(endsOf(edge))?.filter((one) => bytesOf(one) >= bytesOf(edge)) ?? [];
      // An old flow says nothing of new ones.
      const at = before.map(({ held, dialledMs = 0 }) => (held === undefined ? dialledMs : 0));
      return at.length === 0 ? [] : [[edge, Math.max(...at)]];
    }),
  );
}

/** What it adds to a cause that some of these `died`; nothing where the same was dead from the beginning. */
export function sinceLater(
  edges: Edge[],
  { cause, died }: { cause: Omit<Cause, 'clauses'>; died: Died },
): Omit<Cause, 'clauses'> {
  const found = edges.filter((edge) => died.has(edge));
  const ends = new Set(found.map(targetOf));
  const before = edges.filter((edge) => !isDead(edge) && edge.to.via === undefined);
  if (found.length === 0 || before.some((edge) => ends.has(targetOf(edge)))) return cause;
  return {
    ...cause,
    likelyCause: `${cause.likelyCause}; it began in mid-run${between(found, died)}: ${whatBegins}`,
    evidence: [
      ...cause.evidence,
      `${found.length} of them had been answered at first, and were not when they were rechecked`,
    ],
  };
}

/** ", between second 4 and second 19", as far as that is known: what was answered last, and what failed first. */
function between(found: Edge[], died: Died): string {
  const failedMs = Math.min(...found.map(({ dialledMs }) => dialledMs ?? Infinity));
  const answeredMs = Math.max(...found.map((edge) => died.get(edge) ?? 0));
  if (answeredMs === 0 || failedMs === Infinity || answeredMs > failedMs) return '';
  return `, ${betweenSeconds({ fromMs: answeredMs, toMs: failedMs })}`;
}

/** What is lost at times may have been spared at first. */
function isDead({ recheck, answered }: Edge): boolean {
  return recheck === true && answered === 0;
}

/** 0: few; what is small says nothing of what is large. */
function bytesOf({ size }: Edge): number {
  return size?.bytes ?? 0;
}

/** Where it was dialled: on the port where a probe listens anyway, or on another. */
function targetOf({ to, port, size }: Edge): string {
  return [to.address, port, size?.bytes].join(' ');
}
