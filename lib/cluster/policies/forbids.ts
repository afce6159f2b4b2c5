/** What one policy object may forbid to the run's probes. Where it is not certain that it forbids nothing, it may. */
import { z } from 'zod';
import type { Direction, Selector } from '../../policy/objects.ts';
import type { ForeignPolicy } from '../model.ts';
import {
  calicoNodesSelected,
  calicoPodsSelected,
  ciliumPodsSelected,
  nodesSelected,
  podsSelected,
  podsSelectedAtLeast,
  type PodLabels,
} from './ends.ts';
import { anyOf, type Maybe } from './labels.ts';

export type Bearing = Pick<ForeignPolicy, 'selectsPods' | 'mayForbid'>;

export type BearingOf = (spec: unknown, run: PodLabels) => Bearing;

const both: readonly Direction[] = ['Ingress', 'Egress'];

/** For an object that can't be read, or is not of the form that is expected. */
export const anything: Bearing = {
  selectsPods: true,
  mayForbid: { pods: both, nodes: both },
};

/** The same for a kind that selects pods only. */
export const anythingToPods: Bearing = { selectsPods: true, mayForbid: { pods: both, nodes: [] } };

const selector = z.looseObject({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(
      z.object({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});
const asSelector = (one: z.infer<typeof selector>): Selector => one as Selector;

const rules = z.array(z.looseObject({ action: z.string().optional() })).optional();
type Rules = z.infer<typeof rules>;

/** `closed`: the directions that it closes, to some extent, for what it selects. */
function bearing(closed: Direction[], { pods, nodes }: { pods: Maybe; nodes: Maybe }): Bearing {
  const where = (selected: Maybe): Direction[] => (selected === false ? [] : closed);
  return { selectsPods: pods !== false, mayForbid: { pods: where(pods), nodes: where(nodes) } };
}

/** Only some kinds of rules close anything. */
function closing(spec: { ingress?: Rules; egress?: Rules }, actions: RegExp): Direction[] {
  const closes = (some: Rules): boolean => (some ?? []).some(({ action }) => actions.test(action ?? ''));
  return [...(closes(spec.ingress) ? ['Ingress' as const] : []), ...(closes(spec.egress) ? ['Egress' as const] : [])];
}

const ordinaryPort = z.looseObject({
  protocol: z.string().optional(),
  port: z.union([z.number(), z.string()]).optional(),
  endPort: z.number().optional(),
});
const ordinaryRules = z
  .array(
    z.looseObject({
      from: z.array(z.unknown()).nullish(),
      to: z.array(z.unknown()).nullish(),
      ports: z.array(ordinaryPort).nullish(),
    }),
  )
  .nullish();
const ordinarySpec = z.object({
  podSelector: selector.optional(),
  policyTypes: z.array(z.enum(['Ingress', 'Egress'])).optional(),
  ingress: ordinaryRules,
  egress: ordinaryRules,
});

/** NetworkPolicy: what it selects is closed in its directions, but for what its rules allow; without types, ingress, and egress where it has such rules. */
export const ordinary: BearingOf = (given, run) => {
  const { podSelector = {}, policyTypes, ...spec } = ordinarySpec.parse(given);
  const types: readonly Direction[] = policyTypes ?? ((spec.egress ?? []).length > 0 ? both : ['Ingress']);
  const isOpen = (one: Direction): boolean => {
    const allowed = (one === 'Ingress' ? spec.ingress : spec.egress) ?? [];
    return allowed.some((rule) => Object.keys(rule).length === 0) || (run.areOthers === true && opensDns(allowed));
  };
  const selected = podsSelectedAtLeast(run, asSelector(podSelector));
  return bearing(
    types.filter((one) => !isOpen(one)),
    { pods: selected, nodes: false },
  );
};

type OrdinaryRule = NonNullable<z.infer<typeof ordinaryRules>>[number];

const isEmpty = (list: readonly unknown[] | null | undefined): boolean => (list ?? []).length === 0;
const isForAll = ({ from, to }: OrdinaryRule): boolean => isEmpty(from) && isEmpty(to);

/** The cluster's DNS pods, to everybody: policies in its namespace are often no more than that. */
function opensDns(allowed: readonly OrdinaryRule[]): boolean {
  const ports = allowed.filter(isForAll).flatMap((rule) => rule.ports ?? []);
  return ['UDP', 'TCP'].every((wanted) =>
    ports.some(({ protocol = 'TCP', port }) => protocol === wanted && (port === 53 || /^dns(-tcp)?$/.test(`${port}`))),
  );
}

const adminSpec = z.object({
  subject: z.looseObject({
    namespaces: selector.optional(),
    pods: z.object({ namespaceSelector: selector.optional(), podSelector: selector.optional() }).optional(),
  }),
  ingress: rules,
  egress: rules,
});

/** AdminNetworkPolicy, its baseline, and ClusterNetworkPolicy, which follows them: only a rule that denies closes anything. They select pods only. */
export const admin: BearingOf = (given, run) => {
  const { subject, ...spec } = adminSpec.parse(given);
  const { namespaces, pods } = subject;
  const selected = anyOf([
    ...(namespaces === undefined ? [] : [podsSelected(run, { namespaceSelector: asSelector(namespaces) })]),
    ...(pods === undefined
      ? []
      : [
          podsSelected(run, {
            namespaceSelector: asSelector(pods.namespaceSelector ?? {}),
            podSelector: asSelector(pods.podSelector ?? {}),
          }),
        ]),
  ]);
  return bearing(closing(spec, /^Deny$/i), { pods: selected, nodes: false });
};

const appliedTo = z
  .array(
    z.looseObject({
      podSelector: selector.optional(),
      namespaceSelector: selector.optional(),
      nodeSelector: selector.optional(),
    }),
  )
  .optional();
const antreaSpec = z.object({ appliedTo, ingress: rules, egress: rules });

/** Antrea's own: only a rule that drops or rejects closes anything. It may select for each rule by itself, or by a group. */
export const antrea: BearingOf = (given, run) => {
  const { appliedTo: subjects = [], ...spec } = antreaSpec.parse(given);
  const closed = closing(spec, /^(Drop|Reject)$/i);
  const others = subjects.filter((one) => !('podSelector' in one || 'namespaceSelector' in one));
  const pods = subjects.flatMap(({ podSelector, namespaceSelector }) =>
    podSelector === undefined && namespaceSelector === undefined
      ? []
      : [
          podsSelected(run, {
            podSelector: asSelector(podSelector ?? {}),
            namespaceSelector: asSelector(namespaceSelector ?? {}),
          }),
        ],
  );
  const isByNode = others.some((one) => 'nodeSelector' in one);
  const isOtherwise = subjects.length === 0 || others.some((one) => !('nodeSelector' in one));
  return bearing(closed, { pods: isOtherwise ? undefined : anyOf(pods), nodes: isByNode });
};

const calicoRules = z.array(z.looseObject({ action: z.string() })).optional();
const calicoSpec = z.object({
  selector: z.string().default(''),
  namespaceSelector: z.string().default(''),
  types: z.array(z.enum(['Ingress', 'Egress'])).optional(),
  ingress: calicoRules,
  egress: calicoRules,
  applyOnForward: z.boolean().optional(),
  preDNAT: z.boolean().optional(),
  doNotTrack: z.boolean().optional(),
});

/**
 * Calico's: what it selects is closed in its directions, but for what its rules allow; without types, ingress, and egress where it has such rules.
 * Where it selects endpoints of nodes it may also apply to what they forward: to what pods send and receive there, on its way in and on its way out.
 */
export const calico: BearingOf = (given, run) => {
  const spec = calicoSpec.parse(given);
  const types: Direction[] = spec.types ?? (spec.egress === undefined ? ['Ingress'] : ['Ingress', 'Egress']);
  const closed = types.filter((one) => !allowsAll((one === 'Ingress' ? spec.ingress : spec.egress)?.[0]));
  const nodes = calicoNodesSelected(spec);
  const own = bearing(closed, { pods: calicoPodsSelected(run, spec), nodes });
  if (nodes === false || !forwards(spec, closed)) return own;
  return { ...own, mayForbid: { ...own.mayForbid, pods: both } };
};

/** Without connection tracking what is allowed is lost as well: answers of pods match nothing. Calico wants `applyOnForward` with the two others; an object of before may lack it. */
function forwards(
  { applyOnForward, preDNAT, doNotTrack }: z.infer<typeof calicoSpec>,
  closed: readonly Direction[],
): boolean {
  return doNotTrack === true || ((applyOnForward === true || preDNAT === true) && closed.length > 0);
}

const allowsAll = (rule: { action: string } | undefined): boolean =>
  rule !== undefined && rule.action === 'Allow' && Object.keys(rule).length === 1;

const ciliumRules = z.array(z.looseObject({})).optional();
const ciliumRule = z.object({
  endpointSelector: selector.optional(),
  nodeSelector: selector.optional(),
  ingress: ciliumRules,
  egress: ciliumRules,
  ingressDeny: ciliumRules,
  egressDeny: ciliumRules,
  enableDefaultDeny: z.object({ ingress: z.boolean().optional(), egress: z.boolean().optional() }).optional(),
});

/** Cilium's, with one rule (`spec`) or several (`specs`): what a rule selects is closed in the directions that it has, but for what it allows. */
export const cilium: BearingOf = (given, run) => {
  const all = (Array.isArray(given) ? given : [given]).map((one) => ofCilium(ciliumRule.parse(one), run));
  const union = (which: 'pods' | 'nodes'): Direction[] => [
    ...new Set(all.flatMap(({ mayForbid }) => mayForbid[which])),
  ];
  return {
    selectsPods: all.some(({ selectsPods }) => selectsPods),
    mayForbid: { pods: union('pods'), nodes: union('nodes') },
  };
};

function ofCilium(rule: z.infer<typeof ciliumRule>, run: PodLabels): Bearing {
  const { endpointSelector, nodeSelector, enableDefaultDeny = {} } = rule;
  const closes = (
    allowed: z.infer<typeof ciliumRules>,
    denied: z.infer<typeof ciliumRules>,
    byDefault = true,
  ): boolean => (denied?.length ?? 0) > 0 || (allowed !== undefined && byDefault && !allowed.some(allowsEverybody));
  const closed: Direction[] = [
    ...(closes(rule.ingress, rule.ingressDeny, enableDefaultDeny.ingress) ? ['Ingress' as const] : []),
    ...(closes(rule.egress, rule.egressDeny, enableDefaultDeny.egress) ? ['Egress' as const] : []),
  ];
  const pods = endpointSelector === undefined ? false : ciliumPodsSelected(run, asSelector(endpointSelector));
  const nodes = nodeSelector === undefined ? false : nodesSelected(asSelector(nodeSelector));
  return bearing(closed, { pods, nodes });
}

function allowsEverybody(rule: object): boolean {
  const [key, ...more] = Object.keys(rule);
  if (more.length > 0 || (key !== 'fromEntities' && key !== 'toEntities')) return false;
  const entities = (rule as Record<string, unknown>)[key];
  return Array.isArray(entities) && entities.some((one) => one === 'all' || one === 'cluster');
}
