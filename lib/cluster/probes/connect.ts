/** From running pods to probes that answer. */
import type { V1Pod } from '@kubernetes/client-node';
import { isIPv6 } from 'node:net';
import pMap from 'p-map';
import type { Api } from '../api/api.ts';
import { pause } from '../api/bounded.ts';
import { askingAgain } from '../channel/asking-again.ts';
import { openChannel } from '../channel/channel.ts';
import { messageOf } from '../../message-of.ts';
import { wasInjected } from '../api/advice.ts';
import { interrupted, reasonOf } from '../api/errors.ts';
import { limitsOf } from './added.ts';
import { ExecNotOpened, execStream } from '../channel/exec-stream.ts';
import { bridgeCommand, probeContainer } from './manifests.ts';
import type { Missing, OnNote, Probe, ProbeName } from '../model.ts';
import { sidecarsOf } from './no-mesh.ts';
import type { Rollout } from './rollout.ts';

export interface ConnectOptions {
  namespace: string;
  /** It is not the one that the run begins with: probes say so. */
  isFurther?: boolean | undefined;
  /** How many exec streams to open at the same time. */
  concurrency?: number | undefined;
  openDeadlineMs?: number | undefined;
  helloDeadlineMs?: number | undefined;
  onNote?: OnNote | undefined;
  /** The container of this pod was restarted. */
  onRestart?: ((pod: string) => void) | undefined;
  /** Opens no further streams, closes the open ones and throws. */
  signal?: AbortSignal | undefined;
}

/** Attempts per probe, each of opening the stream and hello. */
const attemptsAtMost = 3;
const pauseMs = 500;
/** A kubelet that has just been restarted says 404 of pods that run on it: for 2.3 s in the lab. These are 12 s. */
const attemptsWhileAway = 10;
const pauseAtMostMs = 1_500;

/**
 * One channel and one hello per pod, tried three times, or longer where the kubelet may be away; a pod with which either fails is missing, and so is one with a sidecar.
 * `unopened`: of those that are missing, the ones to which no stream could be opened.
 */
export async function connectProbes(
  api: Api,
  { started, ...options }: { started: Rollout['started'] } & ConnectOptions,
): Promise<{ probes: Probe[]; missing: Missing[]; unopened: Missing[] }> {
  // Pods that were Ready before the last one are taken for younger than they are.
  const readyAt = performance.now();
  const meshed = started.flatMap((one) => {
    const [sidecar] = sidecarsOf(one.pod, probeContainer);
    return sidecar === undefined ? [] : [{ ...one, sidecar }];
  });
  if (meshed.length > 0) options.onNote?.(meshedNote(meshed));
  const unmeshed = started.filter(({ pod }) => sidecarsOf(pod, probeContainer).length === 0);
  const unopened: Missing[] = [];
  const results = await pMap(
    unmeshed,
    async ({ name, node, pod }): Promise<Probe | Missing> => {
      try {
        return await untilConnected(api, { name, node, pod, readyAt, ...options });
      } catch (error) {
        const missing: Missing = { node, probe: name, reason: messageOf(error), kind: 'other' };
        if (isUnopened(error)) unopened.push(missing);
        return missing;
      }
    },
    { concurrency: options.concurrency ?? 32 },
  );
  const probes = results.filter((result) => 'channel' in result);
  if (options.signal?.aborted) {
    for (const { channel } of probes) channel.close();
    throw interrupted('opening the exec streams');
  }
  return { probes, missing: [...meshed.map(asMissing), ...results.filter((result) => 'reason' in result)], unopened };
}

/** The last attempt's error is the cause. */
function isUnopened(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof ExecNotOpened;
}

interface Meshed {
  name: ProbeName;
  node: string;
  sidecar: string;
}

const meshedNote = (meshed: readonly Meshed[]): string =>
  `${meshed.length} probes are not used: another container was injected into their pods (${[...new Set(meshed.map(({ sidecar }) => sidecar))].join(', ')}).`;

const asMissing = ({ name, node, sidecar }: Meshed): Missing => ({
  node,
  probe: name,
  reason: `a container "${sidecar}" ${wasInjected}: the probe's traffic may pass through it, and not through the network alone`,
  kind: 'other',
});

type Started = Rollout['started'][number] & ConnectOptions & Pick<Probe, 'readyAt'>;

async function untilConnected(api: Api, options: Started): Promise<Probe> {
  const { node, name, signal, onNote } = options;
  let first = '';
  let most = attemptsAtMost;
  for (let attempts = 1; ; attempts++) {
    signal?.throwIfAborted();
    try {
      const probe = await connectProbe(api, options);
      if (attempts > 1) {
        const who = `${node}/${name}`;
        const happening = { kind: 'answered late', who, why: first, attempts, attemptsAtMost: most } as const;
        onNote?.(`${who} answered at attempt ${attempts} of ${most} (${first})`, happening);
      }
      return probe;
    } catch (error) {
      first ||= reasonOf(error);
      most = isKubeletAway(error) ? attemptsWhileAway : attemptsAtMost;
      if (attempts >= most) throw new Error(`${reasonOf(error)} (${attempts} attempts)`, { cause: error });
    }
    await pause(Math.min(attempts * pauseMs, pauseAtMostMs), { signal });
  }
}

/** The pod runs by the API, and its kubelet, or the way there, says otherwise. */
function isKubeletAway(error: unknown): boolean {
  return error instanceof ExecNotOpened && (error.status === 404 || (error.status ?? 0) >= 500);
}

async function connectProbe(
  api: Api,
  {
    name,
    node,
    pod,
    readyAt,
    namespace,
    isFurther = false,
    openDeadlineMs = 10_000,
    helloDeadlineMs = 20_000,
    onNote = () => {},
    onRestart = () => {},
  }: Started,
): Promise<Probe> {
  const podName = pod.metadata?.name ?? '';
  const uid = pod.metadata?.uid ?? '';
  const who = `${node}/${name}`;
  const stream = execStream(api, {
    namespace,
    pod: podName,
    container: probeContainer,
    command: bridgeCommand,
    handshakeMs: openDeadlineMs,
  });
  const channel = await openChannel(stream, {
    who,
    openDeadlineMs,
    onNote,
    onRestart: () => onRestart(podName),
    beforeReopen: () => api.answers(),
  });
  const reply = await channel.request({ kind: 'hello' }, { deadlineMs: helloDeadlineMs });
  const [hello] = reply.records;
  if (reply.whole && hello?.identity.uid === uid) {
    return {
      name,
      kind: name === 'node' ? 'node' : 'pod',
      node,
      pod: podName,
      ...(isFurther ? { namespace } : {}),
      uid,
      addresses: addressesOf(pod),
      hello,
      ...(limitsOf(pod) === '' ? {} : { limits: limitsOf(pod) }),
      readyAt,
      channel: askingAgain(channel),
    };
  }
  channel.close();
  throw new Error(
    reply.whole
      ? `the exec stream to ${who} reached ${hello ? `pod ${hello.identity.pod}` : 'something that does not identify itself'}`
      : reply.reason,
  );
}

/** One per family: the first that status.podIPs lists. A host-network pod has its node's. */
export function addressesOf({ status }: V1Pod): Probe['addresses'] {
  const all = status?.podIPs?.map(({ ip }) => ip) ?? [status?.podIP];
  const addresses: Probe['addresses'] = {};
  for (const address of all) if (address) addresses[isIPv6(address) ? 'IPv6' : 'IPv4'] ??= address;
  return addresses;
}
