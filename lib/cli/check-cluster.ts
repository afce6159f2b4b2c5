import { carriedTwice, nodeByAddress } from '../cluster/index.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import { askNodes } from '../evidence/ask-nodes.ts';
import { askAtTheEnd } from '../mesh/rounds/at-the-end.ts';
import { idOf } from '../mesh/dialled.ts';
import { firstContacts, meetFirst } from '../mesh/first-contact.ts';
import { heldFlows, holdFlows } from '../mesh/held/hold.ts';
import { live as startLive, type Live } from '../report/live.ts';
import { reports, writeReports } from '../report/write.ts';
import { makeFurtherServices } from '../service-paths/further/further-services.ts';
import { deadlineOf, type Clause } from '../verdict/clause.ts';
import { composeRun, type Findings } from '../verdict/compose-run.ts';
import { createRun, type OngoingRun } from '../verdict/create-run.ts';
import { extrasOf, inTheirTurns, neededBy } from '../verdict/needs.ts';
import { neverSettled } from '../verdict/recorder.ts';
import type { Run } from '../verdict/run.ts';
import { trafficNotes, trafficReport } from '../verdict/traffic-report.ts';
import { aboutRun } from './about-run.ts';
import { missingSentence } from './doubts.ts';
import { describeError, exitCodeOf } from './describe-error.ts';
import { listenForInterruption } from './interruption.ts';
import { onCluster, type OnCluster } from './on-cluster.ts';
import type { Options } from './options/options.ts';
import { runClauses } from './suite.ts';
import { openTarget } from './target/target.ts';
import type { OpenTarget } from './target/open-target.ts';

/** One complete run, whatever happens: a verdict, the reports, nothing left behind. Returns the exit code. */
export async function checkCluster(options: Options, clauses: readonly Clause[]): Promise<number> {
  const startedAt = new Date();
  const started = performance.now();
  const live = startLive({
    stream: process.stdout,
    strict: options.strict,
    details: options.details,
    clauses: clauses.length,
  });
  const interruption = listenForInterruption({ say: (text) => live.say(text) });
  const run = createRun({ clauses, onResult: (result) => live.clause(result) });
  const { signal } = interruption;
  let failure: Run['failure'] = null;
  let open: OpenTarget | null = null;
  try {
    const opening = openTarget(options.target, { live, signal });
    open = options.target.kind === 'lab' ? await run.phases.time('lab', () => opening) : await opening;
    await checkClauses(open, { options, clauses, run, live, signal });
  } catch (error) {
    failure = describeError(signal.aborted ? signal.reason : error);
  }
  live.now(null);
  const opened = open;
  if (opened?.name === 'lab')
    await run.phases
      .time('lab removal', () => opened.close())
      .catch((error: unknown) => run.note(describeError(error).message));
  interruption.release();
  const unchecked = uncheckedNodes(run, { options, clauses });
  for (const note of neverBegun(run, { clauses, failure })) run.note(note);
  if (unchecked.length > 0) run.note(missingSentence(run.known.missing));
  const traffic = trafficReport(run.traffic);
  for (const note of trafficNotes(traffic)) run.note(note);
  const finished = composeRun({
    ...judged(run, failure === null ? clauses : []),
    ...aboutRun(run, { options, open }),
    strict: options.strict,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - started),
    phases: run.phases.all(),
    namespace: run.known.namespace,
    apiRequests: { total: run.known.requests?.total ?? 0, byVerb: { ...run.known.requests?.byVerb } },
    traffic,
    notes: run.notes(),
    failure,
    unchecked,
  });
  const usage = failure === null ? null : exitCodeOf(failure);
  const whole: Run = usage === 2 ? { ...finished, exitCode: 2 } : finished;
  live.end(whole);
  const files = run.attached().map(({ file, text }) => ({ file, render: () => text }));
  const written = await writeReports(whole, { root: options.reports, which: [...reports, ...files] });
  for (const problem of written.problems) live.say(problem);
  if (written.directory !== null) live.say(`Reports: ${written.directory}`);
  live.close();
  return whole.exitCode;
}

async function checkClauses(
  open: OpenTarget,
  tools: { options: Options; clauses: readonly Clause[]; run: OngoingRun; live: Live; signal: AbortSignal },
): Promise<void> {
  const { options, clauses, run, live, signal } = tools;
  const shortestMs = Math.min(
    ...clauses.filter(({ needs }) => needs?.includes('fresh pods')).map((one) => deadlineOf(one)),
  );
  const setUp = {
    ...options,
    run,
    extras: extrasOf(clauses, options),
    // The clause's remaining work must fit into its time as well.
    freshDeadlineMs: Math.min(options.setUpDeadlineMs, shortestMs / 2),
    signal,
    now: (text: string | null) => live.now(text),
    say: (line: string) => live.say(line),
  };
  const needs = neededBy(clauses, options);
  await onCluster(open.target, setUp, async ({ session, slowness }) => {
    live.heading(aboutRun(run, { options, open }));
    const onStart = (id: string): void =>
      live.now(`checking ${id}, ${options.clauses.indexOf(id) + 1} of ${options.clauses.length}`);
    await run.phases.time('exchanging', async () => {
      if (needs.has('first contacts')) await run.once(firstContacts, async () => meetFirst(session));
      // Idle from now on, while everything else is checked.
      if (needs.has('held flows')) await run.once(heldFlows, async () => holdFlows(session));
      // Nodes learn of them while other clauses are checked. Where they are refused, the clauses that need them say so.
      if (needs.has('further services')) makeFurtherServices(session).catch(() => undefined);
      const inOrder = inTheirTurns(clauses).map((one) => withMoreTime(one, { ...options, slowness }));
      await runClauses(inOrder, { run, signal, onStart });
    });
    for (const result of run.changed()) live.clause(result);
    await askOnceMore(run, { live });
    live.now(null);
    signal.throwIfAborted();
  });
}

/** The clause with the time that its flows are held, and that the cluster takes to let in what it makes, added to its deadline. */
function withMoreTime(
  one: Clause,
  { holdMs, slowness }: Pick<Options, 'holdMs'> & Pick<OnCluster, 'slowness'>,
): Clause {
  const heldMs = one.needs?.includes('held flows') === true ? holdMs : 0;
  return { ...one, deadlineMs: deadlineOf(one, slowness) + heldMs };
}

/** Dials what failed once more at the very end: whether it still fails, or has passed. Meanwhile the kernels of the nodes concerned are asked. */
async function askOnceMore(run: OngoingRun, { live }: { live: Live }): Promise<void> {
  const failed = run.recorded().results.filter(({ verdict }) => verdict === 'fail');
  const broken = failed.flatMap(({ edges }) => edges.filter(({ problems }) => problems.length > 0));
  const ids = new Set(broken.map(({ id }) => id));
  const failing = run.traffic.found.failing.filter((dial) => ids.has(idOf(dial)));
  if (failing.length === 0) return;
  live.now('asking once more what failed');
  await run.phases.time('asking once more', async () => {
    const [told, evidence] = await Promise.all([
      askAtTheEnd(failing, run.traffic),
      askNodes(failing, { nodes: run.known.nodes }),
    ]);
    run.endedWith(told);
    run.known.evidence = evidence;
  });
}

/** `expected`: clauses that must have a result. One without is a bug in the suite, which must not count as a kept promise. */
function judged(run: OngoingRun, expected: readonly Clause[]): Pick<Findings, 'clauses' | 'causes' | 'remarkable'> {
  const { results, sound, rechecked, findings } = run.recorded();
  const done = new Set(results.map(({ id }) => id));
  const places = new Map(expected.map(({ id }, n) => [id, n]));
  const inOrder = results.toSorted((one, other) => (places.get(one.id) ?? 0) - (places.get(other.id) ?? 0));
  const unsettled = expected.filter(({ id }) => !done.has(id)).map(neverSettled);
  const { owners = [], cni } = run.known.survey ?? {};
  const { clauses, causes } = diagnose([...inOrder, ...unsettled], {
    sound,
    around: {
      nodeOfAddress: nodeByAddress(owners, run.known.nodes),
      plugin: cni?.name ?? 'unknown',
      ...(cni?.policies === undefined ? {} : { policies: cni.policies.name }),
      behind: run.behind(),
      rechecked,
      evidence: run.known.evidence,
      carried: carriedTwice(owners, run.known.nodes),
    },
  });
  return { clauses, causes, remarkable: findings };
}

/** The clauses that a run which broke off did not come to; none of a run that checked none. */
function neverBegun(
  run: OngoingRun,
  { clauses, failure }: { clauses: readonly Clause[]; failure: Run['failure'] },
): string[] {
  const done = new Set(run.recorded().results.map(({ id }) => id));
  const left = clauses.filter(({ id }) => !done.has(id)).map(({ id }) => id);
  if (failure === null || done.size === 0 || left.length === 0) return [];
  return [`${left.length} of ${clauses.length} clauses were not checked: ${left.join(', ')}.`];
}

/** A clause that judges every node names those where probes are missing; without such a clause the run must not ignore them. */
function uncheckedNodes(
  { known: { missing } }: OngoingRun,
  { options, clauses }: { options: Options; clauses: readonly Clause[] },
): string[] {
  return neededBy(clauses, options).has('every node') ? [] : [...new Set(missing.map(({ node }) => node))];
}
