/** Service meshes would put themselves between the probes and the network under test: opts out of them, and detects those that inject anyway. */
import type { V1Pod } from '@kubernetes/client-node';

/** Istio reads a label of the namespace, in ambient mode another, as Kuma does; Linkerd reads an annotation. */
export const noMeshNamespace = {
  labels: {
    'istio-injection': 'disabled',
    'istio.io/dataplane-mode': 'none',
    'kuma.io/sidecar-injection': 'disabled',
  },
  annotations: { 'linkerd.io/inject': 'disabled' },
} as const;

/** Istio reads the pod's label, before 1.10 its annotation; Consul an annotation. */
export const noMeshPod = {
  labels: {
    'sidecar.istio.io/inject': 'false',
    'istio.io/dataplane-mode': 'none',
    'kuma.io/sidecar-injection': 'disabled',
  },
  annotations: {
    'sidecar.istio.io/inject': 'false',
    'linkerd.io/inject': 'disabled',
    'consul.hashicorp.com/connect-inject': 'false',
  },
} as const;

/** Containers that run beside the pod's own: sidecars, however they are declared. */
export function sidecarsOf({ spec }: V1Pod, own: string): string[] {
  return [
    ...(spec?.containers ?? []).filter(({ name }) => name !== own),
    ...(spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
  ].map(({ name }) => name);
}
