/** Why a pod does not start, as the kubelet or the scheduler words it. */
import type { CoreV1Event, V1ContainerStateTerminated, V1Pod } from '@kubernetes/client-node';
import type { Api } from '../api/api.ts';
import { statusOf } from '../api/errors.ts';
import { listAll } from '../api/pages.ts';
import { addedSelector, limitsOf } from './added.ts';

/** `refused`: admission lets no pod be made; `being made`: its controller has not come to it; `no pod`: nobody says why there is none; `port taken`: its container ends since it can't listen; `crash`: for any other reason. */
export type ProblemKind =
  | 'network'
  | 'image'
  | 'sandbox'
  | 'scheduling'
  | 'volume'
  | 'refused'
  | 'being made'
  | 'no pod'
  | 'port taken'
  | 'crash'
  | 'other';

export interface Problem {
  kind: ProblemKind;
  /** One line: "reason: message". */
  reason: string;
}

/** All warnings of a namespace, the newest last; none where events may not be read. */
export async function listWarnings(api: Api, { namespace }: { namespace: string }): Promise<CoreV1Event[]> {
  try {
    const items = await listAll((page) =>
      api.core.listNamespacedEvent({ namespace, fieldSelector: 'type=Warning', ...page }),
    );
    return items.toSorted((a, b) => timeOf(a) - timeOf(b));
  } catch (error) {
    if (statusOf(error) === 403) return [];
    throw error;
  }
}

/** Why a pod is not ready. */
export function problemOf(pod: V1Pod, warnings: readonly CoreV1Event[]): Problem {
  const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting;
  const own = warnings.filter(({ involvedObject }) => involvedObject.uid === pod.metadata?.uid);
  if (waiting?.reason && imageReasons.has(waiting.reason)) {
    // "Back-off pulling" and "Error: ImagePullBackOff" give no reason; the event before them does.
    const event = own.findLast(
      ({ reason, message }) =>
        reason === 'Failed' && /pull|resolve|reference/i.test(message ?? '') && !message?.startsWith('Error: '),
    );
    return {
      kind: 'image',
      reason: event?.message ? line(undefined, event.message) : line(waiting.reason, waiting.message),
    };
  }
  const ended = endOf(pod);
  const port = takenPort(pod);
  if (port !== null) return { kind: 'port taken', reason: `port ${port} is taken by another process there (${ended})` };
  if (ended !== null) return { kind: 'crash', reason: ended };
  const last = own.at(-1);
  const added = last?.reason === 'FailedScheduling' ? addedSelector(pod.spec?.nodeSelector ?? {}) : null;
  if (last)
    return {
      kind: kindOf(last),
      reason: [line(last.reason, last.message), ...(added === null ? [] : [added])].join('; '),
    };
  const unscheduled = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled) return { kind: 'scheduling', reason: line(unscheduled.reason, unscheduled.message) };
  if (waiting?.reason) return { kind: 'other', reason: line(waiting.reason, waiting.message) };
  return { kind: 'other', reason: `pod is ${pod.status?.phase ?? 'unknown'}, no event says why` };
}

/** The port that its container could not listen on when it ended the last time, by its own last words; null where it ended otherwise, or never. */
export function takenPort(pod: V1Pod): number | null {
  // Node.js: "listen EADDRINUSE: address already in use 192.0.2.1:9999", "bind EADDRINUSE fd00::1:9999".
  const [, port] = /\bEADDRINUSE\b.*:(\d+)$/m.exec(lastEnd(pod)?.message?.trimEnd() ?? '') ?? [];
  return port === undefined ? null : Number(port);
}

const lastEnd = ({ status }: V1Pod): V1ContainerStateTerminated | undefined => {
  const container = status?.containerStatuses?.[0];
  return container?.state?.terminated ?? container?.lastState?.terminated;
};

/** How its container ended the last time ("OOMKilled (its limits: cpu 20m, memory 40Mi)"), or null. */
export function endOf(pod: V1Pod): string | null {
  const ended = lastEnd(pod);
  if (ended === undefined) return null;
  const limits = limitsOf(pod);
  // Of one that was killed, the message is what it happened to say last.
  const how = line(
    ended.reason ?? `exit code ${ended.exitCode}`,
    ended.reason === 'OOMKilled' ? undefined : ended.message,
  );
  return limits === '' ? how : `${how} (its limits: ${limits})`;
}

/** Why a DaemonSet's controller could not make its pods (an admission policy, a quota), otherwise null. */
export function refusedPods(warnings: readonly CoreV1Event[], name: string): string | null {
  const told = warnings.findLast(
    ({ involvedObject, reason }) =>
      involvedObject.kind === 'DaemonSet' && (involvedObject.name ?? name) === name && reason === 'FailedCreate',
  );
  return (
    told?.message
      ?.replace(/^(\(combined from similar events\): )?(Error creating: )?/, '')
      .replaceAll(/\s+/g, ' ')
      .trim() ?? null
  );
}

export const isReady = ({ metadata, status }: V1Pod): boolean =>
  metadata?.deletionTimestamp === undefined &&
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;

const imageReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/** As containerd, CRI-O, cri-dockerd and the kubelet word it. */
const namesNetwork =
  /network for sandbox|pod network|cni network|networkplugin|networkready=false|network is not ready|\bcni\b|failed to find plugin|plugin type=/i;
/** The sandbox image is not pulled over the pod network. */
const namesImage = /sandbox image|pull(ing)? image/i;

function kindOf({ reason, message = '' }: CoreV1Event): ProblemKind {
  if (reason === 'NetworkNotReady') return 'network';
  if (reason === 'FailedCreatePodSandBox')
    return namesNetwork.test(message) && !namesImage.test(message) ? 'network' : 'sandbox';
  if (reason === 'FailedScheduling') return 'scheduling';
  if (reason === 'FailedMount') return 'volume';
  return 'other';
}

const line = (reason: string | undefined, message: string | undefined): string =>
  [reason, message?.replace(/\s+/g, ' ').trim()].filter((part) => part).join(': ');

const timeOf = ({ lastTimestamp, eventTime, metadata }: CoreV1Event): number =>
  new Date(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0).getTime();
