/** What clauses measure, as typed numbers: runs are compared by these and nothing else. */
import { z } from 'zod';
import { family } from '../conversations/basics.ts';
import { measured, units, type MeasurementName } from './measurement-names.ts';

const unit = z.enum(units).describe('share: from 0 to 1; ratio: 1 means no difference; count: how many');

const path = z.enum(['pod-ip', 'control', 'cluster-ip', 'node-port']);

const subject = z
  .object({
    node: z.string().describe('The node on which it was measured'),
    from: z.string().describe('The node of the dialling probe'),
    to: z.string().describe('The node of the probe that was dialled'),
    between: z.enum(['pods', 'nodes']).describe('Pods, or host-network probes'),
    where: z.enum(['same node', 'other node']).describe('All pairs on one node, or all pairs across nodes'),
    protocol: z.string().describe('TCP, UDP, or whichever other protocol was tried'),
    family,
    port: z.int(),
    path: path.describe('How the pod was reached; control: by its IP a second time'),
    minus: path.describe('The path that was subtracted, or divided by'),
    flow: z.enum(['new', 'established']).describe('The first packet of a flow, or a later one'),
    regime: z.string().describe('“back to back”, or how long the path was idle before every sample'),
    way: z.enum(['there', 'back']),
    link: z.string().describe('The network interface'),
    mode: z.string().describe('How kube-proxy works'),
  })
  .partial()
  .describe('What was measured: with the name it identifies a measurement, in this run and in another');
export type Subject = z.infer<typeof subject>;

const control = z
  .object({ lower: z.number(), upper: z.number(), level: z.number(), holds: z.boolean() })
  .describe(
    'The same measurement between two equal paths, in the same unit. `holds`: its interval contains “no difference”; if it does not, the estimate is void',
  );

export const measurement = z
  .object({
    name: z.string().describe('Stable; all names are in docs/measurements.md'),
    subject,
    unit,
    estimate: z.number(),
    lower: z.number().nullable().describe('null: this end of the interval is open, or there is no interval'),
    upper: z.number().nullable(),
    level: z
      .number()
      .nullable()
      .describe('Confidence level of the interval (0.95); 1: a hard bound; null: there is no interval'),
    resolution: z
      .number()
      .nullable()
      .describe('The smallest difference that could have been detected; null: not known'),
    control: control.nullable().describe('null: there is no control'),
    better: z.enum(['lower', 'higher']).nullable().describe('null: neither'),
  })
  .describe('One number that a clause measured');
export type Measurement = z.infer<typeof measurement>;

type Found = Pick<Measurement, 'estimate'> &
  Partial<Pick<Measurement, 'lower' | 'upper' | 'level' | 'resolution' | 'control'>>;

/** A measurement of that name; an interval without a level is one at 95 %. Omitted fields are null. */
export function measurementOf(name: MeasurementName, about: Subject, found: Found): Measurement {
  const { estimate, lower = null, upper = null, resolution = null } = found;
  const { level = lower === null && upper === null ? null : 0.95 } = found;
  const interval = { estimate, lower, upper, level, resolution, control: found.control ?? null };
  return { name, subject: about, unit: measured[name].unit, ...interval, better: measured[name].better };
}

/** Identifies a measurement across runs, uniquely within a run. */
export function identityOf({ name, subject: about }: Pick<Measurement, 'name' | 'subject'>): string {
  const sorted = Object.entries(about).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([name, ...sorted]);
}
