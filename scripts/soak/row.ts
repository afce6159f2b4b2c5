import { z } from 'zod';

/** What came out in one circumstance, as docs/soak.json keeps it. */
export const row = z.object({
  circumstance: z.string(),
  /** The name of the fault that was planted; null: none. */
  fault: z.string().nullable().default(null),
  /** More than there were when it was interrupted. */
  asked: z.int(),
  /** Of each run that was good, as its user waits for it. */
  goodMs: z.array(z.int()),
  bad: z.array(z.object({ run: z.string(), problems: z.array(z.string()) })),
  /** Day of the last run. */
  date: z.iso.date(),
  /** "a444efc", or "a444efc with changes": see `state.ts`. */
  commit: z.string(),
  /** "2 cores, 24 GiB, Linux 6.18.44, cgroup v1". */
  machine: z.string(),
});
export type Row = z.infer<typeof row>;

/** What names a row. */
export type Place = Pick<Row, 'circumstance' | 'fault'>;

/** Whether a row is of this place. */
export function isAt({ circumstance, fault }: Place): (row: Place) => boolean {
  return (one) => one.circumstance === circumstance && one.fault === fault;
}

/** How many runs have come to their end. */
export function runsIn({ goodMs, bad }: Row): number {
  return goodMs.length + bad.length;
}

/** Whether all that was asked for was done and good. */
export function isGood({ asked, goodMs, bad }: Row): boolean {
  return goodMs.length >= asked && bad.length === 0;
}
