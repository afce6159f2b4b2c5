/** One point of the curve. */
import { loadavg } from 'node:os';
import { estimateGroups } from '../../lib/latency/closed-loop/estimate.ts';
import { measureLatency } from '../../lib/latency/closed-loop/measure.ts';
import type { Measured } from '../../lib/latency/closed-loop/measured.ts';
import type { Form } from '../../lib/latency/forms.ts';
import { prepare } from '../../lib/service-paths/prepare.ts';
import type { Session } from '../../lib/verdict/session.ts';
import type { Level } from './curve.ts';
import { limits } from './options.ts';

/** Every pair of nodes, and every node to itself: within a node the rules of one node are walked, otherwise those of two. Blocks are bounded, so that source ports suffice for every level of one run. */
function formOf(seconds: number): Form {
  return {
    pairs: { 'other node': 6, 'same node': 3 },
    budgetMs: seconds * 1000,
    warmUp: { exchanges: 100, samples: 200 },
    regimes: [
      { idleMs: 0, blocks: 500, share: 0.3 },
      { idleMs: 5, blocks: 80, share: 0.7 },
    ],
  };
}

/** By the clause's own protocol and statistics. Throws an Error with one sentence when nothing could be measured. */
export async function measureLevel(
  session: Session,
  { services, seconds, seed }: { services: number; seconds: number; seed: number },
): Promise<Pick<Level, 'groups' | 'load' | 'remarks'> & { measured: Measured }> {
  const before = loadavg()[0]!;
  const own: Session = {
    ...session,
    createServices: (wanted) =>
      session.createServices(wanted.map((one) => ({ ...one, name: `at-${services}-${one.name}` }))),
  };
  const form = formOf(seconds);
  // With 30,000 Service ports iptables-restore was not done within the clause's 30 s.
  const prepared = prepare(own, { limits: form.pairs, seed, programmedMs: limits.rulesS * 1000 });
  const measured = await measureLatency(own, { form: 'full', seed, limits: form, prepared });
  const after = loadavg()[0]!;
  const groups = await estimateGroups(measured);
  if (groups.length === 0) throw new Error(measured.remarks.join('; ') || 'nothing was measured');
  return { groups, load: [before, after], remarks: measured.remarks, measured };
}
