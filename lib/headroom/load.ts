/** The part that loads the network: announced, bounded, one pair at a time. */
import { randomBytes } from 'node:crypto';
import type { Where } from '../latency/measured.ts';
import type { LoadTurn, Protocol } from '../probe/wire.ts';
import { loadLimits } from '../probe/load-bounds.ts';
import type { Session } from '../verdict/session.ts';
import { announcement, planRounds, type LoadForm, type Round } from './load-plan.ts';
import { openTargets, type LoadTargets } from './load-targets.ts';
import { estimateRatio, isNarrow } from './ratio.ts';

/** What was counted in one round, on flows of its own. */
export interface Loaded {
  where: Where;
  protocol: Protocol;
  /** Nodes of the pod that sends and of the pod that receives. */
  from: string;
  to: string;
  turns: LoadTurn[];
  stopped: string;
  durationMs: number;
  sentBytes: number;
}

export interface Load {
  announced: string;
  seed: number;
  rounds: Loaded[];
  /** What is not there, and why. */
  remarks: string[];
}

/** From an API server's answer to the node's rules. */
const programmedMs = 30_000;
/** For all rounds together, waiting included; a clause has 180 s. */
const allMs = 120_000;
const channelMs = 10_000;
/** With fewer than four rounds an interval is all that resampling gives, and stays too narrow. */
const narrowFrom = 4;

type Needed = Pick<Session, 'pods' | 'createServices' | 'say'>;

/** Says what it will send, and sends it. What can't be measured is in the remarks; throws an Error with one sentence when no Service can be made. */
export async function loadNetwork(session: Needed, { form, seed }: { form: LoadForm; seed: number }): Promise<Load> {
  const rounds = planRounds(session.pods, { form, seed });
  if (rounds.length === 0)
    return { announced: '', seed, rounds: [], remarks: ['no node has two probes: nothing was sent'] };
  const announced = announcement(rounds, form);
  session.say(announced);
  const tag = randomBytes(8).toString('hex');
  const targets = await openTargets(session, { targets: [...new Set(rounds.map(({ pair }) => pair.to))], tag });
  const load: Load = { announced, seed, rounds: [], remarks: [] };
  const endsAt = performance.now() + allMs;
  for (const [n, round] of rounds.entries()) {
    if (isKnown(load.rounds, round)) continue;
    const openMs = Math.min(programmedMs, endsAt - performance.now() - round.budgetMs);
    const sent = load.rounds.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
    const bytesLeft = Math.floor((form.bytes - sent) / (rounds.length - n));
    if (openMs <= 0 || bytesLeft <= 0) {
      load.remarks.push(`${rounds.length - n} rounds of the load were left out: its ${allMs / 1000} s were over`);
      break;
    }
    if (!(await takeRound(round, { load, targets, form, tag, openMs, bytesLeft, seed: seed + n }))) break;
  }
  return load;
}

/** Well enough that more rounds of its kind are not needed. */
function isKnown(done: readonly Loaded[], { protocol, pair }: Round): boolean {
  const alike = done.filter((one) => one.protocol === protocol && one.where === pair.where && one.turns.length > 0);
  if (alike.length < narrowFrom) return false;
  const estimated = estimateRatio(alike, { seed: 1 });
  return estimated !== null && isNarrow(estimated.ratio) && isNarrow(estimated.control);
}

/** false: the run is over, and nothing more is to be asked. */
async function takeRound(
  { protocol, pair: { from, to, where }, budgetMs }: Round,
  options: {
    load: Load;
    targets: LoadTargets;
    form: LoadForm;
    tag: string;
    openMs: number;
    bytesLeft: number;
    seed: number;
  },
): Promise<boolean> {
  const { load, targets, form, tag, openMs, bytesLeft, seed } = options;
  const reply = await from.channel.request(
    {
      kind: 'load',
      protocol,
      tag,
      ...targets.get(to)!,
      openMs,
      rampMs: form.rampMs,
      countedMs: form.countedMs,
      blocks: 1_000,
      budgetMs: Math.min(budgetMs, loadLimits.requestMs),
      budgetBytes: Math.min(bytesLeft, loadLimits.requestBytes),
      seed,
    },
    { deadlineMs: openMs + budgetMs + channelMs },
  );
  const who = `${protocol} load from ${from.node} to ${where === 'same node' ? 'itself' : to.node}`;
  if (!reply.whole) {
    load.remarks.push(`${who}: nothing measured: ${reply.reason}`);
    return reply.cause !== 'closed';
  }
  const record = reply.records.find(({ kind }) => kind === 'load');
  if (record?.kind !== 'load') throw new Error(`${who}: a reply without its record`);
  const { kind: _kind, throttledMs, turns, ...loaded } = record;
  const isVoid = (throttledMs ?? 0) > 0;
  if (isVoid) load.remarks.push(`${who}: void, a CPU limit held the probe for ${Math.round(throttledMs ?? 0)} ms`);
  if (loaded.stopped === 'lost') load.remarks.push(`${who}: ended early, the receiver did not answer any more`);
  // What was sent counts against the bounds, void or not.
  load.rounds.push({ where, from: from.node, to: to.node, ...loaded, turns: isVoid ? [] : turns });
  return true;
}
