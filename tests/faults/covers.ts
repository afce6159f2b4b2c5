/**
 * What each clause covers: what it dials, and what of it breaks its promise. A new clause is one entry; which faults turn it red
 * follows from theirs, see `expected.ts`.
 */
import { apiPort } from '../../lab/addresses.ts';
import { keptPorts } from '../../lib/facts/kept-ports.ts';
import { portSpread } from '../../lib/facts/port-spread.ts';
import type { By, Fact, Role, Symptom } from './breaks.ts';

/** Dials that a clause makes. */
export interface Dials {
  from: readonly Role[];
  to: readonly Role[];
  /** `ring`: one pod of each node dials one of the next node, and the other pod of its own; and each node the next. `firsts`: one pod of each node and the node with those of others, that pod with its neighbour and its node. `itself`: through its own Service. `own and next`: one pod of each node, and the node, with a pod of the node and one of the next; `own`: with that of the node alone. `own or next`: one pod of each node with its own node and the next one; `own node`: a node with itself. `any`: also a node with itself, by its own port or its own Service. Left out: every pair. */
  pairs?:
    | 'same node'
    | 'across nodes'
    | 'ring'
    | 'firsts'
    | 'itself'
    | 'own and next'
    | 'own'
    | 'own or next'
    | 'own node'
    | 'any';
  /** Only what ends on these nodes. */
  at?: 'all but the last';
  /** In clusters of more nodes than that only an even share of the pairs is dialled. Left out: all are. */
  shareAbove?: number;
  /** Left out: both. */
  protocols?: readonly ('TCP' | 'UDP')[];
  /** Left out: both. */
  families?: readonly ('IPv4' | 'IPv6')[];
  /** Left out: the one on which a probe listens anyway. */
  ports?: readonly number[];
  /** Left out: at the probes' own addresses. */
  by?: By;
  /** Not judged where the same ways are dead at the probes' own addresses: only what strikes Services counts. */
  excused?: true;
  brokenBy: readonly Symptom[];
}

export interface Covers {
  dials?: readonly Dials[];
  facts?: readonly Fact[];
  /** An INFO clause is never red: it has a finding. `uneven`: where a port does not do the same on all ways that work on an ordinary one. */
  finds?: 'what is broken' | 'what is uneven';
}

const delivered = ['lost', 'lossy', 'refused', 'slow to connect', 'damaged', 'wrong responder'] as const;
const portsKept = [...delivered, 'source port translated'] as const;
/** Source ports aside. */
const addressesKept = [...delivered, 'source address translated', 'destination address translated'] as const;
const untranslated = [...portsKept, 'source address translated', 'destination address translated'] as const;

const addresses = ['source address translated', 'destination address translated'] as const;
const translations = [...addresses, 'source port translated'] as const;

const standing = ['pod', 'node'] as const;
const anyPod = ['pod', 'fresh pod'] as const;

/** What other clauses dial between such probes counts, too, for what is translated there. */
const ofOthers = (from: readonly Role[], to: readonly Role[], brokenBy: readonly Symptom[]): Dials[] => [
  ...(to.includes('pod')
    ? [{ from: from.filter((role) => role !== 'fresh pod'), to: ['pod'] as const, ports: portSpread, brokenBy }]
    : []),
  { from, to, brokenBy },
];

const ofWhatIsForbidden: readonly Fact[] = [
  'policies mix their directions',
  'policies forget their peers',
  'policies are bypassed through Services',
  'policies leave ports open',
];

/** As far as each probe dials all other nodes' Services, NodePorts, and pods on the host network: `elsewhereAtMost` and its like in `lib/service-paths/`. */
const nodesInFull = { services: 4, nodePorts: 7, hosts: 3, manyAtOnce: 10 };

/** By the clause's id. */
export const covers: Readonly<Record<string, Covers>> = {
  'addressing/one-owner-per-ip': {
    dials: [{ from: standing, to: ['pod'], brokenBy: ['wrong responder'] }],
    facts: ['an address has two owners'],
  },
  'addressing/ranges-do-not-overlap': { facts: ['ranges overlap'] },
  'addressing/pod-ip-belongs-to-its-node': {},
  'addressing/an-ip-does-not-follow-its-pod': {},
  'flat-network/node-to-node': {
    dials: [{ from: ['node'], to: ['node'], pairs: 'across nodes', brokenBy: [...untranslated, 'not met'] }],
  },
  'flat-network/pod-to-pod-same-node': {
    dials: [
      { from: ['pod'], to: ['pod'], pairs: 'same node', brokenBy: untranslated },
      ...ofOthers(anyPod, anyPod, translations).map((dials) => ({ ...dials, pairs: 'same node' as const })),
    ],
  },
  'flat-network/pod-to-pod-across-nodes': {
    dials: [
      { from: ['pod'], to: ['pod'], pairs: 'across nodes', brokenBy: untranslated },
      ...ofOthers(anyPod, anyPod, translations).map((dials) => ({ ...dials, pairs: 'across nodes' as const })),
    ],
  },
  'flat-network/node-to-pod': {
    dials: [{ from: ['node'], to: ['pod'], brokenBy: addressesKept }, ...ofOthers(['node'], anyPod, addresses)],
  },
  'flat-network/node-to-pod-without-nat': {
    dials: [{ from: ['node'], to: ['pod'], brokenBy: untranslated }, ...ofOthers(['node'], anyPod, translations)],
  },
  'flat-network/pod-to-node': { dials: [{ from: ['pod'], to: ['node'], brokenBy: delivered }] },
  'flat-network/pod-to-node-without-nat': {
    dials: [{ from: ['pod'], to: ['node'], brokenBy: untranslated }, ...ofOthers(anyPod, ['node'], translations)],
  },
  'flat-network/self-ip': {
    dials: [
      { from: ['pod'], to: ['pod'], brokenBy: ['source address translated'] },
      ...ofOthers(anyPod, anyPod, ['source address translated']),
    ],
    facts: ['a pod has another address than it is known by'],
  },
  'flat-network/new-pods-join': {
    dials: [
      { from: ['pod', 'fresh pod'], to: ['fresh pod'], brokenBy: untranslated },
      { from: ['node'], to: ['fresh pod'], brokenBy: addressesKept },
      { from: ['fresh pod'], to: ['pod'], brokenBy: untranslated },
      { from: ['fresh pod'], to: ['node'], brokenBy: delivered },
    ],
    facts: ['a node starts no pods'],
  },
  'protocols/tcp-and-udp-on-any-port': {
    dials: [
      { from: ['pod'], to: ['pod'], ports: portSpread, brokenBy: portsKept },
      { from: ['node'], to: ['pod'], ports: portSpread, brokenBy: delivered },
    ],
  },
  'protocols/any-size': {
    dials: [
      { from: standing, to: standing, pairs: 'firsts', brokenBy: [...delivered, 'large lost', 'small lost'] },
      { from: standing, to: standing, pairs: 'firsts', protocols: ['TCP'], brokenBy: ['not closed'] },
      { from: ['pod'], to: ['pod'], pairs: 'firsts', protocols: ['UDP'], brokenBy: ['cut off'] },
      { from: ['pod'], to: ['pod'], pairs: 'ring', brokenBy: ['cut off'] },
      { from: ['pod'], to: ['pod'], pairs: 'ring', protocols: ['UDP'], brokenBy: ['length lost'] },
      { from: ['node'], to: ['node'], pairs: 'ring', protocols: ['TCP'], brokenBy: ['cut off'] },
    ],
  },
  'protocols/fragmented-datagrams': {
    dials: [
      {
        from: standing,
        to: standing,
        pairs: 'firsts',
        protocols: ['UDP'],
        brokenBy: [...delivered, 'large lost', 'fragments lost'],
      },
    ],
  },
  'protocols/held-connections': {
    dials: [
      { from: standing, to: standing, pairs: 'firsts', brokenBy: [...delivered, 'forgotten'] },
      { from: standing, to: ['pod'], pairs: 'own and next', by: 'ClusterIP', brokenBy: ['forgotten'] },
    ],
  },
  'protocols/ports-kept-by-the-plugin': {
    dials: [
      {
        from: ['pod'],
        to: ['pod'],
        pairs: 'ring',
        protocols: ['UDP'],
        ports: [...keptPorts.keys()],
        brokenBy: ['lost', 'lossy', 'refused', 'damaged'],
      },
    ],
    finds: 'what is uneven',
  },
  'protocols/nothing-else-is-required': {},
  'services/cluster-ip': {
    dials: [
      { from: standing, to: ['pod'], by: 'ClusterIP', shareAbove: nodesInFull.services, brokenBy: delivered },
      { from: standing, to: ['pod'], pairs: 'own and next', by: 'ClusterIP', brokenBy: ['large lost'] },
      {
        from: standing,
        to: ['node'],
        pairs: 'any',
        by: 'ClusterIP',
        shareAbove: nodesInFull.hosts,
        excused: true,
        brokenBy: delivered,
      },
    ],
    facts: ['ports of Services are dropped'],
  },
  'services/source-address-kept': {
    dials: [
      {
        from: ['pod'],
        to: ['pod'],
        by: 'ClusterIP',
        shareAbove: nodesInFull.services,
        brokenBy: [...delivered, 'source address translated'],
      },
    ],
    facts: ['ports of Services are dropped'],
  },
  'services/hairpin': {
    dials: [{ from: ['pod'], to: ['pod'], pairs: 'itself', by: 'ClusterIP', brokenBy: delivered }],
  },
  'services/no-slow-connects': {
    dials: [
      {
        from: standing,
        to: ['pod'],
        pairs: 'own and next',
        protocols: ['TCP'],
        by: 'ClusterIP',
        shareAbove: nodesInFull.manyAtOnce,
        brokenBy: [...delivered, 'slow when many'],
      },
    ],
  },
  'services/node-port': {
    dials: [
      {
        from: standing,
        to: ['node'],
        pairs: 'any',
        by: 'NodePort',
        shareAbove: nodesInFull.nodePorts,
        excused: true,
        brokenBy: delivered,
      },
      { from: ['pod'], to: ['node'], pairs: 'own or next', by: 'NodePort', excused: true, brokenBy: ['large lost'] },
      { from: ['node'], to: ['node'], pairs: 'own node', by: 'NodePort', excused: true, brokenBy: ['large lost'] },
    ],
  },
  'services/traffic-policy-local': {
    dials: [
      {
        from: standing,
        to: ['pod'],
        pairs: 'own',
        at: 'all but the last',
        by: 'ClusterIP',
        excused: true,
        brokenBy: delivered,
      },
      {
        from: ['node'],
        to: ['node'],
        pairs: 'across nodes',
        at: 'all but the last',
        by: 'NodePort',
        shareAbove: nodesInFull.nodePorts,
        excused: true,
        brokenBy: [...delivered, 'source address translated'],
      },
    ],
  },
  'services/session-affinity': { facts: ['affinity is lost'] },
  'services/endpoints-follow-pods': { facts: ['endpoints are not followed'] },
  'services/dns': { facts: ['DNS is silent on a node'] },
  'services/api-server': {
    dials: [
      {
        from: standing,
        to: ['API server'],
        protocols: ['TCP'],
        // Its Service has one, the cluster's first; what strikes IPv6 alone is planted beside IPv4.
        families: ['IPv4'],
        ports: [apiPort],
        by: 'ClusterIP',
        brokenBy: ['lost', 'refused'],
      },
    ],
  },
  'services/proxy-mode': { facts: ['kube-proxy runs in two modes'], finds: 'what is broken' },
  'services/kube-proxy-latency': {},
  'services/headroom': {},
  'policy/open-by-default': { dials: [{ from: standing, to: ['pod'], brokenBy: delivered }] },
  'policy/supported': { facts: ['policies are ignored'] },
  'policy/on-every-node': {
    facts: ['policies are ignored on a node', 'policies are bypassed through Services', 'policies leave ports open'],
  },
  'policy/ingress': { facts: ofWhatIsForbidden },
  'policy/egress': { facts: ofWhatIsForbidden },
  'policy/peers': { facts: ['policies forget their peers', 'policies leave ports open'] },
  'policy/ports': { facts: ['policies forget their peers', 'policies leave ports open'] },
  'policy/follows-changes': { facts: ['policies miss new pods', 'policies forget their peers'] },
  'policy/lifts': { facts: ['policies stay in force'] },
};

/** Clauses that no fault of `npm run check` kills, and a circumstance of `npm run soak` in which one does: the lab's own network enforces no NetworkPolicies, and what kills `self-ip` is slow. */
export const killedElsewhere: Readonly<Record<string, string>> = {
  'flat-network/self-ip': 'dual stack',
  'policy/supported': 'kube-router',
  'policy/on-every-node': 'kube-router',
  'policy/ingress': 'kube-router',
  'policy/egress': 'kube-router',
  'policy/peers': 'kube-router',
  'policy/ports': 'kube-router',
  'policy/follows-changes': 'kube-router',
  'policy/lifts': 'kube-router',
};

/** Clauses that no fault has to kill, anywhere, and why. */
export const killedByNone: Readonly<Record<string, string>> = {
  'addressing/pod-ip-belongs-to-its-node': 'tells how addresses are shared out: any way of it is right',
  'addressing/an-ip-does-not-follow-its-pod': 'tells what this network does: neither is wrong',
  'protocols/nothing-else-is-required':
    'tells what passes beside TCP and UDP: nothing of it is required, so that it never fails nor finds',
  'services/kube-proxy-latency': 'measures, and judges nothing; faults are planted with --latency off',
  'services/headroom': 'measures, and judges nothing; faults are planted with --latency off',
};
