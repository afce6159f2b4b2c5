import {
  connectApi,
  createNamespace,
  DEFAULT_IMAGE,
  deployProbes,
  findLeftovers,
  namespaceName,
  newRunId,
  preflight,
  removeLeftovers,
  surveyCluster,
  type Api,
  type Deployment,
  type Preflight,
  type RunNamespace,
  type Survey,
} from '../cluster/index.ts';
import type { Live } from '../report/live.ts';
import { clauseDeadlineMs } from '../verdict/recorder.ts';
import { openSession, type Missing } from '../verdict/session.ts';
import { makesServices } from './chosen.ts';
import { makeSession } from './make-session.ts';
import type { Options } from './options/options.ts';
import type { Phases } from './phases.ts';
import type { Suite } from './suite.ts';
import type { OpenTarget } from './target.ts';

/** What is known of a run while it goes; filled in as it becomes known, so that a run that is cut short still reports. */
export interface Story {
  api: Api | null;
  survey: Survey | null;
  families: string[];
  proxyModes: Record<string, string>;
  missing: Missing[];
  namespace: string | null;
  notes: string[];
}

export interface Tools {
  options: Options;
  suite: Suite;
  live: Live;
  phases: Phases;
  signal: AbortSignal;
  story: Story;
  /** Called once the cluster is known. */
  onSurvey: () => void;
}

const freshClause = 'flat-network/new-pods-join';

/** Preflight, probes, clauses, clean-up. Throws what keeps the run from being done; clean-up is done all the same. */
export async function runOnCluster({ target }: OpenTarget, tools: Tools): Promise<void> {
  const { live, phases, signal, story } = tools;
  const note = (text: string): void => void story.notes.push(text);
  const api = connectApi(target, { onNote: note });
  story.api = api;
  live.now(`asking ${target.server}`);
  const runId = newRunId();
  const ready = await phases.time('preflight', () =>
    preflight(api, { namespace: namespaceName(runId), makesServices: makesServices(tools.options) }),
  );
  story.notes.push(...ready.notes);
  signal.throwIfAborted();
  const namespace = await createNamespace(api, { runId });
  story.namespace = namespace.name;
  const leftovers = clearLeftovers(api, note);
  let deployment: Deployment | null = null;
  try {
    const { survey, deployed } = await setUp(api, { ...tools, ready, namespace, note });
    deployment = deployed;
    await checkClauses(deployed, { ...tools, survey, api, namespace: namespace.name });
  } finally {
    openSession(null);
    deployment?.close();
    await phases.time('clean-up', async () => {
      await Promise.all([cleanUp(namespace, tools), leftovers]);
    });
  }
}

async function setUp(
  api: Api,
  tools: Tools & { ready: Preflight; namespace: RunNamespace; note: (text: string) => void },
): Promise<{ survey: Survey; deployed: Deployment }> {
  const { options, live, phases, signal, story, ready, namespace, note } = tools;
  const usable = ready.nodes.filter((node) => node.skipped === null);
  const surveying = surveyCluster(api, { preflight: ready, onNote: note }).then((survey) => {
    story.survey = survey;
    return survey;
  });
  const secret = options.imagePullSecret;
  const deploying = deployProbes(api, {
    namespace: namespace.name,
    nodes: usable.map((node) => node.name),
    version: ready.version,
    image: options.image ?? DEFAULT_IMAGE,
    imagePullSecret: secret === null ? undefined : `${secret.namespace}/${secret.name}`,
    hostPort: options.hostPort ?? 0,
    deadlineMs: options.setUpDeadlineMs,
    onProgress: (line) => live.now(line),
    onNote: note,
    signal,
  });
  const [surveyed, deployed] = await Promise.allSettled([surveying, deploying]);
  if (deployed.status === 'rejected') throw deployed.reason;
  const { timings } = deployed.value;
  phases.add('set-up', timings.createMs);
  phases.add('waiting', timings.startMs);
  phases.add('connecting', timings.connectMs);
  if (surveyed.status === 'rejected') {
    deployed.value.close();
    throw surveyed.reason;
  }
  return { survey: surveyed.value, deployed: deployed.value };
}

async function checkClauses(
  deployed: Deployment,
  tools: Tools & { survey: Survey; api: Api; namespace: string },
): Promise<void> {
  const { options, suite, live, phases, signal, story, survey, api, namespace } = tools;
  signal.throwIfAborted();
  // Closed channels end whatever waits for a reply.
  signal.addEventListener('abort', () => deployed.close(), { once: true });
  // Pods that start while the other clauses are checked cost no waiting.
  if (options.clauses.includes(freshClause)) await deployed.startFresh();
  const session = await makeSession(deployed, {
    api,
    namespace,
    survey,
    // What the clause does next must fit into its time as well.
    freshDeadlineMs: Math.min(options.setUpDeadlineMs, clauseDeadlineMs / 2),
    latency: options.latency,
    headroom: options.headroom,
    say: (line) => live.say(line),
  });
  story.families = session.families;
  story.proxyModes = session.proxyModes;
  story.missing = session.missing;
  tools.onSurvey();
  openSession(session);
  const onStart = (id: string): void =>
    live.now(`checking ${id}, ${options.clauses.indexOf(id) + 1} of ${options.clauses.length}`);
  await phases.time('exchanging', () => suite.run(options.clauses, { signal, onStart }));
  live.now(null);
  signal.throwIfAborted();
}

async function clearLeftovers(api: Api, note: (text: string) => void): Promise<void> {
  const leftovers = await findLeftovers(api).catch(() => []);
  for (const removed of await removeLeftovers(api, { leftovers }))
    note(
      removed.gone
        ? `${removed.name} was left by an earlier run and has been removed.`
        : (removed.remains ?? removed.name),
    );
}

async function cleanUp(namespace: RunNamespace, { options, live, story }: Tools): Promise<void> {
  if (options.keep) {
    story.notes.push(`The probes were kept; remove them with \`${await namespace.keep()}\`.`);
    return;
  }
  live.now(`removing ${namespace.name}`);
  const { remains } = await namespace.remove();
  if (remains !== null) story.notes.push(remains);
  live.now(null);
}
