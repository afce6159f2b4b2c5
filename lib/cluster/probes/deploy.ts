/** The probes of a run: created, waited for, connected. */
import type { Api } from '../api/api.ts';
import { limitsGiven } from './added.ts';
import { connectProbes, type ConnectOptions } from './connect.ts';
import { createDaemonSet, createDaemonSets, createObjects } from './create.ts';
import { probesNotStarted, someRefused } from '../api/errors.ts';
import { DEFAULT_IMAGE } from './image.ts';
import { probeDaemonSet, type ProbeManifestOptions } from './manifests.ts';
import { noMarks, type Marks } from '../marks.ts';
import type { ForeignPolicy, Missing, PodPlace, Probe, ProbeName, Slowness } from '../model.ts';
import { movePod } from './moved-pod.ts';
import { howTheyEnded, nodesLost } from './ended.ts';
import type { PodLabels } from '../policies/ends.ts';
import { foreignPolicies } from '../policies/foreign.ts';
import { whoRefusesExec } from './who-refuses-exec.ts';
import { letInSlowly, waitForRollout } from './rollout.ts';
import { probeSources } from './sources.ts';

export interface DeployOptions extends ConnectOptions {
  /** Names of the nodes on which probes are expected: Ready and not skipped. */
  nodes: readonly string[];
  /** "v1.37.2": older ones lack some fields. */
  version: string;
  image?: string | undefined;
  /** "NAMESPACE/NAME" of an existing secret, copied into the run's namespace. */
  imagePullSecret?: string | undefined;
  /** Where node probes listen; 0: the kernel's choice. */
  hostPort?: number | undefined;
  marks?: Marks | undefined;
  /** Of the probes' containers, by resource. */
  limits?: Readonly<Record<string, string>> | undefined;
  /** No probe on the host network, and none with more rights than the restricted Pod Security level lets a pod have. */
  podsOnly?: boolean | undefined;
  /** Until all of them run. */
  deadlineMs?: number | undefined;
  onProgress?: ((line: string) => void) | undefined;
}

export interface Started {
  probes: Probe[];
  /** Where a probe is missing, and why. */
  missing: Missing[];
}

export interface Deployment extends Started {
  /** Milliseconds: creating the objects, waiting for the pods, opening the channels. */
  timings: { createMs: number; startMs: number; connectMs: number };
  /** How slowly the cluster lets objects in. */
  slowness: Slowness;
  /** Policies of somebody else that may forbid what the probes send. */
  policies: ForeignPolicy[];
  /** Creates one more pod per node; returns as soon as the API server has accepted them. */
  startFresh(): Promise<void>;
  /** Waits for these pods; `deadlineMs` counts from this call, and what the cluster needed to let in the first pods is added (so it is below). Never throws because pods do not start: that is a result. */
  waitFresh(options?: { deadlineMs?: number }): Promise<Started & { waitedMs: number }>;
  /** Makes a pod on one node, and then one of the same name on another. See `movePod`. */
  movePod(): Promise<PodPlace[] | string>;
  /** Creates one more pod per node, and waits for them. Never throws because pods do not start. */
  addNewcomers(options: { deadlineMs: number }): Promise<Started>;
  /** The same in another namespace, with all that its pods need. */
  addGuests(namespace: string, options: { deadlineMs: number }): Promise<Started>;
  /** Why probes were lost meanwhile, each in one sentence: their containers were restarted, their nodes are not Ready any more. */
  endings(): Promise<string[]>;
  /** Closes every channel. */
  close(): void;
}

/** For two pods to start and one to end, while other clauses are checked. */
const movedWithinMs = 30_000;

/** What the probes need, and then their DaemonSets. */
const createdInTurns = 2;

const ofPods: ProbeName[] = ['pod-a', 'pod-b'];
const withNodes: ProbeName[] = [...ofPods, 'node'];

/** Throws a ClusterError when no probe could be used, the image can't be pulled or pods are refused; fewer than all is a result. */
export async function deployProbes(api: Api, options: DeployOptions): Promise<Deployment> {
  const {
    namespace,
    nodes,
    image = DEFAULT_IMAGE,
    imagePullSecret,
    hostPort = 0,
    deadlineMs = 120_000,
    onProgress,
    signal,
    version,
    marks = noMarks,
    limits = {},
    podsOnly = false,
  } = options;
  const daemonSets = podsOnly ? ofPods : withNodes;
  const restarted = new Set<string>();
  const cutOff = new Set<string>();
  const connecting: DeployOptions & Pick<ConnectOptions, 'onRestart'> = {
    ...options,
    onRestart: (pod) => void restarted.add(pod),
    onNote: (text, happening) => {
      if (happening?.kind === 'stream lost') cutOff.add(happening.who.split('/')[0] ?? '');
      options.onNote?.(text, happening);
    },
  };
  const clock = stopwatch();
  const sources = probeSources();
  const manifest: ProbeManifestOptions = {
    image,
    hostPort,
    hasPullSecret: imagePullSecret !== undefined,
    hostIPsField: knowsHostIPs(version) ? 'status.hostIPs' : 'status.hostIP',
    sourcePaths: Object.keys(sources),
    marks,
    limits,
    isRestricted: podsOnly,
  };
  await createObjects(api, { namespace, imagePullSecret, sources, marks });
  const refused = await createDaemonSets(api, { namespace, manifest, nodes, names: daemonSets });
  const accepted = daemonSets.filter((name) => !refused.some(({ probe }) => probe === name));
  const createMs = clock();
  const rollout = await waitForRollout(api, {
    namespace,
    names: accepted,
    nodes,
    image,
    deadlineMs,
    onProgress,
    signal,
  });
  const slowness = letInSlowly(rollout);
  if (slowness !== null) options.onNote?.(slowness);
  const given = Object.keys(limits).length === 0 ? limitsGiven([...rollout.started, ...rollout.unready]) : null;
  if (given !== null) options.onNote?.(given);
  const startMs = clock();
  const connected = await connectProbes(api, { ...connecting, started: rollout.started });
  const connectMs = clock();
  const words = refused[0]?.reason ?? rollout.refusal;
  if (words !== null) options.onNote?.(someRefused(words));
  const missing = [...refused, ...rollout.missing, ...connected.missing];
  const [unopened] = connected.unopened;
  if (unopened !== undefined && connected.unopened.length === rollout.started.length)
    throw await whoRefusesExec(api, {
      namespace,
      pod: rollout.started[0]?.pod.metadata?.name ?? '',
      seen: unopened.reason,
    });
  if (connected.probes.length === 0)
    throw probesNotStarted(missing, `waited ${Math.round(rollout.waitedMs / 1000)} of ${deadlineMs / 1000} s`);
  const all = [...connected.probes];
  const running = [...new Set(connected.probes.map(({ node }) => node))];
  let freshRefused: string | null = null;
  const untilTheyAnswer = async (
    name: ProbeName,
    { refusal, where = namespace, ...limit }: { refusal: string | null; deadlineMs: number; where?: string },
  ): Promise<Started & { waitedMs: number }> => {
    if (refusal !== null) {
      const none = nodes.map((node): Missing => ({ node, probe: name, reason: refusal, kind: 'other' }));
      return { probes: [], missing: none, waitedMs: 0 };
    }
    // A node that got no probe at all within that time gets none of these either.
    const hopeless = withoutAny(nodes, { name, probes: connected.probes, missing });
    // Its controller makes them in batches, as it made the first ones.
    const withinMs = limit.deadlineMs + rollout.letInMs;
    const { started, ...rest } = await waitForRollout(api, {
      namespace: where,
      names: [name],
      nodes: nodes.filter((node) => !hopeless.some((one) => one.node === node)),
      image,
      onProgress,
      signal,
      throws: false,
      deadlineMs: withinMs,
    });
    const found = { namespace: where, isFurther: where !== namespace, started };
    const answered = await connectProbes(api, { ...connecting, ...found });
    all.push(...answered.probes);
    return {
      probes: answered.probes,
      missing: [...hopeless, ...rest.missing, ...answered.missing],
      waitedMs: rest.waitedMs,
    };
  };
  return {
    probes: connected.probes,
    missing,
    timings: { createMs, startMs, connectMs },
    slowness: { letInMs: rollout.letInMs, writeMs: createMs / createdInTurns },
    policies: await foreignPolicies(api, {
      run: await labelsOf(api, { namespace, manifest, names: [...daemonSets, 'fresh', 'newcomer'] }),
      onNote: options.onNote,
    }),
    async startFresh() {
      freshRefused = await createDaemonSet(api, { namespace, name: 'fresh', manifest });
    },
    waitFresh: async ({ deadlineMs: freshDeadlineMs = 60_000 } = {}) =>
      untilTheyAnswer('fresh', { refusal: freshRefused, deadlineMs: freshDeadlineMs }),
    async addNewcomers(limit) {
      const refusal = await createDaemonSet(api, { namespace, name: 'newcomer', manifest });
      return untilTheyAnswer('newcomer', { refusal, ...limit });
    },
    async addGuests(where, limit) {
      await createObjects(api, { namespace: where, imagePullSecret, sources, marks });
      const refusal = await createDaemonSet(api, { namespace: where, name: 'guest', manifest });
      return untilTheyAnswer('guest', { refusal, where, ...limit });
    },
    movePod: async () => movePod(api, { namespace, manifest, nodes: running, signal, deadlineMs: movedWithinMs }),
    endings: async () => [
      ...(await howTheyEnded(api, { namespace, pods: restarted })),
      ...(await nodesLost(api, cutOff)),
    ],
    close: () => all.forEach(({ channel }) => channel.close()),
  };
}

/** Nodes without any of these probes, as places where the one of this name is missing for the same reason. */
export function withoutAny(
  nodes: readonly string[],
  { name, probes, missing }: Started & { name: ProbeName },
): Missing[] {
  return nodes.flatMap((node) => {
    const why = missing.find((one) => one.node === node);
    return why === undefined || probes.some((probe) => probe.node === node) ? [] : [{ ...why, probe: name }];
  });
}

/** By which policies may select the run's pods. Admission may have added to what the run gave its namespace. */
async function labelsOf(
  api: Api,
  { namespace, manifest, names }: { namespace: string; manifest: ProbeManifestOptions; names: readonly ProbeName[] },
): Promise<PodLabels> {
  const { metadata } = await api.core.readNamespace({ name: namespace });
  const templates = names.map((name) => probeDaemonSet(name, manifest).spec?.template);
  return {
    namespace,
    namespaceLabels: metadata?.labels ?? {},
    pods: templates.map((template) => template?.metadata?.labels ?? {}),
  };
}

/** The downward API has status.hostIPs since 1.30. An unknown version counts as a new one. */
export function knowsHostIPs(version: string): boolean {
  const [, major, minor] = version.match(/^v?(\d+)\.(\d+)/) ?? [];
  return major === undefined || Number(major) > 1 || Number(minor) >= 30;
}

/** Milliseconds since its last call. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const before = last;
    last = performance.now();
    return last - before;
  };
}
