/** The configured mode of kube-proxy; only the nodes know the actual one. */
import type { V1Pod } from '@kubernetes/client-node';
import type { Survey } from '../model.ts';
import { ciliumNamespace } from './chained.ts';
import type { ConfigMapName, ReadConfigMap } from './config-maps.ts';

type Configured = Survey['proxyModeConfigured'];

/** From the flags of kube-proxy's pods, or its ConfigMap (kubeadm's name, then EKS's); Cilium in its place, chained to another plugin or not, by Cilium's own ConfigMap; null when there is none of these. */
export async function configuredProxyMode(
  read: ReadConfigMap,
  { pods, hasCilium }: { pods: readonly V1Pod[]; hasCilium: boolean },
): Promise<{ configured: Configured; notes: string[] }> {
  const proxies = pods.filter(
    ({ metadata }) => metadata?.namespace === 'kube-system' && metadata.name?.startsWith('kube-proxy'),
  );
  const flagged = proxies.map((pod) => ({ mode: flagOf(pod), name: pod.metadata?.name })).find(({ mode }) => mode);
  if (flagged?.mode)
    return { configured: { mode: flagged.mode, source: `--proxy-mode of pod kube-system/${flagged.name}` }, notes: [] };
  const places: Place[] = [
    // First: kube-proxy's may be left over.
    ...(hasCilium ? [{ name: 'cilium-config', key: 'kube-proxy-replacement', modeOf: ciliumInstead } as const] : []),
    { name: 'kube-proxy', key: 'config.conf', modeOf: modeIn },
    ...(proxies.length > 0 ? [{ name: 'kube-proxy-config', key: 'config', modeOf: modeIn } as const] : []),
  ];
  for (const { name, key, modeOf } of places) {
    const namespace = name === 'cilium-config' ? ciliumNamespace(pods) : 'kube-system';
    const data = await read(name, namespace);
    if (data === 'forbidden')
      return { configured: null, notes: [`${name.split('-config')[0]}'s ConfigMap: no permission to read it`] };
    const mode = modeOf(data?.[key] ?? '');
    if (mode !== null) return { configured: { mode, source: `ConfigMap ${namespace}/${name}` }, notes: [] };
  }
  return { configured: null, notes: [] };
}

interface Place {
  name: ConfigMapName;
  key: string;
  modeOf: (value: string) => string | null;
}

/** "strict" is what Cilium before 1.14 called "true". */
const ciliumInstead = (value: string): string | null =>
  value === 'true' || value === 'strict' ? 'Cilium, without kube-proxy' : null;

const flagOf = ({ spec }: V1Pod): string | null =>
  (spec?.containers ?? [])
    .flatMap(({ command, args }) => [...(command ?? []), ...(args ?? [])])
    .join(' ')
    .match(/--proxy-mode[= ](\w+)/)?.[1] ?? null;

/** The `mode` of a KubeProxyConfiguration in YAML; an empty one is "default", left to kube-proxy. null when there is none. */
export function modeIn(yaml: string): string | null {
  const found = yaml.match(/^mode:[ \t]*["']?(\w*)["']?[ \t]*$/m);
  return found ? found[1] || 'default' : null;
}
