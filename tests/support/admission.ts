/** Admission policies as clusters have them, for objects of the suite alone. */
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { AdmissionregistrationV1Api, type V1Pod } from '@kubernetes/client-node';
import type { Api } from '../../lib/cluster/index.ts';

export interface Rule {
  /** Plural names, pods among them: pods, daemonsets, namespaces. */
  resources: string[];
  /** CEL; what does not fulfil it is refused. */
  expression: string;
  message: string;
}

export interface Change {
  /** Of the pod for this node only; left out: of all. */
  node?: string;
  /** A JSON pointer into the pod, and what is put there. */
  path: string;
  value: unknown;
}

/** Begins the names of pods that nobody creates: dry runs show by them whether a policy is in force. */
export const canary = 'flatnet-canary';
const nameOf = '(has(object.metadata.name) ? object.metadata.name : "")';
/** CEL: whether an object is the suite's. */
export const own = `request.namespace.startsWith('flatnet-') || ${nameOf}.startsWith('flatnet-')`;

/** Refuses what breaks a rule while `work` runs: begins when all of them are in force, and ends when none is. */
export async function refusing<T>(api: Api, rules: readonly Rule[], work: () => Promise<T>): Promise<T> {
  const admission = api.target.kubeConfig.makeApiClient(AdmissionregistrationV1Api);
  const names = rules.map((_rule, n) => `${canary}-${n}`);
  const isRefused = async (name: string): Promise<boolean> =>
    dryRun(api, { name }).then(
      () => false,
      (error: unknown) => String(error).includes('denied request'),
    );
  try {
    for (const [n, { resources, expression, message }] of rules.entries()) {
      const name = names[n]!;
      const resourceRules = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE'], resources }];
      await admission.createValidatingAdmissionPolicy({
        body: {
          metadata: { name },
          spec: {
            failurePolicy: 'Fail',
            matchConstraints: { resourceRules },
            matchConditions: [{ name: 'own', expression: own }],
            validations: [
              {
                expression: `${nameOf}.startsWith('${canary}') ? ${nameOf} != '${name}' : ${expression}`,
                message,
              },
            ],
          },
        },
      });
      await admission.createValidatingAdmissionPolicyBinding({
        body: { metadata: { name }, spec: { policyName: name, validationActions: ['Deny'] } },
      });
    }
    for (const name of names) await until(() => isRefused(name), `${name} is refused`);
    return await work();
  } finally {
    for (const name of names) {
      await admission.deleteValidatingAdmissionPolicyBinding({ name }).catch(() => undefined);
      await admission.deleteValidatingAdmissionPolicy({ name }).catch(() => undefined);
    }
    for (const name of names) await until(async () => !(await isRefused(name)), `${name} is no longer refused`);
  }
}

/** Changes the suite's pods while `work` runs: begins when that is in force, and ends when it is no more. */
export async function changing<T>(api: Api, { node, path, value }: Change, work: () => Promise<T>): Promise<T> {
  const admission = api.target.kubeConfig.makeApiClient(AdmissionregistrationV1Api);
  const name = `${canary}-${node ?? 'all'}`;
  const term = 'nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]';
  const isFor = `object.spec.affinity.${term}.matchFields[0].values[0] == '${node}'`;
  const isChanged = async (): Promise<boolean> => {
    const pod = await dryRun(api, { name, ...(node === undefined ? {} : { node }) });
    return isDeepStrictEqual(within(pod, path), value);
  };
  try {
    await admission.createMutatingAdmissionPolicy({
      body: {
        metadata: { name },
        spec: {
          failurePolicy: 'Fail',
          reinvocationPolicy: 'Never',
          matchConstraints: {
            resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
          },
          matchConditions: [
            { name: 'own', expression: own },
            ...(node === undefined ? [] : [{ name: 'node', expression: isFor }]),
          ],
          mutations: [
            {
              patchType: 'JSONPatch',
              jsonPatch: {
                expression: `[JSONPatch{op: "add", path: "${path}", value: ${JSON.stringify(value)}}]`,
              },
            },
          ],
        },
      },
    });
    await admission.createMutatingAdmissionPolicyBinding({ body: { metadata: { name }, spec: { policyName: name } } });
    await until(isChanged, `${path} is changed`);
    return await work();
  } finally {
    await admission.deleteMutatingAdmissionPolicyBinding({ name }).catch(() => undefined);
    await admission.deleteMutatingAdmissionPolicy({ name }).catch(() => undefined);
    await until(async () => !(await isChanged()), `${path} is no longer changed`);
  }
}

function within(from: unknown, path: string): unknown {
  const keys = path.split('/').slice(1);
  return keys.reduce((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], from);
}

/** The pod as it would be created, for a node as a DaemonSet does it. */
export async function dryRun({ core }: Api, { name, node }: { name: string; node?: string }): Promise<V1Pod> {
  const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node ?? ''] }] }];
  const affinity = {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
  };
  const resources = { requests: { cpu: '10m' } };
  const spec = {
    containers: [{ name: 'probe', image: 'canary', resources }],
    ...(node === undefined ? {} : { affinity }),
  };
  return core.createNamespacedPod({ namespace: 'default', dryRun: 'All', body: { metadata: { name }, spec } });
}

/** Waits until it holds, 20 s at most. */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries === 100) throw new Error(`20 s passed until ${what}`);
    await pause(200);
  }
}
