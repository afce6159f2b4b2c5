/** Did somebody put NetworkPolicies into the run's own namespace? Some admission controllers do so with every new one. */
import type { Api } from '../api/api.ts';
import { reasonOf, statusOf } from '../api/errors.ts';
import { listAll } from '../api/pages.ts';

/** Their names; none where they may not be listed. */
export async function policyNames(
  api: Api,
  { namespace, onNote = () => {} }: { namespace: string; onNote?: ((note: string) => void) | undefined },
): Promise<string[]> {
  try {
    const policies = await listAll((page) => api.networking.listNamespacedNetworkPolicy({ namespace, ...page }));
    return policies.map(({ metadata }) => metadata?.name ?? '');
  } catch (error) {
    const status = statusOf(error);
    if (status !== 403 && status !== 404)
      onNote(`the NetworkPolicies in ${namespace} could not be listed: ${reasonOf(error)}`);
    return [];
  }
}
