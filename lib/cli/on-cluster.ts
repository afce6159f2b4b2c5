/** From a cluster to a session and back: preflight, namespace, probes, survey, clean-up. */
import {
  checkHostPort,
  connectApi,
  createNamespace,
  DEFAULT_IMAGE,
  deployProbes,
  findLeftovers,
  namespaceName,
  moveFromTaken,
  newRunId,
  preflight,
  removeLeftovers,
  surveyCluster,
  withLinks,
  type Api,
  type Deployment,
  type Extras,
  type Preflight,
  type RunNamespace,
  type Slowness,
  type Survey,
  type Target,
} from '../cluster/index.ts';
import type { OngoingRun } from '../verdict/create-run.ts';
import type { Session } from '../verdict/session.ts';
import { foreignNote } from './doubts.ts';
import { makeSession } from './make-session.ts';
import type { Options } from './options/options.ts';

/** How probes are set up. */
export interface SetUp extends Pick<
  Options,
  | 'image'
  | 'imagePullSecret'
  | 'hostPort'
  | 'podsOnly'
  | 'marks'
  | 'limits'
  | 'setUpDeadlineMs'
  | 'keep'
  | 'latency'
  | 'holdMs'
  | 'headroom'
  | 'policies'
> {
  run: OngoingRun;
  extras: Extras;
  /** For fresh pods to start. */
  freshDeadlineMs: number;
  signal: AbortSignal;
  /** What is being done now; null: nothing worth showing. */
  now: (text: string | null) => void;
  /** A line that stays. */
  say: Session['say'];
}

export interface OnCluster {
  api: Api;
  /** The run's own. */
  namespace: string;
  session: Session;
  /** As it showed when the probes were set up. */
  slowness: Slowness;
}

/** Sets up all that clauses work with, does the work, and always cleans up. Throws what prevents the work, and what the work throws. */
export async function onCluster(
  target: Target,
  setUp: SetUp,
  work: (cluster: OnCluster) => Promise<void>,
): Promise<void> {
  const { run, extras, signal, now } = setUp;
  const api = connectApi(target, { onNote: run.note });
  run.known.requests = api.requests;
  now(`asking ${target.server}`);
  const runId = newRunId();
  const ready = await run.phases.time('preflight', () => preflight(api, { namespace: namespaceName(runId), extras }));
  for (const note of ready.notes) run.note(note);
  signal.throwIfAborted();
  const { hostPort } = setUp;
  const usable = ready.nodes.filter(({ skipped }) => skipped === null).map(({ name }) => name);
  if (hostPort !== null) await checkHostPort(api, { hostPort, nodes: usable });
  const namespace = await createNamespace(api, { runId, marks: setUp.marks, podsOnly: setUp.podsOnly });
  run.known.namespace = namespace.name;
  const leftovers = clearLeftovers(api, run.note);
  const further: Promise<RunNamespace>[] = [];
  const furtherNamespace = async (): Promise<string> => {
    const creating = createNamespace(api, { runId, suffix: 'guests', marks: setUp.marks, podsOnly: setUp.podsOnly });
    further.push(creating);
    return (await creating).name;
  };
  let deployment: Deployment | null = null;
  try {
    const { survey, deployed } = await deploy(api, { ...setUp, ready, namespace });
    deployment = deployed;
    const session = await openSession(deployed, { ...setUp, api, survey, namespace, furtherNamespace });
    await work({ api, namespace: namespace.name, session, slowness: deployed.slowness });
  } finally {
    run.openSession(null);
    for (const ending of (await deployment?.endings()) ?? []) run.note(ending);
    deployment?.close();
    await run.phases.time('clean-up', async () => {
      const made = (await Promise.allSettled(further)).filter((one) => one.status === 'fulfilled');
      await Promise.all([
        ...[namespace, ...made.map(({ value }) => value)].map((one) => cleanUp(one, setUp)),
        leftovers,
      ]);
    });
  }
}

async function deploy(
  api: Api,
  setUp: SetUp & { ready: Preflight; namespace: RunNamespace },
): Promise<{ survey: Survey; deployed: Deployment }> {
  const { run, signal, now, ready, namespace, imagePullSecret: secret } = setUp;
  const usable = ready.nodes.filter((node) => node.skipped === null);
  const surveying = surveyCluster(api, { preflight: ready, onNote: run.note }).then((survey) => {
    run.known.survey = survey;
    return survey;
  });
  const deploying = deployProbes(api, {
    namespace: namespace.name,
    nodes: usable.map((node) => node.name),
    version: ready.version,
    image: setUp.image ?? DEFAULT_IMAGE,
    imagePullSecret: secret === null ? undefined : `${secret.namespace}/${secret.name}`,
    hostPort: setUp.hostPort ?? 0,
    podsOnly: setUp.podsOnly,
    marks: setUp.marks,
    limits: setUp.limits,
    deadlineMs: setUp.setUpDeadlineMs,
    onProgress: now,
    onNote: run.note,
    signal,
  });
  const [surveyed, deployed] = await Promise.allSettled([surveying, deploying]);
  if (deployed.status === 'rejected') throw deployed.reason;
  const { timings } = deployed.value;
  run.phases.add('set-up', timings.createMs);
  run.phases.add('waiting', timings.startMs);
  run.phases.add('connecting', timings.connectMs);
  if (surveyed.status === 'rejected') {
    deployed.value.close();
    throw surveyed.reason;
  }
  const nodes = deployed.value.probes.filter(({ kind }) => kind === 'node');
  const survey = { ...surveyed.value, cni: withLinks(surveyed.value.cni, nodes) };
  run.known.survey = survey;
  for (const note of await moveFromTaken(nodes, survey.takenPorts)) run.note(note);
  return { survey, deployed: deployed.value };
}

async function openSession(
  deployed: Deployment,
  setUp: SetUp & { api: Api; survey: Survey; namespace: RunNamespace; furtherNamespace: () => Promise<string> },
): Promise<Session> {
  const { run, extras, signal, namespace } = setUp;
  signal.throwIfAborted();
  // Closing the channels ends whatever waits for a reply.
  signal.addEventListener('abort', () => deployed.close(), { once: true });
  // Nobody waits for pods that start while other clauses are checked.
  if (extras.has('fresh pods')) await deployed.startFresh();
  const session = await makeSession(deployed, { ...setUp, namespace: namespace.name });
  if (extras.has('moved pod')) void session.movedPod();
  run.openSession(session);
  const foreign = foreignNote(deployed.policies);
  if (foreign !== null) run.note(foreign);
  return session;
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

async function cleanUp(namespace: RunNamespace, { keep, now, run }: SetUp): Promise<void> {
  if (keep) {
    run.note(`The probes were kept; remove them with \`${await namespace.keep()}\`.`);
    return;
  }
  now(`removing ${namespace.name}`);
  const { remains } = await namespace.remove();
  if (remains !== null) run.note(remains);
  now(null);
}
