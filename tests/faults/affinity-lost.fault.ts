import { setTimeout as pause } from 'node:timers/promises';
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import type { Fault, Scene } from './fault.ts';

/** From the API's answer to the last node's rules: kube-proxy writes them once a second at most. */
const writtenMs = 3_000;

/** Somebody's tool takes client affinity off every Service that has it, as one that does not know the field does when it applies its own copy. */
export const affinityLost: Fault = {
  name: 'affinity lost',
  // The Services exist by then.
  when: 'after services/node-port',
  plant: async ({ api }: Scene) => {
    const { items } = await api.core.listServiceForAllNamespaces({
      labelSelector: 'app.kubernetes.io/managed-by=flatnet',
    });
    const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    for (const { metadata } of items.filter(({ spec: one }) => one?.sessionAffinity === 'ClientIP'))
      await api.core.patchNamespacedService(
        {
          namespace: metadata?.namespace ?? '',
          name: metadata?.name ?? '',
          body: { spec: { sessionAffinity: 'None', sessionAffinityConfig: null } },
        },
        merge,
      );
    await pause(writtenMs);
  },
  // They go with the run.
  undo: async () => undefined,
  breaks: { facts: ['affinity is lost'] },
  inconclusive: 'none',
  verdict: 'conformant',
  says: [/node-1, node-2, node-3 .*sessionAffinity ClientIP/, /were sent to several pods/],
  causes: 1,
};
