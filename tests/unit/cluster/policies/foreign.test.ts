import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import type { PodLabels } from '../../../../lib/cluster/policies/ends.ts';
import { foreignPolicies } from '../../../../lib/cluster/policies/foreign.ts';
import { startFakeApi, status, type FakeAnswer, type FakeApi } from '../fake-api.ts';

const run = {
  namespace: 'flatnet-1',
  namespaceLabels: { 'app.kubernetes.io/managed-by': 'flatnet' },
  pods: ['pod-a', 'pod-b', 'node'].map((name) => ({ 'flatnet/probe': name })),
};

describe('policies of somebody else', () => {
  let fake: FakeApi | undefined;
  afterEach(async () => fake?.stop());
  /** Paths below /apis/, each with its answer or its items. */
  const found = async (
    lists: Record<string, object[] | FakeAnswer>,
    {
      about = run,
      ofGroups,
      otherwise = status(404, 'not found'),
    }: { about?: PodLabels; ofGroups?: FakeAnswer; otherwise?: FakeAnswer } = {},
  ) => {
    const groups = [...new Set(Object.keys(lists).map((path) => path.split('/').slice(0, 2).join('/')))];
    fake = await startFakeApi(({ path }) => {
      if (path === '/apis' && ofGroups !== undefined) return ofGroups;
      if (path === '/apis')
        return { json: { groups: groups.map((groupVersion) => ({ versions: [{ groupVersion }] })) } };
      const list = lists[path.replace('/apis/', '')];
      if (list === undefined) return otherwise;
      return Array.isArray(list) ? { json: { metadata: {}, items: list } } : list;
    });
    const notes: string[] = [];
    const policies = await foreignPolicies(connectApi(fake.target), {
      run: about,
      onNote: (note) => notes.push(note),
    });
    return { notes, policies, names: policies.map(({ kind, name }) => `${kind} ${name}`) };
  };
  const named = (name: string, spec: unknown) => ({ metadata: { name }, spec });
  const everything = { matchLabels: {} };
  const elsewhere = { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } };

  it('costs two requests where the cluster has none of their kinds', async () => {
    expect((await found({})).policies).to.deep.equal([]);
    expect(fake?.requests.map(({ path }) => path)).to.have.members([
      '/apis',
      '/apis/networking.k8s.io/v1/namespaces/flatnet-1/networkpolicies',
    ]);
  });

  const ordinary = 'networking.k8s.io/v1/namespaces/flatnet-1/networkpolicies';

  it('in the run’s namespace: what a NetworkPolicy selects is closed in its directions, unless everybody is allowed', async () => {
    const { policies } = await found({
      [ordinary]: [
        named('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
        named('ingress', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }),
        named('with-egress', { podSelector: {}, egress: [{ to: [] }] }),
        named('open', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] }),
        // Admission may have given pods such a label.
        named('some', { podSelector: { matchLabels: { app: 'shop' } }, policyTypes: ['Egress'] }),
        named('none', { podSelector: { matchLabels: { 'flatnet/probe': 'shop' } }, policyTypes: ['Egress'] }),
      ],
    });
    expect(
      policies.map(({ name, selectsPods, mayForbid }) => [name, selectsPods, mayForbid.pods, mayForbid.nodes]),
    ).to.deep.equal([
      ['default-deny', true, ['Ingress', 'Egress'], []],
      ['ingress', true, ['Ingress'], []],
      ['with-egress', true, ['Ingress', 'Egress'], []],
      ['open', true, [], []],
      ['some', true, ['Egress'], []],
    ]);
  });

  for (const [code, why] of [
    [403, /^networkpolicies.networking.k8s.io may not be listed: what fails/],
    [400, /^networkpolicies.networking.k8s.io could not be listed: .* 400 /],
  ] as const)
    it(`in the run’s namespace, where NetworkPolicies can’t be listed (${code}): one without a name, which may close pods`, async () => {
      const { policies, notes } = await found({ [ordinary]: status(code, 'no') });
      expect(policies).to.deep.equal([
        {
          kind: 'NetworkPolicy',
          name: null,
          selectsPods: true,
          mayForbid: { pods: ['Ingress', 'Egress'], nodes: [] },
        },
      ]);
      expect(notes.map((note) => why.test(note))).to.deep.equal([true]);
    });

  describe('where the cluster’s API groups may not be read', () => {
    const ofGroups = status(403, 'forbidden');

    it('are asked for kind by kind', async () => {
      const { names, notes } = await found(
        {
          [ordinary]: [],
          'policy.networking.k8s.io/v1alpha2/clusternetworkpolicies': [
            named('denies', { subject: { namespaces: {} }, ingress: [{ action: 'Deny' }] }),
          ],
        },
        { ofGroups },
      );
      expect([names, notes]).to.deep.equal([['ClusterNetworkPolicy denies'], []]);
    });

    it('and they may not be listed: one without a name, which may close anything, and one note', async () => {
      const { policies, notes } = await found({ [ordinary]: [] }, { ofGroups, otherwise: status(403, 'forbidden') });
      expect(policies.map(({ kind, name, mayForbid }) => [kind, name, mayForbid.nodes.length])).to.deep.equal([
        ['policy of the whole cluster', null, 2],
      ]);
      expect(notes).to.have.length(1);
      expect(notes[0]).to.match(/^no permission to read the cluster's API groups, nor to list ciliumclusterwide/);
    });
  });

  it('that bear on pods of others: by what is known of their labels, with their namespace', async () => {
    const dns: PodLabels = {
      namespace: 'kube-system',
      namespaceLabels: {},
      pods: [{ 'k8s-app': 'kube-dns' }],
      areOthers: true,
    };
    const inSystem = 'namespaces/kube-system';
    const { policies } = await found(
      {
        [`networking.k8s.io/v1/${inSystem}/networkpolicies`]: [
          named('dns', { podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }),
          // As hardened clusters have it: it closes nothing that DNS needs.
          named('dns-open', {
            podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            ingress: [{ ports: [{ port: 53, protocol: 'UDP' }, { port: 'dns-tcp' }] }],
          }),
          named('dns-by-udp', {
            podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            ingress: [{ ports: [{ port: 53, protocol: 'UDP' }] }],
          }),
          named('metrics', { podSelector: { matchLabels: { 'k8s-app': 'metrics-server' } } }),
        ],
        [`cilium.io/v2/${inSystem}/ciliumnetworkpolicies`]: [
          named('of-cilium', { endpointSelector: { matchLabels: { tier: 'node' } }, ingress: [] }),
        ],
        'policy.networking.k8s.io/v1alpha1/adminnetworkpolicies': [
          named('system', {
            subject: { namespaces: { matchLabels: { purpose: 'system' } } },
            ingress: [{ action: 'Deny' }],
          }),
          named('shop', { subject: { namespaces: elsewhere }, ingress: [{ action: 'Deny' }] }),
        ],
        'crd.projectcalico.org/v1/globalnetworkpolicies': [
          named('dns-only', { selector: "k8s-app == 'kube-dns' && tier == 'node'", types: ['Ingress'] }),
          named('others', { selector: "k8s-app != 'kube-dns'", types: ['Ingress'] }),
        ],
      },
      { about: dns },
    );
    expect(
      policies.filter(({ mayForbid }) => mayForbid.pods.length > 0).map((one) => [one.kind, one.namespace, one.name]),
    ).to.have.deep.members([
      ['NetworkPolicy', 'kube-system', 'dns'],
      ['NetworkPolicy', 'kube-system', 'dns-by-udp'],
      ['CiliumNetworkPolicy', 'kube-system', 'of-cilium'],
      ['AdminNetworkPolicy', undefined, 'system'],
      ['GlobalNetworkPolicy', undefined, 'dns-only'],
    ]);
  });

  it('of Calico, for nodes: what applies to what they forward may close pods both ways', async () => {
    const ofNodes = { selector: 'has(host-endpoint)', types: ['Ingress'] };
    const { policies } = await found({
      'crd.projectcalico.org/v1/globalnetworkpolicies': [
        named('local', ofNodes),
        named('forward', { ...ofNodes, applyOnForward: true }),
        named('early', { ...ofNodes, preDNAT: true }),
        named('untracked', { ...ofNodes, doNotTrack: true, applyOnForward: true, ingress: [{ action: 'Allow' }] }),
        named('open', { ...ofNodes, applyOnForward: true, ingress: [{ action: 'Allow' }] }),
        named('pods', { namespaceSelector: 'all()', types: ['Egress'], applyOnForward: true }),
      ],
    });
    const both = ['Ingress', 'Egress'];
    expect(
      policies.map(({ name, selectsPods, mayForbid }) => [name, selectsPods, mayForbid.pods, mayForbid.nodes]),
    ).to.deep.equal([
      ['local', false, [], ['Ingress']],
      ['forward', false, both, ['Ingress']],
      ['early', false, both, ['Ingress']],
      ['untracked', false, both, []],
      ['pods', true, ['Egress'], []],
    ]);
  });

  it('of Cilium: what a rule selects is closed in its directions, unless everybody is allowed', async () => {
    const path = 'cilium.io/v2/ciliumclusterwidenetworkpolicies';
    const { policies } = await found({
      [path]: [
        named('default-deny', { endpointSelector: {}, ingress: [{ fromEntities: ['kube-apiserver'] }] }),
        named('nodes', { nodeSelector: {}, egress: [{}] }),
        named('a-shop', {
          endpointSelector: { matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'shop' } },
          ingress: [],
        }),
        named('open', { endpointSelector: {}, ingress: [{ fromEntities: ['all'] }] }),
        { metadata: { name: 'two' }, specs: [{ endpointSelector: {}, egressDeny: [{ toEntities: ['world'] }] }] },
        named('without-default', { endpointSelector: {}, egress: [{}], enableDefaultDeny: { egress: false } }),
      ],
    });
    expect(
      policies.map(({ name, selectsPods, mayForbid }) => [name, selectsPods, mayForbid.pods, mayForbid.nodes]),
    ).to.deep.equal([
      ['default-deny', true, ['Ingress'], []],
      ['nodes', false, [], ['Egress']],
      ['open', true, [], []],
      ['two', true, ['Egress'], []],
      ['without-default', true, [], []],
    ]);
  });

  it('of Calico: by its own selectors; those of another namespace do not bear on the run', async () => {
    const { policies } = await found({
      'crd.projectcalico.org/v1/globalnetworkpolicies': [
        named('default-deny', {
          namespaceSelector: 'kubernetes.io/metadata.name not in {"kube-system", "calico-system"}',
          types: ['Ingress', 'Egress'],
        }),
        named('everywhere', { selector: 'all()', types: ['Ingress'], ingress: [{ action: 'Allow', protocol: 'TCP' }] }),
        named('shop', { selector: "projectcalico.org/namespace == 'shop'", types: ['Ingress'] }),
        named('system', { namespaceSelector: 'kubernetes.io/metadata.name == "kube-system"', types: ['Egress'] }),
        named('allow', { selector: 'all()', types: ['Ingress'], ingress: [{ action: 'Allow' }] }),
        named('unknown', { selector: '!(has(role) || has(other))', types: ['Egress'] }),
      ],
      'crd.projectcalico.org/v1/namespaces/flatnet-1/networkpolicies': [
        named('default.closed', { types: ['Ingress'] }),
      ],
    });
    expect(policies.map(({ kind, name, mayForbid }) => [kind, name, mayForbid.pods, mayForbid.nodes])).to.deep.equal([
      ['GlobalNetworkPolicy', 'default-deny', ['Ingress', 'Egress'], []],
      ['GlobalNetworkPolicy', 'everywhere', ['Ingress'], ['Ingress']],
      ['GlobalNetworkPolicy', 'allow', [], []],
      ['GlobalNetworkPolicy', 'unknown', ['Egress'], ['Egress']],
      ['Calico NetworkPolicy', 'default.closed', ['Ingress'], ['Ingress']],
    ]);
  });

  it('of administrators: only where a rule denies', async () => {
    const { names } = await found({
      'policy.networking.k8s.io/v1alpha1/adminnetworkpolicies': [
        named('denies', { subject: { namespaces: {} }, ingress: [{ action: 'Deny', from: [] }] }),
        named('elsewhere', { subject: { namespaces: elsewhere }, ingress: [{ action: 'Deny' }] }),
      ],
      'policy.networking.k8s.io/v1alpha1/baselineadminnetworkpolicies': [
        named('default', {
          subject: { pods: { namespaceSelector: everything, podSelector: {} } },
          egress: [{ action: 'Deny' }],
        }),
      ],
      'networking.k8s.aws/v1alpha1/clusternetworkpolicies': [
        named('cluster', { tier: 'Admin', subject: { namespaces: {} }, egress: [{ action: 'Deny' }] }),
      ],
    });
    expect(names).to.have.members([
      'AdminNetworkPolicy denies',
      'BaselineAdminNetworkPolicy default',
      'ClusterNetworkPolicy cluster',
    ]);
  });

  const clusterPolicies = [
    named('denies', {
      tier: 'Admin',
      priority: 10,
      subject: { namespaces: {} },
      ingress: [
        {
          name: 'dns',
          action: 'Accept',
          from: [{ namespaces: {} }],
          protocols: [{ udp: { destinationPort: { number: 53 } } }],
        },
        { name: 'rest', action: 'Deny', from: [{ namespaces: {} }] },
      ],
    }),
    named('baseline', {
      tier: 'Baseline',
      priority: 1,
      subject: { pods: { namespaceSelector: everything, podSelector: { matchLabels: { 'flatnet/probe': 'pod-b' } } } },
      egress: [{ action: 'Deny', to: [{ networks: ['0.0.0.0/0'] }] }],
    }),
    named('passes', {
      tier: 'Admin',
      priority: 20,
      subject: { namespaces: {} },
      ingress: [{ action: 'Pass', from: [{ namespaces: {} }] }],
      egress: [{ action: 'Accept', to: [{ domainNames: ['*.example.org'] }] }],
    }),
    named('elsewhere', {
      tier: 'Admin',
      priority: 30,
      subject: { namespaces: elsewhere },
      egress: [{ action: 'Deny' }],
    }),
  ];

  for (const versions of [['v1alpha2'], ['v1beta1'], ['v1alpha2', 'v1beta1']])
    it(`of administrators as ClusterNetworkPolicy, in ${versions.join(' and ')}: only where a rule denies, in both tiers`, async () => {
      const { policies, notes } = await found(
        Object.fromEntries(
          versions.map((version) => [`policy.networking.k8s.io/${version}/clusternetworkpolicies`, clusterPolicies]),
        ),
      );
      expect(policies.map(({ kind, name, mayForbid }) => [kind, name, mayForbid.pods, mayForbid.nodes])).to.deep.equal([
        ['ClusterNetworkPolicy', 'denies', ['Ingress'], []],
        ['ClusterNetworkPolicy', 'baseline', ['Egress'], []],
        ['ClusterNetworkPolicy', 'passes', [], []],
      ]);
      expect(notes).to.deep.equal([]);
      const asked = fake?.requests.filter(({ path }) => path.endsWith('/clusternetworkpolicies'));
      expect(asked?.map(({ path }) => path.split('/')[3])).to.deep.equal([versions.at(-1)]);
    });

  it('of Antrea: only where a rule drops or rejects', async () => {
    const { policies } = await found({
      'crd.antrea.io/v1beta1/clusternetworkpolicies': [
        named('drops', { appliedTo: [{ namespaceSelector: {} }], ingress: [{ action: 'Drop' }] }),
        named('elsewhere', { appliedTo: [{ namespaceSelector: elsewhere }], ingress: [{ action: 'Reject' }] }),
        named('nodes', { appliedTo: [{ nodeSelector: {} }], egress: [{ action: 'Drop' }] }),
      ],
    });
    expect(policies.map(({ name, mayForbid }) => [name, mayForbid.pods, mayForbid.nodes])).to.deep.equal([
      ['drops', ['Ingress'], []],
      ['nodes', [], ['Egress']],
    ]);
  });

  it('that may not be listed count as one without a name, and one that can’t be understood may forbid anything', async () => {
    const { policies, notes } = await found({
      'cilium.io/v2/ciliumclusterwidenetworkpolicies': status(403, 'forbidden'),
      'crd.projectcalico.org/v1/globalnetworkpolicies': [named('strange', { selector: 7 })],
    });
    expect(policies.map(({ kind, name }) => [kind, name])).to.deep.equal([
      ['CiliumClusterwideNetworkPolicy', null],
      ['GlobalNetworkPolicy', 'strange'],
    ]);
    expect(policies.map(({ mayForbid }) => mayForbid.nodes.length)).to.deep.equal([2, 2]);
    expect(notes).to.deep.equal([
      'ciliumclusterwidenetworkpolicies.cilium.io may not be listed: what fails may be forbidden by one of them',
    ]);
  });

  it('of Calico, whose own API server is not available: those that the API server has are enough', async () => {
    const away = status(503, 'the server is currently unable to handle the request');
    const { names, notes } = await found({
      'crd.projectcalico.org/v1/globalnetworkpolicies': [
        named('everywhere', { selector: 'all()', types: ['Ingress'] }),
      ],
      'crd.projectcalico.org/v1/namespaces/flatnet-1/networkpolicies': [],
      'projectcalico.org/v3/globalnetworkpolicies': away,
      'projectcalico.org/v3/namespaces/flatnet-1/networkpolicies': away,
    });
    expect([names, notes]).to.deep.equal([['GlobalNetworkPolicy everywhere'], []]);
  });

  it('of Calico, where its own API server alone has them and is not available, may forbid anything', async () => {
    const away = status(503, 'the server is currently unable to handle the request');
    const { names, notes } = await found({ 'projectcalico.org/v3/globalnetworkpolicies': away });
    expect(names).to.deep.equal(['GlobalNetworkPolicy null']);
    expect(notes).to.have.length(1);
    expect(notes[0]).to.match(/^globalnetworkpolicies.projectcalico.org could not be listed: .* 503 /);
  });
});
