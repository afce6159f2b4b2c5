import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { apiAddress, apiPort, controlName } from '../addresses.ts';
import type { Api } from '../api.ts';
import { buildCilium } from '../build/cilium.ts';
import { kubeconfigOf } from '../certificates.ts';
import { agentRules, ciliumConfig, cniConfig, operatorRules, sourceFolder, type Variant } from '../config/cilium.ts';
import { type Family, primary } from '../families.ts';
import { homeOf } from '../places.ts';
import { requireCgroup2 } from '../prerequisites.ts';
import { checkAlive, outcomeIn } from '../spaces.ts';
import { waitFor } from '../wait.ts';
import { grant } from './grant.ts';
import { routedToAll } from './routed-to-all.ts';
import { tellAddresses } from './tell-addresses.ts';
import type { Topology } from './topology.ts';

const components = ['cilium-agent'];
const central = ['cilium-operator'];
const settings = '/etc/kubernetes/cilium-config';
const definitions = `${sourceFolder}/crds`;

/** Cilium as its own chart sets it up, without what is no Go program (Envoy) and without Hubble. */
export const cilium = (variant: Variant): Topology => ({
  components,
  users: ['cilium', 'cilium-operator'],
  // It calls `clang`; its image contains this version.
  tools: { 'clang-19': 'clang-19' },
  kubeProxy: variant.kubeProxy,
  // Cilium creates them.
  routes: () => [],
  build: async (output, signal) => {
    await requireCgroup2();
    const built = await buildCilium(output, signal);
    return {
      '/usr/local/sbin/cilium-agent': join(built, 'agent'),
      '/usr/local/sbin/cilium-operator': join(built, 'operator'),
      '/opt/cni/bin/cilium-cni': join(built, 'cni'),
      [`${sourceFolder}/bpf`]: join(built, 'bpf'),
      [definitions]: join(built, 'crds'),
    };
  },
  files: async (_node, families) => ({
    '/usr/local/sbin/clang': '#!/bin/sh\nexec clang-19 "$@"\n',
    '/etc/kubernetes/cilium.conf': await kubeconfigOf('cilium', families),
    ...configFiles(variant, families, '/etc/kubernetes/cilium.conf'),
  }),
  services: (node, families) => ({
    'cilium-agent': [
      'env',
      ...environment(node.name, families),
      '/usr/local/sbin/cilium-agent',
      `--config-dir=${settings}`,
    ],
  }),
  central: {
    components: central,
    files: async (families) => ({
      '/etc/kubernetes/cilium-operator.conf': await kubeconfigOf('cilium-operator', families),
      ...configFiles(variant, families, '/etc/kubernetes/cilium-operator.conf'),
    }),
    services: (families) => ({
      'cilium-operator': [
        'env',
        ...environment(controlName, families),
        '/usr/local/sbin/cilium-operator',
        `--config-dir=${settings}`,
      ],
    }),
  },
  register: async (api, nodes, families) => {
    await Promise.all([
      grant(api, 'cilium', agentRules),
      grant(api, 'cilium-operator', operatorRules),
      define(api),
      create(api, '/api/v1/namespaces/kube-system/configmaps', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'cilium-config' },
        data: ciliumConfig(variant, families),
      }),
      ...nodes.map((node) => tellAddresses(api, node, families)),
    ]);
  },
  connect: async (node, first, options) => {
    const { all, signal } = options;
    const check = async () => {
      await Promise.all([checkAlive(controlName, central), ...all.map(({ name }) => checkAlive(name, components))]);
    };
    // It compiles its programs for the kernel first, on every node at once.
    const wait = (what: string, question: () => Promise<true | string>) =>
      waitFor(question, { what: `${what} on ${node.name}`, withinMs: 300_000, signal, check });

    await wait('Cilium’s CNI configuration', async () => {
      const { stdout } = await outcomeIn(first, ['cat', cniConfig], signal);
      return stdout !== '' || 'no such file';
    });
    await wait('a way to the pods of each other node', () => routedToAll(node, first, options));
  },
});

const environment = (name: string, families: readonly Family[]): string[] => [
  `K8S_NODE_NAME=${name}`,
  'CILIUM_K8S_NAMESPACE=kube-system',
  `KUBERNETES_SERVICE_HOST=${primary(apiAddress, families)}`,
  `KUBERNETES_SERVICE_PORT=${apiPort}`,
];

// A file per key, as a mounted ConfigMap is.
const configFiles = (variant: Variant, families: readonly Family[], kubeconfig: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...ciliumConfig(variant, families), 'k8s-kubeconfig-path': kubeconfig }).map(([key, value]) => [
      `${settings}/${key}`,
      value,
    ]),
  );

/** pkg/k8s/apis/cilium.io/register.go of v1.20.2. With another one the operator only updates them. */
const schemaVersion = '1.33.12';

// The operator would make them one a second.
async function define(api: Api): Promise<void> {
  const folder = join(homeOf(controlName).files, definitions);
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.yaml'));
  await Promise.all(
    files.map(async (name) => {
      const { metadata, ...definition } = load(await readFile(join(folder, name), 'utf8')) as { metadata: object };
      await create(api, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
        ...definition,
        metadata: { ...metadata, labels: { 'io.cilium.k8s.crd.schema.version': schemaVersion } },
      });
    }),
  );
}

async function create(api: Api, path: string, object: object): Promise<void> {
  const { status, body } = await api('POST', path, object);
  if (status !== 201) throw new Error(`The API server did not take an object of ${path}: ${body}`);
}
