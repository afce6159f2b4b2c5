import type { Api } from '../api/api.ts';
import { ClusterError, execRefused, reasonOf } from '../api/errors.ts';
import { bridgeCommand, probeContainer } from './manifests.ts';

/**
 * The error for a run whose probes run, none of which can be talked to: who refuses exec, and in which words. The same exec is asked for
 * as an ordinary request: the API server, if it is reached and allows it, answers that an upgrade is required.
 */
export async function whoRefusesExec(
  api: Api,
  { namespace, pod, seen }: { namespace: string; pod: string; seen: string },
): Promise<ClusterError> {
  const { server } = api.target;
  try {
    await api.core.connectGetNamespacedPodExec({
      namespace,
      name: pod,
      container: probeContainer,
      command: bridgeCommand.join(' '),
      stdout: true,
    });
    return execRefused(server, { seen, who: `${server} answers such a request as no API server would` });
  } catch (error) {
    const status = error instanceof ClusterError ? error.status : null;
    const detail = error instanceof ClusterError ? (error.detail ?? error.message) : reasonOf(error);
    if (status === 400 && /upgrade/i.test(detail))
      return execRefused(server, {
        seen,
        who: 'the API server itself allows it, so what stands between here and it does not pass WebSocket upgrades',
      });
    return execRefused(server, {
      seen,
      who:
        status === 403
          ? `the API server refuses it (${detail})`
          : `${server} answers ${status ?? 'nothing'} (${detail})`,
    });
  }
}
