/** May this user do what a run does? Checked before anything is created. */
import type { V1ResourceRule } from '@kubernetes/client-node';
import pMap from 'p-map';
import type { Api } from '../api/api.ts';
import type { Extra, Extras } from '../model.ts';
import { permissionsMissing, statusOf } from '../api/errors.ts';

interface Wanted {
  verb: string;
  group?: string;
  resource: string;
  subresource?: string;
  /** In the run's namespace only; otherwise cluster-wide. */
  inNamespace?: true;
  /** Only where the run creates these. */
  extra?: Extra;
  /** Without it the run goes on and reports what it can't know. */
  optional?: true;
}

const wanted: Wanted[] = [
  { verb: 'create', resource: 'namespaces' },
  { verb: 'delete', resource: 'namespaces' },
  // To see it gone, and to keep other runs from taking it for a leftover.
  { verb: 'get', resource: 'namespaces' },
  { verb: 'list', resource: 'namespaces' },
  { verb: 'watch', resource: 'namespaces' },
  { verb: 'patch', resource: 'namespaces' },
  { verb: 'create', resource: 'configmaps', inNamespace: true },
  { verb: 'create', resource: 'serviceaccounts', inNamespace: true },
  { verb: 'create', group: 'apps', resource: 'daemonsets', inNamespace: true },
  { verb: 'list', group: 'apps', resource: 'daemonsets', inNamespace: true },
  { verb: 'watch', group: 'apps', resource: 'daemonsets', inNamespace: true },
  { verb: 'deletecollection', group: 'apps', resource: 'daemonsets', inNamespace: true },
  { verb: 'deletecollection', resource: 'pods', inNamespace: true },
  { verb: 'list', resource: 'nodes' },
  { verb: 'list', resource: 'pods' },
  // A websocket is opened by a GET: API servers before 1.35 require "get", later ones "create" as well.
  { verb: 'get', resource: 'pods', subresource: 'exec', inNamespace: true },
  { verb: 'create', resource: 'pods', subresource: 'exec', inNamespace: true },
  { verb: 'create', resource: 'services', inNamespace: true, extra: 'services' },
  { verb: 'patch', resource: 'pods', inNamespace: true, extra: 'services' },
  ...['create', 'update', 'delete'].map((verb): Wanted => ({
    verb,
    group: 'networking.k8s.io',
    resource: 'networkpolicies',
    inNamespace: true,
    extra: 'policies',
  })),
  { verb: 'list', resource: 'events', inNamespace: true, optional: true },
];

const reviewsAtOnce = 8;

/** One review of all rules, and one of each permission that no rule gives. Throws a ClusterError that names the user and every missing one; returns notes on optional ones. */
export async function checkPermissions(
  api: Api,
  { namespace, extras }: { namespace: string; extras: Extras },
): Promise<string[]> {
  const rules = await rulesOf(api, namespace);
  const asked = wanted
    .filter(({ extra }) => extra === undefined || extras.has(extra))
    .filter((one) => !rules.some((rule) => gives(rule, one)));
  const answers = await pMap(asked, async (one) => ({ one, allowed: await mayI(api, one, namespace) }), {
    concurrency: reviewsAtOnce,
  });
  const denied = answers.filter(({ allowed }) => !allowed).map(({ one }) => one);
  const missing = denied.filter(({ optional }) => !optional);
  if (missing.length > 0)
    throw permissionsMissing(await whoAmI(api), {
      missing: missing.map(sentence),
      without: missing.every(({ extra }) => extra !== undefined)
        ? [...new Set(missing.flatMap(({ extra }) => (extra && extras.get(extra)) ?? []))]
        : [],
    });
  return denied.map((one) => `no permission to ${sentence(one)}: it can't be said why pods do not start`);
}

/**
 * Those that this user has by what the API server can list: of every namespace, since this one does not exist yet and nobody can be given rights in it alone.
 * An authorizer outside the server may allow more; one that denies what a rule gives shows when the run does it.
 */
async function rulesOf(api: Api, namespace: string): Promise<V1ResourceRule[]> {
  try {
    const review = await api.authorization.createSelfSubjectRulesReview({
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } },
    });
    return review.status?.resourceRules ?? [];
  } catch (error) {
    if (statusOf(error) === null) throw error;
    return [];
  }
}

/** As RBAC matches a rule. */
function gives(rule: V1ResourceRule, { verb, group = '', resource, subresource }: Wanted): boolean {
  const { verbs, apiGroups = [], resources = [], resourceNames = [] } = rule;
  const names = subresource === undefined ? [resource] : [`${resource}/${subresource}`, `*/${subresource}`];
  const has = (all: readonly string[], some: readonly string[]): boolean =>
    all.includes('*') || some.some((one) => all.includes(one));
  return resourceNames.length === 0 && has(verbs, [verb]) && has(apiGroups, [group]) && has(resources, names);
}

async function mayI(
  api: Api,
  { verb, group = '', resource, subresource, inNamespace }: Wanted,
  namespace: string,
): Promise<boolean> {
  const review = await api.authorization.createSelfSubjectAccessReview({
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: {
        resourceAttributes: {
          verb,
          group,
          resource,
          ...(subresource ? { subresource } : {}),
          ...(inNamespace ? { namespace } : {}),
        },
      },
    },
  });
  return review.status?.allowed === true;
}

const sentence = ({ verb, group, resource, subresource, inNamespace }: Wanted): string =>
  `${verb} ${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}${inNamespace ? ' in its namespace' : ''}`;

async function whoAmI(api: Api): Promise<string> {
  try {
    const review = await api.authentication.createSelfSubjectReview({
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    });
    const name = review.status?.userInfo?.username;
    if (name) return `User "${name}"`;
  } catch {
    // Kubernetes before 1.28 has no such review.
  }
  return `The user of context "${api.target.context}"`;
}
