/** Making the probes' objects. */
import type { Api } from '../api/api.ts';
import { ClusterError, podsRefused, pullSecretUnusable, statusOf } from '../api/errors.ts';
import type { Marks } from '../marks.ts';
import type { Missing, ProbeName } from '../model.ts';
import {
  copiedPullSecret,
  probeDaemonSet,
  probeServiceAccount,
  sourcesConfigMap,
  type ProbeManifestOptions,
} from './manifests.ts';

/** What the probes' pods need: their sources, an account, and a copy of the pull secret. */
export async function createObjects(
  api: Api,
  {
    namespace,
    imagePullSecret,
    sources,
    marks,
  }: { namespace: string; imagePullSecret: string | undefined; sources: Record<string, string>; marks: Marks },
): Promise<void> {
  await Promise.all([
    api.core.createNamespacedConfigMap({ namespace, body: sourcesConfigMap(sources, marks) }),
    api.core.createNamespacedServiceAccount({ namespace, body: probeServiceAccount(marks) }),
    imagePullSecret === undefined ? undefined : copySecret(api, { namespace, from: imagePullSecret, marks }),
  ]);
}

/** Returns the probes whose DaemonSet was refused, one for each node. Throws when all were. */
export async function createDaemonSets(
  api: Api,
  {
    namespace,
    manifest,
    nodes,
    names,
  }: { namespace: string; manifest: ProbeManifestOptions; nodes: readonly string[]; names: readonly ProbeName[] },
): Promise<Missing[]> {
  const answers = await Promise.all(
    names.map(async (name) => ({ name, refusal: await createDaemonSet(api, { namespace, name, manifest }) })),
  );
  const refused = answers.flatMap(({ name, refusal }) => (refusal === null ? [] : [{ name, refusal }]));
  const [first] = refused;
  if (first !== undefined && refused.length === answers.length) throw podsRefused(namespace, first.refusal);
  return refused.flatMap(({ name, refusal }) =>
    nodes.map((node): Missing => ({ node, probe: name, reason: refusal, kind: 'other' })),
  );
}

/** Returns the words of whoever refused it: an admission policy may refuse the template itself. */
export async function createDaemonSet(
  api: Api,
  { namespace, name, manifest }: { namespace: string; name: ProbeName; manifest: ProbeManifestOptions },
): Promise<string | null> {
  try {
    await api.apps.createNamespacedDaemonSet({ namespace, body: probeDaemonSet(name, manifest) });
    return null;
  } catch (error) {
    if (error instanceof ClusterError && (error.status === 403 || error.code === 'admission-refused'))
      return error.detail ?? error.message;
    throw error;
  }
}

async function copySecret(
  api: Api,
  { namespace, from, marks }: { namespace: string; from: string; marks: Marks },
): Promise<void> {
  const [source, name, ...more] = from.split('/');
  if (!source || !name || more.length > 0) throw pullSecretUnusable(from, 'it is not of the form NAMESPACE/NAME');
  try {
    const { data, type } = await api.core.readNamespacedSecret({ namespace: source, name });
    if (type !== 'kubernetes.io/dockerconfigjson' || !data)
      throw pullSecretUnusable(from, `its type is ${type ?? 'unknown'}`);
    await api.core.createNamespacedSecret({ namespace, body: copiedPullSecret(data, marks) });
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) throw pullSecretUnusable(from, 'it does not exist');
    if (status === 403) throw pullSecretUnusable(from, `no permission to read it (${(error as ClusterError).detail})`);
    throw error;
  }
}
