/** Policies that are not the run's own, and may forbid what its probes send: those of the whole cluster, and those that somebody puts into every new namespace. */
import { z } from 'zod';
import type { Api } from '../api/api.ts';
import { reasonOf, statusOf } from '../api/errors.ts';
import { customPage, listAll } from '../api/pages.ts';
import type { ForeignPolicy } from '../model.ts';
import type { PodLabels } from './ends.ts';
import {
  admin,
  antrea,
  anything,
  anythingToPods,
  calico,
  cilium,
  ordinary,
  type Bearing,
  type BearingOf,
} from './forbids.ts';

interface Kind {
  kind: string;
  group: string;
  /** The first that the cluster has. */
  versions: readonly string[];
  plural: string;
  isOfNamespace?: true;
  bearing: BearingOf;
  /** What one may do that can't be read; left out: anything. */
  unread?: Bearing;
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

const ordinaryOnes: Kind = {
  kind: 'NetworkPolicy',
  group: 'networking.k8s.io',
  versions: ['v1'],
  plural: 'networkpolicies',
  isOfNamespace: true,
  bearing: ordinary,
  unread: anythingToPods,
};

/** What one of some kind is called, where it is not known which kinds the cluster has. */
const someKind = 'policy of the whole cluster';

interface AboutPolicies {
  run: PodLabels;
  onNote?: ((note: string) => void) | undefined;
}

/**
 * Those that may bear on these pods, or on nodes: one request for the cluster's API groups, one for each kind that it has, and
 * one for ordinary NetworkPolicies. A kind that may not be listed counts as one policy without a name. Where the groups may not be read, each kind is
 * asked for, and all that may not be listed count as one policy together: whether the cluster has them is not known.
 */
export async function foreignPolicies(api: Api, { run, onNote = () => {} }: AboutPolicies): Promise<ForeignPolicy[]> {
  const versions = await groupVersions(api);
  const all = await Promise.all([
    policiesOf(api, { kind: ordinaryOnes, versions: ordinaryOnes.versions, run }),
    ...kinds.map((kind) => {
      const known = kind.versions.filter((one) => versions?.has(`${kind.group}/${one}`) ?? true);
      return policiesOf(api, { kind, versions: versions === null ? known : known.slice(0, 1), run });
    }),
  ]);
  const unread = all.filter((one) => one.why !== null && !isReadElsewhere(one.of, all));
  const mayBeNone = unread.filter(({ of }) => versions === null && of !== ordinaryOnes);
  const named = unread.filter((one) => !mayBeNone.includes(one));
  for (const { of, why } of named)
    onNote(`${of.plural}.${of.group} ${why}: what fails may be forbidden by one of them`);
  if (mayBeNone.length > 0)
    onNote(
      `no permission to read the cluster's API groups, nor to list ${mayBeNone.map(({ of }) => `${of.plural}.${of.group}`).join(', ')}: what fails may be forbidden by one of them`,
    );
  const policies = [
    ...named.map(({ of }) => ofRun({ kind: of.kind, name: null, ...(of.unread ?? anything) }, { of, run })),
    ...(mayBeNone.length > 0 ? [{ kind: someKind, name: null, ...anything }] : []),
    ...all.flatMap((one) => one.policies ?? []),
  ];
  // Calico's own API server shows its objects a second time.
  return [...new Map(policies.map((one) => [`${one.kind} ${one.name}`, one])).values()];
}

/** Of others the namespace is said. */
function ofRun(policy: ForeignPolicy, { of, run }: { of: Kind; run: PodLabels }): ForeignPolicy {
  return run.areOthers === true && of.isOfNamespace === true ? { ...policy, namespace: run.namespace } : policy;
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

/** By the first of these versions that the cluster has. */
async function policiesOf(
  api: Api,
  { kind, versions, run }: { kind: Kind; versions: readonly string[]; run: PodLabels },
): Promise<Listed> {
  const [version, ...others] = versions;
  if (version === undefined) return { of: kind, policies: null, why: null };
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
    if (status === 404) return policiesOf(api, { kind, versions: others, run });
    const why = status === 403 ? 'may not be listed' : `could not be listed: ${reasonOf(error)}`;
    return { of: kind, policies: null, why };
  }
}

/** None where it does not bear on the run. */
function policyOf(item: unknown, { kind, run }: { kind: Kind; run: PodLabels }): ForeignPolicy[] {
  const { metadata, spec, specs } = object.parse(item);
  const { name } = metadata;
  // Calico's API server also lists ordinary NetworkPolicies, under this prefix.
  if (name.startsWith('knp.')) return [];
  const bearing = bearingOf(specs ?? spec ?? {}, { kind, run });
  const { selectsPods, mayForbid } = bearing;
  return selectsPods || mayForbid.pods.length + mayForbid.nodes.length > 0
    ? [ofRun({ kind: kind.kind, name, ...bearing }, { of: kind, run })]
    : [];
}

function bearingOf(spec: unknown, { kind, run }: { kind: Kind; run: PodLabels }): Bearing {
  try {
    return kind.bearing(spec, run);
  } catch {
    return kind.unread ?? anything;
  }
}

/** "cilium.io/v2" and so on; null where they may not be read. */
async function groupVersions(api: Api): Promise<ReadonlySet<string> | null> {
  try {
    const { groups } = await api.groups.getAPIVersions();
    return new Set((groups ?? []).flatMap(({ versions }) => (versions ?? []).map(({ groupVersion }) => groupVersion)));
  } catch (error) {
    const status = statusOf(error);
    if (status === null) throw error;
    return status === 404 ? new Set() : null;
  }
}
