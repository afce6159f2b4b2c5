import type { Api } from '../api.ts';

const group = 'rbac.authorization.k8s.io';

export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Grants these rules to an API user, cluster-wide. */
export async function grant(api: Api, user: string, rules: readonly PolicyRule[]): Promise<void> {
  const role = { apiGroup: group, kind: 'ClusterRole', name: user };
  const subjects = [{ apiGroup: group, kind: 'User', name: user }];
  const common = { apiVersion: `${group}/v1`, metadata: { name: user } };
  for (const [resource, object] of Object.entries({
    clusterroles: { ...common, kind: 'ClusterRole', rules },
    clusterrolebindings: { ...common, kind: 'ClusterRoleBinding', roleRef: role, subjects },
  })) {
    const { status, body } = await api('POST', `/apis/${group}/v1/${resource}`, object);
    if (status !== 201) throw new Error(`The API server did not take the ${object.kind} ${user}: ${body}`);
  }
}
