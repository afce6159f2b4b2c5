import type { Run } from '../../lib/verdict/run.ts';

/** What a busy machine explains: the API server or a stream was slow, and the run waited or asked again. No verdict hangs on it. */
const ofABusyMachine = /API server|exec stream|answered at attempt/;

/** Notes of a run that say something else. */
export function otherNotes(report: Run | null): string[] {
  return (report?.notes ?? []).filter((note) => !ofABusyMachine.test(note));
}
