/** Policies that are not the run's own, and may forbid what its probes send: those of the whole cluster, and those that somebody puts into every new namespace. */
import { z } from 'zod';
import type { Api } from '../api/api.ts';
import { reasonOf, statusOf } from '../api/errors.ts';
import { customPage, listAll } from '../api/pages.ts';
import type { ForeignPolicy } from '../model.ts';
import { policyNames } from '../namespace/policies.ts';
import type { RunLabels } from './ends.ts';
import { admin, antrea, anything, calico, cilium, type Bearing, type BearingOf } from './forbids.ts';

interface Kind {
  kind: string;
  group: string;
  /** The first that the cluster has. */
  versions: readonly string[];
  plural: string;
  isOfNamespace?: true;
  bearing: BearingOf;
}

const calicoGroups = [
  { group: 'crd.projectcalico.org', versions: ['v1'] },
  { group: 'projectcalico.org', versions: ['v3'] },
];
const sig = { group: 'policy.networking.k8s.io', bearing: admin };
const aws = { group: 'networking.k8s.aws', versions: ['v1alpha1'], bearing: admin };
const ciliums = { group: 'cilium.io', versions: ['v2'], bearing: cilium };
const antreas = { group: 'crd.antrea.io', versions: ['v1beta1', 'v1alpha1'], bearing: antrea };

/** As the projects define them. */
const kinds: readonly Kind[] = [
  { ...ciliums, kind: 'CiliumClusterwideNetworkPolicy', plural: 'ciliumclusterwidenetworkpolicies' },
  { ...ciliums, kind: 'CiliumNetworkPolicy', plural: 'ciliumnetworkpolicies', isOfNamespace: true },
  ...calicoGroups.flatMap((one): Kind[] => [
    { ...one, kind: 'GlobalNetworkPolicy', plural: 'globalnetworkpolicies', bearing: calico },
    { ...one, kind: 'Calico NetworkPolicy', plural: 'networkpolicies', isOfNamespace: true, bearing: calico },
  ]),
  { ...sig, kind: 'AdminNetworkPolicy', versions: ['v1alpha1'], plural: 'adminnetworkpolicies' },
  { ...sig, kind: 'BaselineAdminNetworkPolicy', versions: ['v1alpha1'], plural: 'baselineadminnetworkpolicies' },
  { ...sig, kind: 'ClusterNetworkPolicy', versions: ['v1beta1', 'v1alpha2'], plural: 'clusternetworkpolicies' },
  { ...aws, kind: 'ClusterNetworkPolicy', plural: 'clusternetworkpolicies' },
  { ...antreas, kind: 'Antrea ClusterNetworkPolicy', plural: 'clusternetworkpolicies' },
  { ...antreas, kind: 'Antrea NetworkPolicy', plural: 'networkpolicies', isOfNamespace: true },
];

const ordinaryOnes: Bearing = { selectsPods: true, mayForbid: { pods: ['Ingress', 'Egress'], nodes: [] } };

/**
 * Those that may bear on the run's probes: one request for the cluster's API groups, one for each kind that it has, and
 * one for ordinary NetworkPolicies. A kind that may not be listed counts as one policy without a name.
 */
export async function foreignPolicies(
  api: Api,
  { run, onNote = () => {} }: { run: RunLabels; onNote?: ((note: string) => void) | undefined },
): Promise<ForeignPolicy[]> {
  const { namespace } = run;
  const [ordinary, versions] = await Promise.all([
    policyNames(api, { namespace, onNote }),
    groupVersions(api, { onNote }),
  ]);
  const others = await Promise.all(
    kinds.flatMap((kind) => {
      const version = kind.versions.find((one) => versions.has(`${kind.group}/${one}`));
      return version === undefined ? [] : [policiesOf(api, { kind, version, run })];
    }),
  );
  const unread = others.filter(({ of, why }) => why !== null && !isReadElsewhere(of, others));
  for (const { of, why } of unread)
    onNote(`${of.plural}.${of.group} ${why}: what fails may be forbidden by one of them`);
  const all = [
    ...ordinary.map((name): ForeignPolicy => ({ kind: 'NetworkPolicy', name, ...ordinaryOnes })),
    ...others.flatMap((one): ForeignPolicy[] =>
      unread.includes(one) ? [{ kind: one.of.kind, name: null, ...anything }] : (one.policies ?? []),
    ),
  ];
  // Calico's own API server shows its objects a second time.
  return [...new Map(all.map((one) => [`${one.kind} ${one.name}`, one])).values()];
}

interface Listed {
  of: Kind;
  /** null: the cluster has no such kind after all, or they could not be read. */
  policies: ForeignPolicy[] | null;
  /** They could not be read. */
  why: string | null;
}

/** Calico's own API server may not be available, and its objects are read all the same: from the API server. */
const isReadElsewhere = (kind: Kind, all: readonly Listed[]): boolean =>
  kind.bearing === calico && all.some(({ of, policies }) => of.kind === kind.kind && policies !== null);

const object = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.unknown().optional(),
  specs: z.unknown().optional(),
});

async function policiesOf(
  api: Api,
  { kind, version, run }: { kind: Kind; version: string; run: RunLabels },
): Promise<Listed> {
  const { group, plural } = kind;
  try {
    const items = await listAll(async (page) => {
      const where = { group, version, plural };
      return customPage.parse(
        kind.isOfNamespace
          ? await api.custom.listNamespacedCustomObject({ ...where, namespace: run.namespace, ...page })
          : await api.custom.listClusterCustomObject({ ...where, ...page }),
      );
    });
    return { of: kind, policies: items.flatMap((item) => policyOf(item, { kind, run })), why: null };
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return { of: kind, policies: null, why: null };
    const why = status === 403 ? 'may not be listed' : `could not be listed: ${reasonOf(error)}`;
    return { of: kind, policies: null, why };
  }
}

/** None where it does not bear on the run. */
function policyOf(item: unknown, { kind, run }: { kind: Kind; run: RunLabels }): ForeignPolicy[] {
  const { metadata, spec, specs } = object.parse(item);
  const { name } = metadata;
  // Calico's API server also lists ordinary NetworkPolicies, under this prefix.
  if (name.startsWith('knp.')) return [];
  const bearing = bearingOf(specs ?? spec ?? {}, { kind, run });
  const { selectsPods, mayForbid } = bearing;
  return selectsPods || mayForbid.nodes.length > 0 ? [{ kind: kind.kind, name, ...bearing }] : [];
}

function bearingOf(spec: unknown, { kind, run }: { kind: Kind; run: RunLabels }): Bearing {
  try {
    return kind.bearing(spec, run);
  } catch {
    return anything;
  }
}

/** "cilium.io/v2" and so on; none where they may not be read. */
async function groupVersions(api: Api, { onNote }: { onNote: (note: string) => void }): Promise<ReadonlySet<string>> {
  try {
    const { groups } = await api.groups.getAPIVersions();
    return new Set((groups ?? []).flatMap(({ versions }) => (versions ?? []).map(({ groupVersion }) => groupVersion)));
  } catch (error) {
    const status = statusOf(error);
    if (status === null) throw error;
    if (status !== 404) onNote(`no permission to read the cluster's API groups: cluster-wide policies are not known`);
    return new Set();
  }
}
