/** The part that loads the network: announced, bounded, one pair at a time. */
import { randomBytes } from 'node:crypto';
import { channelMs, type Probe } from '../cluster/model.ts';
import { loadLimits } from '../probe/load/bounds.ts';
import type { Session } from '../verdict/session.ts';
import { announcement, gibibytes, planRounds, shareOfBytes, type LoadForm, type Round } from './load-plan.ts';
import { openTargets, type LoadTargets } from './load-targets.ts';
import type { Load, Loaded } from './loaded.ts';
import { estimateRatio, isNarrow } from './ratio.ts';

/** From an API server's answer to the node's rules. */
const programmedMs = 30_000;
/** For all rounds together, waiting included; a clause has 180 s. */
const allMs = 120_000;
/** With fewer than four rounds the interval from resampling is too narrow. */
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
  const state: State = { load, targets, form, tag, bytesLeft: form.bytes, unopened: new Map() };
  const endsAt = performance.now() + allMs;
  for (const [n, round] of rounds.entries()) {
    if (isKnown(load.rounds, round)) continue;
    const missed = state.unopened.get(round.pair.to);
    if (missed !== undefined) {
      state.unopened.set(round.pair.to, missed + 1);
      continue;
    }
    const openMs = Math.min(programmedMs, endsAt - performance.now() - round.budgetMs);
    const budgetBytes = shareOfBytes(rounds.slice(n), state.bytesLeft);
    if (openMs <= 0 || budgetBytes <= 0) {
      const bound = openMs <= 0 ? `${allMs / 1000} s were up` : `${gibibytes(form)} GiB were used up`;
      load.remarks.push(`${rounds.length - n} rounds of the load were left out: its ${bound}`);
      break;
    }
    if (!(await takeRound(round, { state, openMs, budgetBytes, seed: seed + n }))) break;
  }
  for (const [{ node, name }, missed] of state.unopened)
    if (missed > 0) load.remarks.push(`${missed} more rounds to ${node}/${name} were left out: the first got no flow`);
  return load;
}

/** Well enough that more rounds of its kind are not needed. */
function isKnown(done: readonly Loaded[], { protocol, pair }: Round): boolean {
  const alike = done.filter((one) => one.protocol === protocol && one.where === pair.where && one.turns.length > 0);
  if (alike.length < narrowFrom) return false;
  const estimated = estimateRatio(alike, { seed: 1 });
  return estimated !== null && isNarrow(estimated.ratio) && isNarrow(estimated.control);
}

/** What one round passes on to the next. */
interface State {
  load: Load;
  targets: LoadTargets;
  form: LoadForm;
  tag: string;
  bytesLeft: number;
  /** Pods to which no flow could be opened in time, and how many rounds were left out for that: each would wait as long. */
  unopened: Map<Probe, number>;
}

/** false: the run is over, and nothing more is to be asked. */
async function takeRound(
  { protocol, pair: { from, to, where }, budgetMs }: Round,
  { state, openMs, seed, ...share }: { state: State; openMs: number; budgetBytes: number; seed: number },
): Promise<boolean> {
  const { load, targets, form, tag } = state;
  const budgetBytes = Math.min(share.budgetBytes, loadLimits.requestBytes);
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
      budgetBytes,
      seed,
    },
    { deadlineMs: openMs + budgetMs + channelMs },
  );
  const who = `${protocol} load from ${from.node} to ${where === 'same node' ? 'itself' : to.node}`;
  if (!reply.whole) {
    // How much was sent is not known: assume the most.
    state.bytesLeft -= budgetBytes;
    if (reply.cause === 'not whole') state.unopened.set(to, 0);
    load.remarks.push(`${who}: nothing measured: ${reply.reason}`);
    return reply.cause !== 'closed';
  }
  const [record] = reply.records;
  if (record === undefined) throw new Error(`${who}: a reply without its record`);
  const { kind: _kind, throttledMs, turns, ...loaded } = record;
  state.bytesLeft -= loaded.sentBytes;
  const isVoid = (throttledMs ?? 0) > 0;
  if (isVoid) load.remarks.push(`${who}: void, a CPU limit throttled the probe for ${Math.round(throttledMs ?? 0)} ms`);
  if (loaded.stopped === 'lost') load.remarks.push(`${who}: ended early, nothing came back for a second`);
  else if (turns.length === 0)
    load.remarks.push(
      `${who}: nothing measured: its ${loaded.stopped === 'bytes' ? 'bytes were used up' : `${budgetMs} ms were up`} before a block was complete`,
    );
  load.rounds.push({ where, from: from.node, to: to.node, ...loaded, turns: isVoid ? [] : turns });
  return true;
}
