/** What every measurement of a Service needs first: pairs of pods, Services between them, and nodes that know these Services. */
import { randomBytes } from 'node:crypto';
import type { Probe } from '../cluster/model.ts';
import type { Protocol } from '../conversations/basics.ts';
import type { Session } from '../verdict/session.ts';
import type { WorkKey } from '../verdict/shared-work.ts';
import { choosePairs, type Pair, type PairLimits } from './pairs.ts';
import { endsOf, makeTargets, waitUntilProgrammed, type Ends } from './targets.ts';

const protocols: Protocol[] = ['UDP', 'TCP'];

/** One pair over one protocol. */
export interface Job {
  pair: Pair;
  protocol: Protocol;
  ends: Ends;
}

/** How long it took until one node that dials knew the Services. */
export interface ProgrammedFrom {
  from: string;
  slowestMs: number;
  paths: number;
}

export interface Prepared {
  /** What the echoes answer to. */
  tag: string;
  jobs: Job[];
  programmed: ProgrammedFrom[];
  services: { made: number; perTarget: number };
  /** What is missing, and why. */
  remarks: string[];
}

type Needed = Pick<Session, 'pods' | 'nodes' | 'createServices'>;

const prepared: WorkKey<Prepared> = { name: 'Services to measure through' };

/** As `prepare`, once in a run: clauses that measure the same Services share them. */
export function prepareOnce(
  session: Needed & Pick<Session, 'once'>,
  options: { limits: PairLimits; seed: number },
): Promise<Prepared> {
  return session.once(prepared, () => prepare(session, options));
}

/** From an API server's answer to the last node's rules. */
const longestMs = 30_000;

/** Chooses pairs, makes their Services and waits until they answer. Throws an Error with one sentence when Services can't be made, or do not answer within `programmedMs`. */
export async function prepare(
  session: Needed,
  { limits, seed, programmedMs = longestMs }: { limits: PairLimits; seed: number; programmedMs?: number },
): Promise<Prepared> {
  const { pods, nodes } = session;
  const pairs = choosePairs(pods, { limits, seed });
  const tag = randomBytes(8).toString('hex');
  const targets = [...new Set(pairs.map(({ to }) => to))];
  const services = await makeTargets(session, { targets, tag });
  const remarks: string[] = [];
  const jobs = pairs.flatMap((pair) =>
    protocols.map((protocol) => ({ pair, protocol, ends: endsOf(pair, { services, nodes, protocol }) })),
  );
  const programmed = await programAll(jobs, { tag, remarks, deadlineMs: programmedMs });
  const perTarget = services.get(targets[0]!)?.services.length ?? 0;
  return { tag, jobs, programmed, services: { made: perTarget * targets.length, perTarget }, remarks };
}

/** Every node that dials waits for its own rules. Leaves out the NodePorts of nodes that have none. */
async function programAll(
  jobs: Job[],
  { tag, remarks, deadlineMs }: { tag: string; remarks: string[]; deadlineMs: number },
): Promise<ProgrammedFrom[]> {
  const bySource = [...Map.groupBy(jobs, ({ pair }) => pair.from)];
  return Promise.all(
    bySource.map(async ([from, asked]: [Probe, Job[]]) => {
      const { missing, hasNodePorts, slowestMs, paths } = await waitUntilProgrammed(from, { asked, tag, deadlineMs });
      if (missing.length > 0)
        throw new Error(
          `${missing.length} of ${paths} paths through Services did not answer ${from.node} within ${deadlineMs / 1000} s, the first ${missing[0]}`,
        );
      if (!hasNodePorts) {
        for (const { ends } of asked) for (const service of ends.services) service.nodePort = null;
        remarks.push(`NodePorts do not answer on ${from.node}: not measured from there`);
      }
      return { from: from.node, slowestMs, paths };
    }),
  );
}
