/** ConfigMaps that the survey reads. */
import type { Api } from '../api/api.ts';
import { statusOf } from '../api/errors.ts';

/** Every name; `docs/permissions.yaml` grants these, and a test compares. */
export const configMapsRead = ['kube-proxy', 'kube-proxy-config', 'cilium-config', 'calico-config'] as const;

export type ConfigMapName = (typeof configMapsRead)[number];

/** Its data; "forbidden" where it may not be read, null where there is none. */
export type ReadConfigMap = (
  name: ConfigMapName,
  namespace?: string,
) => Promise<Record<string, string> | 'forbidden' | null>;

/** Reads each ConfigMap once, of kube-system where no namespace is named. */
export function configMapReader(api: Api): ReadConfigMap {
  const read = new Map<string, ReturnType<ReadConfigMap>>();
  return (name, namespace = 'kube-system') => {
    const key = `${namespace}/${name}`;
    const found = read.get(key) ?? readOne(api, { namespace, name });
    read.set(key, found);
    return found;
  };
}

async function readOne(api: Api, { namespace, name }: { namespace: string; name: string }): ReturnType<ReadConfigMap> {
  try {
    return (await api.core.readNamespacedConfigMap({ namespace, name })).data ?? {};
  } catch (error) {
    const status = statusOf(error);
    if (status === 403) return 'forbidden';
    if (status === 404) return null;
    throw error;
  }
}
