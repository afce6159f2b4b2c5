/** Runs as the recorder would write them, one for each kind of end. */
import type { ClauseResult, Edge, Run } from '../../../lib/verdict/run.ts';

const nodes = ['node-1', 'node-2', 'node-3'];

export function clause(over: Partial<ClauseResult> = {}): ClauseResult {
  return {
    id: 'flat-network/pod-to-pod-across-nodes',
    level: 'MUST',
    promise: 'Every pod reaches every pod on another node, without NAT.',
    verdict: 'pass',
    durationMs: 1234.5,
    expected: 'every ordered pair is delivered, both ends see the same addresses and ports',
    seen: 'every ordered pair was',
    exchanged: { dials: 96, edges: 24 },
    edges: [],
    edgesOmitted: 24,
    evidence: [],
    likelyCause: null,
    lookWith: null,
    reason: null,
    measurements: [],
    ...over,
  };
}

export function edge(over: Partial<Edge> = {}): Edge {
  return {
    id: 'abc-1',
    from: { node: 'node-2', probe: 'pod-a', address: '198.18.65.2' },
    to: { node: 'node-1', probe: 'pod-a', address: '198.18.64.2' },
    protocol: 'TCP',
    family: 'IPv4',
    port: 40123,
    outcome: 'delivered',
    problems: ['source address translated'],
    attempts: 1,
    answered: 1,
    firstAnswerMs: 0.8,
    diallerSees: {
      local: { address: '198.18.65.2', port: 51000 },
      remote: { address: '198.18.64.2', port: 40123 },
    },
    responderSees: {
      who: 'node-1/pod-a',
      local: { address: '198.18.64.2', port: 40123 },
      peer: { address: '198.18.0.12', port: 51000 },
    },
    lostLeg: null,
    rounds: [{ outcome: 'delivered', attempts: 1, answered: 1, deadFlows: 0 }],
    standsWith: 0,
    onlyUnderLoad: false,
    responderLateMs: null,
    atTheEnd: null,
    detail: 'seen as 198.18.0.12',
    ...over,
  };
}

export function healthy(): Run {
  return {
    apiVersion: 'flatnet/v2',
    verdict: 'conformant',
    summary: 'This cluster keeps every promise that was checked: 3 clauses, 3 nodes, IPv4.',
    findings: [],
    strict: false,
    exitCode: 0,
    startedAt: '2026-11-22T16:02:05.123Z',
    durationMs: 14_900,
    phases: { 'set-up': 8100, exchanging: 4300, 'clean-up': 2500 },
    suite: { version: '0.1.0', image: 'docker.io/library/node:26-slim', command: ['npm', 'test'] },
    cluster: {
      target: 'lab',
      server: 'https://198.18.0.11:6443',
      version: 'v1.37.2',
      nodes: nodes.map((name, index) => ({
        name,
        ready: true,
        skipped: null,
        addresses: [`198.18.0.1${index + 1}`],
        podCIDRs: [`198.18.${64 + index}.0/24`],
        kubeletVersion: 'v1.37.2',
        kernel: '6.18.5',
        os: 'linux',
        arch: 'amd64',
        containerRuntime: 'containerd://2.3.7',
      })),
      families: ['IPv4'],
      podRanges: ['198.18.64.0/18'],
      serviceRanges: ['198.19.0.0/20'],
      proxyMode: { 'node-1': 'iptables', 'node-2': 'iptables', 'node-3': 'iptables' },
      cni: { name: 'bridge', evidence: 'no DaemonSet of a known plugin' },
    },
    namespace: 'flatnet-x7k2p',
    apiRequests: { total: 61, byVerb: { create: 7, list: 20, get: 34 } },
    traffic: null,
    clauses: [
      clause({ id: 'addressing/one-owner-per-ip', exchanged: { dials: 0, edges: 0 }, durationMs: 12 }),
      clause(),
      clause({
        id: 'services/proxy-mode',
        level: 'INFO',
        exchanged: { dials: 0, edges: 0 },
        seen: 'iptables on all 3 nodes',
      }),
    ],
    matrix: { nodes, cells: [{}], rows: [''], layers: [] },
    causes: [],
    notes: [],
    failure: null,
  };
}

const masquerade = 'node-2 translates the source of pod traffic that leaves it (masquerade in nat POSTROUTING)';
const folded = [
  'pods of node-2 → pods of node-1, node-3 over TCP and UDP: seen as 198.18.0.12 (8 edges)',
  'the other direction is untouched (8 edges)',
];

/** Two MUST clauses and a SHOULD that fail for one cause, folded, and one that fails by itself. */
export function failing(): Run {
  const shared = {
    verdict: 'fail',
    seen: 'the source address is translated on 8 of 24 edges',
    evidence: folded,
    likelyCause: masquerade,
    lookWith: 'npm run lab -- exec node-2 -- iptables-save -t nat',
  } as const;
  return {
    ...healthy(),
    verdict: 'not conformant',
    exitCode: 1,
    summary: 'This cluster does not keep the network model: 3 MUST clauses fail.',
    findings: ['flat-network/pod-to-node-without-nat'],
    traffic: null,
    clauses: [
      clause({ ...shared, edges: [edge(), edge({ protocol: 'UDP' })] }),
      clause({ ...shared, id: 'flat-network/pod-to-node-without-nat', level: 'SHOULD', promise: '…without NAT.' }),
      clause({ ...shared, id: 'protocols/tcp-and-udp-on-any-port', promise: 'TCP and UDP on any port.' }),
      clause({
        id: 'flat-network/node-to-node',
        verdict: 'fail',
        promise: 'All nodes reach each other, without NAT.',
        seen: '20 of 36 edges time out',
        evidence: Array.from({ length: 20 }, (_, i) => `edge ${i + 1} timed out`),
      }),
      clause({ id: 'flat-network/self-ip' }),
    ],
    causes: [
      {
        likelyCause: masquerade,
        evidence: folded,
        lookWith: shared.lookWith,
        clauses: [
          'flat-network/pod-to-pod-across-nodes',
          'flat-network/pod-to-node-without-nat',
          'protocols/tcp-and-udp-on-any-port',
        ],
      },
    ],
  };
}

export function setUpFailed(): Run {
  return {
    ...healthy(),
    verdict: 'partial',
    exitCode: 3,
    summary: 'No verdict: the run could not be set up.',
    cluster: null,
    namespace: null,
    phases: { 'set-up': 10_000 },
    traffic: null,
    clauses: [],
    failure: {
      code: 'unreachable',
      message: 'The API server https://192.0.2.1:6443 did not answer within 10 s.',
      remedy: 'Is the VPN up? kubectl --context prod version',
    },
  };
}

export function interrupted(): Run {
  return {
    ...healthy(),
    verdict: 'partial',
    exitCode: 3,
    summary: 'No verdict: the run was interrupted after 1 of 3 clauses.',
    traffic: null,
    clauses: [clause()],
    notes: ['The namespace flatnet-x7k2p was removed.'],
    failure: { code: 'interrupted', message: 'Interrupted by SIGINT.', remedy: null },
  };
}

/** A SHOULD that is not kept: a finding, and red under strict. */
export function finding({ strict }: { strict: boolean }): Run {
  return {
    ...healthy(),
    strict,
    verdict: strict ? 'not conformant' : 'conformant',
    exitCode: strict ? 1 : 0,
    summary: strict ? 'Not conformant: 1 finding, under --strict.' : 'Conformant, with 1 finding.',
    findings: ['flat-network/pod-to-node-without-nat'],
    traffic: null,
    clauses: [
      clause(),
      clause({
        id: 'flat-network/pod-to-node-without-nat',
        level: 'SHOULD',
        verdict: 'fail',
        seen: 'nodes node-1 and node-2 translate',
        evidence: ['pods of node-1 are seen as 198.18.0.11 by other nodes'],
        likelyCause: 'flannel runs with --ip-masq',
        lookWith: 'kubectl -n kube-flannel get ds kube-flannel-ds -o yaml',
      }),
    ],
  };
}

/** One MUST, one SHOULD and one INFO without a verdict, and one clause that does not apply. */
export function inconclusive(): Run {
  const lost = {
    verdict: 'inconclusive',
    reason: 'the exec stream to node-1/pod-a closed before the trailer',
  } as const;
  return {
    ...healthy(),
    verdict: 'partial',
    exitCode: 3,
    summary: 'No verdict: 1 MUST clause is inconclusive.',
    traffic: null,
    clauses: [
      clause(lost),
      clause({ ...lost, id: 'services/hairpin', level: 'SHOULD' }),
      clause({ ...lost, id: 'services/proxy-mode', level: 'INFO' }),
      clause({
        id: 'flat-network/node-to-node',
        verdict: 'not applicable',
        reason: 'the cluster has one node',
        exchanged: { dials: 0, edges: 0 },
      }),
    ],
    notes: ['The stream to node-1/pod-a was reopened once.'],
  };
}

const nasty = 'a]]>b <x a="1">&amp; \u001b[31mred\u001b[0m \u0000\u0007\u009b1m \ud800 \uffff \u202e rtl\nsecond line';

/** Strings that a cluster may hold and that would break a report. */
export function hostile(): Run {
  return {
    ...healthy(),
    verdict: 'not conformant',
    exitCode: 1,
    summary: nasty,
    traffic: null,
    clauses: [
      clause({ verdict: 'fail', promise: nasty, expected: nasty, seen: nasty, evidence: [nasty], likelyCause: nasty }),
      clause({ id: 'services/proxy-mode', level: 'INFO', seen: nasty }),
      clause({ id: 'flat-network/self-ip', verdict: 'inconclusive', reason: nasty }),
      clause({ id: 'services/hairpin', level: 'SHOULD', verdict: 'fail', seen: nasty, lookWith: nasty }),
    ],
    notes: [nasty],
    failure: { code: 'x', message: nasty, remedy: nasty },
  };
}

/** Every sample, by name. */
export const sampleRuns: Record<string, Run> = {
  healthy: healthy(),
  failing: failing(),
  'set-up failed': setUpFailed(),
  interrupted: interrupted(),
  finding: finding({ strict: false }),
  'finding under strict': finding({ strict: true }),
  inconclusive: inconclusive(),
  hostile: hostile(),
};
