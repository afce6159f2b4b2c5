/** The namespace of a run, and with --policies full a second one: everything that the suite creates is in them. */
import { randomBytes } from 'node:crypto';
import type { Api } from '../api/api.ts';
import { bounded } from '../api/bounded.ts';
import { ClusterError, namespaceRefused, namespaceUncertain, statusOf } from '../api/errors.ts';
import { marked, noMarks, type Marks } from '../marks.ts';
import { noMeshNamespace } from '../probes/no-mesh.ts';
import { labelNamespace, merge } from './labels.ts';
import { thisProcess } from './owner.ts';
import { removalCommand, removeNamespace, type Removal, type RemovalOptions } from './removal.ts';

export const managedBy = 'app.kubernetes.io/managed-by=flatnet';
export const ownerAnnotation = 'flatnet/owner';
export const aliveUntilAnnotation = 'flatnet/alive-until';
export const keepLabel = 'flatnet/keep';

/** How long a namespace is left alone by other runs after its owner's last sign of life, where they can't see the owner itself. */
const aliveForMs = 15 * 60_000;
const renewedEveryMs = 5 * 60_000;
/** Longer than one admission webhook may take. */
const doubtDeadlineMs = 35_000;

export interface RunNamespace {
  readonly name: string;
  readonly runId: string;
  /** Leaves it to the user: no later run removes it. Returns the command that removes it. */
  keep(): Promise<string>;
  /** Never throws for what the cluster does or fails to do: the result says what remains. */
  remove(options?: RemovalOptions): Promise<Removal>;
}

/** A name for a namespace that does not exist yet, for permission checks. */
export const newRunId = (): string => randomBytes(4).toString('hex');
export const namespaceName = (runId: string, suffix?: 'guests'): string =>
  ['flatnet', runId, ...(suffix === undefined ? [] : [suffix])].join('-');

/** Creates it; throws a ClusterError when the cluster refuses, or does not say whether it has made it (then it is removed as far as possible). Until it is kept or removed, its sign of life is renewed every five minutes. */
export async function createNamespace(
  api: Api,
  {
    runId,
    suffix,
    marks = noMarks,
    podsOnly = false,
    renewEveryMs = renewedEveryMs,
  }: { runId: string; suffix?: 'guests'; marks?: Marks; podsOnly?: boolean; renewEveryMs?: number },
): Promise<RunNamespace> {
  const name = namespaceName(runId, suffix);
  try {
    await api.core.createNamespace({ body: manifest(name, { runId, now: api.now(), marks, podsOnly }) });
  } catch (error) {
    if (error instanceof ClusterError && isRefusal(error)) throw namespaceRefused(name, error.detail ?? error.message);
    throw await afterDoubt(api, name, error);
  }
  const ended = new AbortController();
  const { core } = api.until(ended.signal);
  // When a renewal fails the previous one remains valid; there are two more attempts before it expires.
  const renewal = setInterval(() => {
    const annotations = { [aliveUntilAnnotation]: aliveUntil(api.now()) };
    void core.patchNamespace({ name, body: { metadata: { annotations } } }, merge()).catch(() => {});
  }, renewEveryMs).unref();
  const end = (): void => {
    clearInterval(renewal);
    ended.abort();
  };
  return {
    name,
    runId,
    async keep() {
      end();
      await labelNamespace(api, { name, labels: { [keepLabel]: 'true' } });
      return removalCommand(api, name);
    },
    async remove(options) {
      end();
      return removeNamespace(api, { name, ...options });
    },
  };
}

const isRefusal = ({ code, status }: ClusterError): boolean =>
  ['permission-missing', 'admission-refused', 'api-refused'].includes(code) && status !== null && status < 500;

/** A request without a clear answer may have been carried out: deletes what it may have made. Never throws. */
async function afterDoubt(api: Api, name: string, error: unknown): Promise<unknown> {
  if (!(error instanceof ClusterError)) return error;
  const isDoubtful = error.code === 'server-unreachable' || (error.status !== null && error.status >= 500);
  if (!isDoubtful) return error;
  try {
    await bounded((over) => api.until(over).core.deleteNamespace({ name }), {
      deadlineMs: doubtDeadlineMs,
      what: `removing ${name}`,
    });
    return error;
  } catch (second) {
    return statusOf(second) === 404 ? error : namespaceUncertain(error, name, removalCommand(api, name));
  }
}

/** By the server's clock, which other runs go by as well. */
const aliveUntil = (now: number): string => new Date(now + aliveForMs).toISOString();

function manifest(
  name: string,
  { runId, now, marks, podsOnly }: { runId: string; now: number; marks: Marks; podsOnly: boolean },
): object {
  // Probes of nodes need host network, and all need raw sockets to be complete.
  const level = podsOnly ? 'restricted' : 'privileged';
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: marked(
      {
        name,
        labels: {
          'app.kubernetes.io/managed-by': 'flatnet',
          'flatnet/run': runId,
          'pod-security.kubernetes.io/enforce': level,
          'pod-security.kubernetes.io/audit': level,
          'pod-security.kubernetes.io/warn': level,
          ...noMeshNamespace.labels,
        },
        annotations: {
          ...noMeshNamespace.annotations,
          // OpenShift would add the cluster's default node selector to each pod, and leave out nodes that way.
          'openshift.io/node-selector': '',
          [ownerAnnotation]: JSON.stringify(thisProcess()),
          [aliveUntilAnnotation]: aliveUntil(now),
        },
      },
      marks,
    ),
  };
}
