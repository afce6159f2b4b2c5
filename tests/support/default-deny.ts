/** Policies of the whole cluster, of each kind that clusters have, and drop rules that do what they say. */
import { ApiextensionsV1Api } from '@kubernetes/client-node';
import { sh } from '../faults/shell.ts';
import type { BorrowedLab } from './lab.ts';
import { untilDone } from './until-done.ts';

const table = 'inet flatnet_test';
/** What is forwarded into a pod for the first time; the bridge is that of the lab's own network, or kube-router's. */
const rules = [
  `add table ${table}`,
  `add chain ${table} f { type filter hook postrouting priority 0; }`,
  `add rule ${table} f oifname { "cni0", "kube-bridge" } meta l4proto { tcp, udp } ct state new drop`,
].join('; ');

interface Policy {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly spec: object;
}

const sig = { group: 'policy.networking.k8s.io', version: 'v1alpha1' };
const denied = { subject: { namespaces: {} }, ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] };

/** Pods are closed to each other by each of these. */
const policies: readonly Policy[] = [
  {
    group: 'cilium.io',
    version: 'v2',
    kind: 'CiliumClusterwideNetworkPolicy',
    spec: { endpointSelector: {}, ingress: [{ fromEntities: ['kube-apiserver'] }] },
  },
  { group: 'projectcalico.org', version: 'v3', kind: 'GlobalNetworkPolicy', spec: { types: ['Ingress'] } },
  { ...sig, kind: 'AdminNetworkPolicy', spec: { priority: 5, ...denied } },
  { ...sig, kind: 'BaselineAdminNetworkPolicy', spec: denied },
  { ...sig, version: 'v1alpha2', kind: 'ClusterNetworkPolicy', spec: { tier: 'Admin', priority: 5, ...denied } },
];

/** As reports name them. */
export const namesOfDenials: readonly string[] = policies.map(({ kind }) => `${kind} default`);

/** Pods answer nobody while `work` runs, by policies of all these kinds. */
export async function withDefaultDeny<T>({ api, lab }: BorrowedLab, work: () => Promise<T>): Promise<T> {
  const { items } = await api.core.listNode();
  const nodes = items.map(({ metadata }) => metadata?.name ?? '');
  const extensions = api.target.kubeConfig.makeApiClient(ApiextensionsV1Api);
  try {
    for (const one of policies) await extensions.createCustomResourceDefinition({ body: definitionOf(one) });
    for (const { group, version, kind, spec } of policies) {
      const body = { apiVersion: `${group}/${version}`, kind, metadata: { name: 'default' }, spec };
      const plural = pluralOf(kind);
      // A kind is served a moment after its definition was accepted.
      await untilDone(async () => api.custom.createClusterCustomObject({ group, version, plural, body }));
    }
    for (const node of nodes) await sh(lab, node, `nft '${rules}'`);
    return await work();
  } finally {
    for (const node of nodes) await sh(lab, node, `nft delete table ${table}`).catch(() => '');
    for (const { group, kind } of policies)
      await extensions.deleteCustomResourceDefinition({ name: `${pluralOf(kind)}.${group}` }).catch(() => undefined);
  }
}

const pluralOf = (kind: string): string => kind.toLowerCase().replace(/y$/, 'ies');

function definitionOf({ group, version, kind }: Policy) {
  const plural = pluralOf(kind);
  return {
    metadata: {
      name: `${plural}.${group}`,
      // Without it the API server refuses a definition in a group of Kubernetes' own.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
    },
    spec: {
      group,
      scope: 'Cluster',
      names: { plural, singular: kind.toLowerCase(), kind },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', x_kubernetes_preserve_unknown_fields: true } },
        },
      ],
    },
  };
}
