import { createRequire } from 'node:module';
import { DEFAULT_IMAGE, type NodeFacts } from '../cluster/index.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import { live as startLive } from '../report/live.ts';
import { reports, writeReports } from '../report/write.ts';
import { attached } from '../verdict/attachments.ts';
import { composeRun } from '../verdict/compose-run.ts';
import { neverSettled, onResult, recorded } from '../verdict/recorder.ts';
import type { ClauseResult, Run } from '../verdict/run.ts';
import { describeError, exitCodeOf } from './describe-error.ts';
import { listenForInterruption } from './interruption.ts';
import type { Options } from './options/options.ts';
import { newPhases } from './phases.ts';
import { runOnCluster, type Story } from './run-on-cluster.ts';
import type { Suite } from './suite.ts';
import { openTarget, type OpenTarget } from './target.ts';

/** One run from beginning to end, whatever happens: a verdict, the reports, nothing left behind. Returns the exit code. */
export async function run(options: Options, suite: Suite): Promise<number> {
  const startedAt = new Date();
  const started = performance.now();
  const live = startLive({ stream: process.stdout, strict: options.strict });
  const interruption = listenForInterruption({ say: (text) => live.say(text) });
  const phases = newPhases();
  const story: Story = {
    api: null,
    survey: null,
    families: [],
    proxyModes: {},
    missing: [],
    namespace: null,
    notes: [],
  };
  let failure: Run['failure'] = null;
  let open: OpenTarget | null = null;
  const about = (): Pick<Run, 'suite' | 'cluster'> => ({ suite: suiteOf(options), cluster: clusterOf(story, open) });
  onResult((result) => live.clause(result));
  try {
    const { signal } = interruption;
    const opening = openTarget(options.target, { live, signal });
    open = options.target.kind === 'lab' ? await phases.time('lab', () => opening) : await opening;
    await runOnCluster(open, { options, suite, live, phases, signal, story, onSurvey: () => live.heading(about()) });
  } catch (error) {
    failure = describeError(interruption.signal.aborted ? interruption.signal.reason : error);
  }
  live.now(null);
  const opened = open;
  if (opened?.name === 'lab')
    await phases
      .time('lab removal', () => opened.close())
      .catch((error: unknown) => void story.notes.push(describeError(error).message));
  interruption.release();
  const finished = composeRun({
    ...judged(story, failure === null ? missingClauses(suite, options) : []),
    ...about(),
    strict: options.strict,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - started),
    phases: phases.all(),
    namespace: story.namespace,
    apiRequests: { total: story.api?.requests.total ?? 0, byVerb: { ...story.api?.requests.byVerb } },
    notes: story.notes,
    failure,
    unchecked: uncheckedNodes(story, options),
  });
  const usage = failure === null ? null : exitCodeOf(failure);
  const whole: Run = usage === 2 ? { ...finished, exitCode: 2 } : finished;
  live.end(whole);
  const files = attached().map(({ file, text }) => ({ file, render: () => text }));
  const written = await writeReports(whole, { root: options.reports, which: [...reports, ...files] });
  for (const problem of written.problems) live.say(problem);
  if (written.directory !== null) live.say(`Reports: ${written.directory}`);
  live.close();
  return whole.exitCode;
}

/** Chosen clauses without a result: a bug of the suite, which must not pass for a kept promise. */
function missingClauses({ clauses }: Suite, options: Options): ClauseResult[] {
  const done = new Set(recorded().results.map(({ id }) => id));
  return clauses.filter(({ id }) => options.clauses.includes(id) && !done.has(id)).map(neverSettled);
}

function judged(
  story: Story,
  unsettled: ClauseResult[],
): Pick<Parameters<typeof composeRun>[0], 'clauses' | 'causes' | 'remarkable'> {
  const { results, sound, findings } = recorded();
  const owners = new Map(
    (story.survey?.owners ?? []).filter((one) => one.kind === 'node').map((one) => [one.address, one.node]),
  );
  const { clauses, causes } = diagnose([...results, ...unsettled], {
    sound,
    around: { nodeOfAddress: (address) => owners.get(address) ?? null },
  });
  return { clauses, causes, remarkable: findings };
}

function suiteOf(options: Options): Run['suite'] {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  return { version, image: options.image ?? DEFAULT_IMAGE, command: process.argv.slice(2) };
}

function clusterOf({ survey, families, proxyModes }: Story, open: OpenTarget | null): Run['cluster'] {
  if (survey === null || open === null) return null;
  return {
    target: open.name,
    server: survey.server,
    version: survey.version,
    nodes: survey.nodes.map(reportedNode),
    families: families as ('IPv4' | 'IPv6')[],
    podRanges: survey.podRanges.map(({ range }) => range),
    serviceRanges: survey.serviceRanges.map(({ range }) => range),
    proxyMode: proxyModes,
    cni: survey.cni,
  };
}

/** `new-pods-join` names the nodes where probes are missing; without it a run must not pass over them. */
function uncheckedNodes({ missing }: Story, { clauses }: Options): string[] {
  return clauses.includes('flat-network/new-pods-join') ? [] : [...new Set(missing.map(({ node }) => node))];
}

type ReportedNode = NonNullable<Run['cluster']>['nodes'][number];

function reportedNode({ notReadyFor: _why, createdAt: _since, addresses, ...node }: NodeFacts): ReportedNode {
  return { ...node, addresses: addresses.map(({ address }) => address) };
}
