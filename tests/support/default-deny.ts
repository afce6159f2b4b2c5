/** A policy of the whole cluster, as Cilium has them, and drop rules that do what it says. */
import { setTimeout as pause } from 'node:timers/promises';
import { ApiextensionsV1Api } from '@kubernetes/client-node';
import { sh } from '../faults/shell.ts';
import type { BorrowedLab } from './lab.ts';

const [group, version, plural] = ['cilium.io', 'v2', 'ciliumclusterwidenetworkpolicies'] as const;
const kind = 'CiliumClusterwideNetworkPolicy';
const definition = `${plural}.${group}`;
const table = 'inet flatnet_test';
/** What is forwarded into a pod for the first time; the bridge is that of the lab's own network, or kube-router's. */
const rules = [
  `add table ${table}`,
  `add chain ${table} f { type filter hook postrouting priority 0; }`,
  `add rule ${table} f oifname { "cni0", "kube-bridge" } meta l4proto { tcp, udp } ct state new drop`,
].join('; ');

/** Pods answer nobody while `work` runs, by the policy `default-deny`. */
export async function withDefaultDeny<T>({ api, lab }: BorrowedLab, work: () => Promise<T>): Promise<T> {
  const { items } = await api.core.listNode();
  const nodes = items.map(({ metadata }) => metadata?.name ?? '');
  const extensions = api.target.kubeConfig.makeApiClient(ApiextensionsV1Api);
  try {
    await extensions.createCustomResourceDefinition({
      body: {
        metadata: { name: definition },
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
      },
    });
    await untilCreated(async () =>
      api.custom.createClusterCustomObject({
        group,
        version,
        plural,
        body: {
          apiVersion: `${group}/${version}`,
          kind,
          metadata: { name: 'default-deny' },
          spec: { endpointSelector: {}, ingress: [{ fromEntities: ['kube-apiserver'] }] },
        },
      }),
    );
    for (const node of nodes) await sh(lab, node, `nft '${rules}'`);
    return await work();
  } finally {
    for (const node of nodes) await sh(lab, node, `nft delete table ${table}`).catch(() => '');
    await extensions.deleteCustomResourceDefinition({ name: definition }).catch(() => undefined);
  }
}

/** A kind is served a moment after its definition was accepted. */
async function untilCreated(create: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await create();
      return;
    } catch (error) {
      if (tries === 50) throw error;
      await pause(200);
    }
  }
}
