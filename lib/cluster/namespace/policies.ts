/** The run's own NetworkPolicies, in its own namespace and in no other. */
import type { V1NetworkPolicy } from '@kubernetes/client-node';
import type { Api } from '../api/api.ts';
import { statusOf } from '../api/errors.ts';
import { marked, noMarks, type Marks } from '../marks.ts';
import type { MoreLabels, Policy } from '../../policy/objects.ts';
import type { Probe } from '../model.ts';
import { labelNamespace, labelPods, type Labels } from './labels.ts';

/** Makes these the only ones of the run's own: `before` is what it made so far. Throws an Error for one of another namespace, and a ClusterError when the cluster refuses. */
export async function standPolicies(
  api: Api,
  {
    namespace,
    before,
    policies,
    marks = noMarks,
  }: { namespace: string; before: readonly string[]; policies: readonly Policy[]; marks?: Marks },
): Promise<void> {
  const stranger = policies.find(({ metadata }) => metadata.namespace !== namespace);
  if (stranger !== undefined)
    throw new Error(`${stranger.metadata.name} would select pods of ${stranger.metadata.namespace}, not of the run`);
  const names = new Set(policies.map(({ metadata }) => metadata.name));
  const had = new Set(before);
  await Promise.all([
    ...policies.map(async (policy) => {
      const { name } = policy.metadata;
      const body = objectOf(policy, marks);
      if (had.has(name)) await api.networking.replaceNamespacedNetworkPolicy({ namespace, name, body });
      else await api.networking.createNamespacedNetworkPolicy({ namespace, body });
    }),
    ...before.filter((name) => !names.has(name)).map(async (name) => remove(api, { namespace, name })),
  ]);
}

/** Gives the pods that the run calls so ("pod-a") these labels, and takes those of before away. One request a pod that changes. */
export async function markPods(
  api: Api,
  {
    namespace,
    pods,
    before = {},
    labels = {},
  }: {
    namespace: string;
    pods: readonly Pick<Probe, 'name' | 'pod'>[];
    before?: MoreLabels | undefined;
    labels?: MoreLabels | undefined;
  },
): Promise<void> {
  const changes = pods.map(({ name, pod }): [string, Labels] => [pod, changeOf(before[name], labels[name])]);
  await labelPods(api, { namespace, labels: new Map(changes.filter(([, some]) => Object.keys(some).length > 0)) });
}

/** Gives a namespace of the run's own these labels, and takes those of before away: one request, where any changes. */
export async function markNamespace(
  api: Api,
  {
    name,
    before,
    labels,
  }: { name: string; before: Readonly<Record<string, string>> | undefined; labels: typeof before },
): Promise<void> {
  const change = changeOf(before, labels);
  if (Object.keys(change).length > 0) await labelNamespace(api, { name, labels: change });
}

/** Null takes one away. */
function changeOf(before: Readonly<Record<string, string>> = {}, labels: typeof before = {}): Labels {
  const gone = Object.keys(before).map((key): [string, null] => [key, null]);
  return { ...Object.fromEntries(gone), ...labels };
}

/** One that was never made is gone already. */
async function remove(api: Api, which: { namespace: string; name: string }): Promise<void> {
  try {
    await api.networking.deleteNamespacedNetworkPolicy(which);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

/** The client’s own spelling: it calls `from` `_from`. */
function objectOf({ metadata: { name }, spec: { ingress, ...spec } }: Policy, marks: Marks): V1NetworkPolicy {
  return {
    metadata: marked({ name, labels: { 'app.kubernetes.io/managed-by': 'flatnet' } }, marks),
    spec: {
      ...spec,
      ...(ingress === undefined
        ? {}
        : {
            ingress: ingress.map(({ from, ...rule }) => ({ ...rule, ...(from === undefined ? {} : { _from: from }) })),
          }),
    },
  };
}
