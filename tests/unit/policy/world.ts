import type { OutsideEnd, PodEnd, Policy } from '../../../lib/policy/objects.ts';

/** A pod of a namespace that has its name as a label, as every namespace has. */
export function pod(name: string, labels: Record<string, string> = {}, more: Partial<PodEnd> = {}): PodEnd {
  const namespace = more.namespace ?? 'default';
  return {
    kind: 'pod',
    namespace,
    name,
    node: 'node-1',
    labels,
    namespaceLabels: { 'kubernetes.io/metadata.name': namespace, ...more.namespaceLabels },
    addresses: ['198.18.1.2'],
    ports: [],
    ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== 'namespaceLabels')),
  };
}

export function outside(address: string, node: string | null = null): OutsideEnd {
  return { kind: 'outside', node, addresses: [address] };
}

export function policy(spec: Policy['spec'], { namespace = 'default', name = 'one' } = {}): Policy {
  return { metadata: { name, namespace }, spec };
}
