/** Facts say what was seen; why it may be so is said here, once. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { explainViolation } from '../../../lib/diagnosis/violations.ts';
import type { Violation } from '../../../lib/facts/violation.ts';

const holder = (kind: 'pod' | 'node', name: string) => ({ kind, name, node: 'node-1', address: '198.18.1.2' });
const evidence = 'as it was seen';
type Silence = Extract<Violation, { kind: 'DNS does not answer' }>;
const silent = (over: Partial<Silence>): Silence => ({
  kind: 'DNS does not answer',
  nodes: ['node-2'],
  over: 'UDP',
  only: null,
  at: null,
  refused: false,
  partly: false,
  evidence,
  ...over,
});

type Unreached = Extract<Violation, { kind: 'API server not reached' }>;
const unreached = (over: Partial<Unreached>): Unreached => ({
  kind: 'API server not reached',
  who: 'pods of node-2',
  nodes: ['node-2'],
  service: 'default/kubernetes (10.96.0.1:443)',
  refused: false,
  partly: false,
  servers: '198.18.0.2:6443',
  directly: null,
  evidence,
  ...over,
});

const explained: { violation: Violation; cause: RegExp; lookWith: RegExp }[] = [
  {
    violation: {
      kind: 'two owners',
      address: '198.18.1.2',
      holders: [holder('pod', 'a/x'), holder('node', 'node-1')],
      evidence,
    },
    cause: /^the address management of the network plugin gives addresses away/,
    lookWith: /status\.podIP=198\.18\.1\.2$/,
  },
  {
    violation: {
      kind: 'two owners',
      address: '198.18.1.2',
      holders: [holder('node', 'node-1'), holder('node', 'node-2')],
      evidence,
    },
    cause: /--node-ip/,
    lookWith: /status\.podIP=198\.18\.1\.2$/,
  },
  {
    violation: { kind: 'ranges overlap', one: 'pods of node-1', other: 'services', evidence },
    cause: /^pods of node-1 and services were given overlapping ranges/,
    lookWith: /servicecidrs$/,
  },
  {
    violation: silent({}),
    cause: /^pods of node-2 get no answer from the cluster's DNS over UDP: something on the way drops port 53/,
    lookWith: /k8s-app=kube-dns/,
  },
  {
    violation: silent({ at: '2001:2::a' }),
    cause:
      /^pods of node-2 get no answer from the cluster's DNS at 2001:2::a \(it answers at its other address\) over UDP/,
    lookWith: /kube-dns/,
  },
  {
    violation: silent({ partly: true }),
    cause: /^pods of node-2 get no answer to some of their questions .* over UDP: one of its pods does not answer/,
    lookWith: /k8s-app=kube-dns/,
  },
  {
    violation: silent({ only: 'AAAA' }),
    cause: /^pods of node-2 get no answer .* over UDP to questions of type AAAA, and those of other types are answered/,
    lookWith: /k8s-app=kube-dns/,
  },
  {
    violation: silent({ over: 'UDP and TCP', refused: true }),
    cause: /^pods of node-2 are refused by the cluster's DNS over UDP and TCP: none of its pods is Ready/,
    lookWith: /k8s-app=kube-dns/,
  },
  {
    violation: unreached({ directly: true }),
    cause:
      /^pods of node-2 can't connect to the API server through its Service default\/kubernetes \(10\.96\.0\.1:443\), and reach its servers \(198\.18\.0\.2:6443\) directly: kube-proxy, .* on node-2 has no working rules/,
    lookWith: /endpointslices .*node\/node-2 .*default\/kubernetes/,
  },
  {
    violation: unreached({ directly: false }),
    cause: /, nor its servers \(198\.18\.0\.2:6443\) directly: a filter or a route between node-2 and the API server$/,
    lookWith: /endpointslices/,
  },
  {
    violation: unreached({ servers: null, refused: true }),
    cause:
      /^pods of node-2 are refused by the API server's Service .*: its rules are missing on node-2, or .* its servers$/,
    lookWith: /endpointslices/,
  },
  {
    violation: unreached({ partly: true }),
    cause:
      /^some connections from pods of node-2 .* do not open: one of its servers \(198\.18\.0\.2:6443\) does not run/,
    lookWith: /endpointslices/,
  },
  {
    violation: {
      kind: 'DNS answers wrongly',
      nodes: ['node-2'],
      server: 'kube-system/kube-dns',
      over: 'UDP',
      error: 'SERVFAIL',
      evidence: '',
    },
    cause:
      /^the cluster's DNS \(kube-system\/kube-dns\) answers pods of node-2 over UDP with the error SERVFAIL: a DNS pod can't answer/,
    lookWith: /k8s-app=kube-dns/,
  },
  {
    violation: {
      kind: 'policy lets through',
      node: 'node-2',
      onlyWay: { from: 'node-3', to: 'node-2' },
      onlyAtSomePorts: false,
      evidence: '',
    },
    cause:
      /^what pods on node-3 send to pods on node-2 passes NetworkPolicies by, which hold on other ways: a rule on node-2 accepts/,
    lookWith: /node\/node-2/,
  },
  {
    violation: {
      kind: 'policy lets through',
      node: 'node-2',
      onlyWay: { from: 'node-2', to: 'node-2' },
      onlyAtSomePorts: false,
      evidence: '',
    },
    cause:
      /what pods on node-2 send each other passes NetworkPolicies by, which hold on other ways: what the bridge of that node carries is not filtered/,
    lookWith: /node\/node-2/,
  },
  {
    violation: {
      kind: 'policy bypassed through Services',
      nodes: ['node-2'],
      where: 'into pods on node-2 (TCP)',
      onlyAtSomePorts: true,
      evidence,
    },
    cause:
      /^traffic through Services bypasses NetworkPolicies into pods on node-2 \(TCP\) at some ports, and is denied at others and at the pods'/,
    lookWith: /node\/node-2 .*nft list ruleset/,
  },
  {
    violation: { kind: 'policy misses new pods', node: 'node-2', onlyAtSomePorts: true, evidence },
    cause: /^NetworkPolicies that stand are not in force at some ports for pods that start later on node-2, and are at/,
    lookWith: /node-2/,
  },
  {
    violation: {
      kind: 'policy bypassed through Services',
      nodes: ['node-2'],
      where: 'into pods on node-2 (TCP)',
      onlyAtSomePorts: false,
      evidence,
    },
    cause: /^traffic through Services bypasses NetworkPolicies into pods on node-2 \(TCP\), and is denied at the pods'/,
    lookWith: /node\/node-2 .*nft list ruleset/,
  },
  {
    violation: { kind: 'pods in a service range', range: '10.96.0.0/16', evidence },
    cause: /of the service range 10\.96\.0\.0\/16$/,
    lookWith: /servicecidrs$/,
  },
  {
    violation: { kind: 'backend never reached', node: 'node-2', service: 'one', evidence },
    cause: /^the rules of the Service one leave out its pod on node-2/,
    lookWith: /service-name=one/,
  },
  {
    violation: { kind: 'affinity not kept', nodes: ['node-1', 'node-2'], evidence },
    cause: /on node-1, node-2 sends one client to several pods of a Service with sessionAffinity ClientIP/,
    lookWith: /node\/node-1 .*xt_recent/,
  },
  {
    violation: { kind: 'endpoints not followed', nodes: ['node-2'], evidence },
    cause: /on node-2 has not followed a change of a Service's pods/,
    lookWith: /node\/node-2 .*sync_proxy_rules_last/,
  },
  {
    violation: { kind: 'flow stuck', nodes: ['node-2'], evidence },
    cause: /^stale connection tracking on node-2: UDP/,
    lookWith: /conntrack -L -p udp.*cilium-dbg bpf ct list global$/,
  },
  {
    violation: { kind: 'hangs without endpoints', nodes: ['node-2'], evidence },
    cause: /on node-2 drops what goes to a Service without pods/,
    lookWith: /no endpoints/,
  },
  {
    violation: { kind: 'pod does not start', node: 'node-2', evidence },
    cause: /^the network plugin of node-2 cannot set up/,
    lookWith: /describe node node-2$/,
  },
  {
    violation: { kind: 'new pod without address', node: 'node-2', family: 'IPv6', evidence },
    cause: /^the network plugin of node-2 gives new pods no IPv6 address$/,
    lookWith: /describe node node-2$/,
  },
  {
    violation: { kind: 'pod without address', node: 'node-2', probe: 'node-2/pod-a', family: 'IPv6', evidence },
    cause: /^the network plugin gave node-2\/pod-a no IPv6 address$/,
    lookWith: /spec\.nodeName=node-2$/,
  },
  {
    violation: { kind: 'downward API differs', node: 'node-2', evidence },
    cause: /^the kubelet of node-2 reports a different address/,
    lookWith: /spec\.nodeName=node-2$/,
  },
  {
    violation: { kind: 'interfaces differ', node: 'node-2', evidence },
    cause: /a translation 1:1 hides it/,
    lookWith: /spec\.nodeName=node-2$/,
  },
];

describe('a violation', () => {
  for (const { violation, cause, lookWith } of explained)
    it(`"${violation.kind}" has a likely cause (${cause.source}) and a place to look`, () => {
      const found = explainViolation(violation);
      expect(found?.likelyCause).to.match(cause);
      expect(found?.lookWith).to.match(lookWith);
    });

  it('that was read off dials is explained by their edges', () => {
    expect(explainViolation({ kind: 'peers differ', node: 'node-1', evidence })).to.equal(null);
    expect(explainViolation({ kind: 'answered by another', address: '198.18.1.2', evidence })).to.equal(null);
  });
});
