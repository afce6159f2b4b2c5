import type { Run } from '../../lib/verdict/run.ts';

/**
 * What a busy machine explains: the API server, a controller or a stream was slow, and the run waited or retried; dials were late under the
 * suite's own load, or a new pod was not known everywhere at once. No verdict depends on it.
 */
const ofABusyMachine =
  /API server|exec stream|to let a pod in|answered at attempt|asked again calmly|given another source port|not reached by all at once/;

/** The other notes of a run. */
export function otherNotes(report: Run | null): string[] {
  return (report?.notes ?? []).filter((note) => !ofABusyMachine.test(note));
}
