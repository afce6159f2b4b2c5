import { z } from 'zod';

/** The results in one circumstance, as stored in docs/soak.json. */
export const row = z.object({
  circumstance: z.string(),
  /** The name of the planted fault; null: none. */
  fault: z.string().nullable().default(null),
  /** More than there are when it was interrupted. */
  asked: z.int(),
  /** Of each good run, as a user waits for it. */
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

/** What identifies a row. */
export type Place = Pick<Row, 'circumstance' | 'fault'>;

/** Whether a row belongs to this place. */
export function isAt({ circumstance, fault }: Place): (row: Place) => boolean {
  return (one) => one.circumstance === circumstance && one.fault === fault;
}

/** How many runs are finished. */
export function runsIn({ goodMs, bad }: Row): number {
  return goodMs.length + bad.length;
}

/** Whether all requested runs were done and good. */
export function isGood({ asked, goodMs, bad }: Row): boolean {
  return goodMs.length >= asked && bad.length === 0;
}
