/** Probes in a lab, and what is measured with them. */
import {
  connectApi,
  createNamespace,
  deployProbes,
  loadKubeconfig,
  namespaceName,
  newRunId,
  preflight,
  surveyCluster,
  type Api,
} from '../../lib/cluster/index.ts';
import { makeSession } from '../../lib/cli/make-session.ts';
import type { Session } from '../../lib/verdict/session.ts';
import type { Lab } from '../../lab/index.ts';

export interface Opened {
  api: Api;
  session: Session;
  /** Removes the Services that were made through the session. */
  removeServices: () => Promise<void>;
  close: () => void;
}

const startMs = 60_000;

/** Deploys the suite's own probes. Throws a ClusterError when that can't be done. They go with the lab. */
export async function openSession(lab: Lab, { signal }: { signal: AbortSignal }): Promise<Opened> {
  const api = connectApi(loadKubeconfig({ file: lab.kubeconfigPath }));
  const runId = newRunId();
  const namespace = namespaceName(runId);
  const ready = await preflight(api, { namespace, makesServices: true });
  await createNamespace(api, { runId });
  const { version } = ready;
  const [survey, deployed] = await Promise.all([
    surveyCluster(api, { preflight: ready, onNote: () => {} }),
    deployProbes(api, { namespace, nodes: lab.nodes, version, deadlineMs: startMs, onNote: () => {}, signal }),
  ]);
  // Closed channels end whatever waits for a reply.
  signal.addEventListener('abort', () => deployed.close(), { once: true });
  const session = await makeSession(deployed, {
    api,
    namespace,
    survey,
    freshDeadlineMs: startMs,
    latency: 'full',
    headroom: false,
    say: () => undefined,
  });
  return {
    api,
    session,
    removeServices: async () => void (await api.core.deleteCollectionNamespacedService({ namespace })),
    close: () => deployed.close(),
  };
}
