/** What each fault turns red is derived from what it breaks; here it stands in full, so that a change of either table shows. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { expectedOf } from '../../faults/expected.ts';
import { faults } from '../../faults/index.ts';
import type { Expected } from '../../faults/expected.ts';

const apart = [
  'flat-network/pod-to-pod-across-nodes',
  'flat-network/node-to-pod',
  'flat-network/node-to-pod-without-nat',
  'flat-network/pod-to-node',
  'flat-network/pod-to-node-without-nat',
  'flat-network/new-pods-join',
  'protocols/tcp-and-udp-on-any-port',
  'protocols/any-size',
  'protocols/held-connections',
  'policy/open-by-default',
  'services/cluster-ip',
  'services/source-address-kept',
  'services/no-slow-connects',
];

/** The same, where datagrams are concerned. */
const datagramsApart = [...apart, 'protocols/fragmented-datagrams'];

const withoutProxy = [
  'services/cluster-ip',
  'services/source-address-kept',
  'services/hairpin',
  'services/no-slow-connects',
  'services/node-port',
  'services/traffic-policy-local',
];

const tunnelDown = [
  'flat-network/pod-to-pod-across-nodes',
  'flat-network/node-to-pod',
  'flat-network/node-to-pod-without-nat',
  'flat-network/new-pods-join',
  'protocols/tcp-and-udp-on-any-port',
  'protocols/any-size',
  'protocols/fragmented-datagrams',
  'protocols/held-connections',
  'services/cluster-ip',
  'services/source-address-kept',
  'services/no-slow-connects',
  'policy/open-by-default',
];

/** By the fault's name; what is left out is empty. */
const snapshot: Readonly<Record<string, Partial<Expected>>> = {
  'masquerade between pods': {
    red: [
      'flat-network/pod-to-pod-across-nodes',
      'flat-network/self-ip',
      'flat-network/new-pods-join',
      'services/source-address-kept',
    ],
    mayBeRed: ['protocols/tcp-and-udp-on-any-port', 'protocols/held-connections'],
  },
  'pod→node masquerade': { red: ['flat-network/pod-to-node-without-nat'] },
  'port translation': {
    red: ['flat-network/pod-to-pod-across-nodes', 'flat-network/new-pods-join', 'protocols/tcp-and-udp-on-any-port'],
    mayBeRed: ['protocols/held-connections'],
  },
  'wrong responder': {
    red: [
      'protocols/held-connections',
      'protocols/fragmented-datagrams',
      'protocols/any-size',
      'addressing/one-owner-per-ip',
      'flat-network/pod-to-pod-across-nodes',
      'flat-network/new-pods-join',
      'protocols/tcp-and-udp-on-any-port',
      'policy/open-by-default',
    ],
  },
  'missing route': { red: datagramsApart },
  'missing route beside a masquerade': {
    red: datagramsApart.filter((id) => !id.startsWith('flat-network/pod-to-node')),
  },
  'one node cut off': { red: [...datagramsApart, 'services/api-server'] },
  'loss of all that one node forwards': {
    red: [...datagramsApart, 'flat-network/pod-to-pod-same-node', 'services/hairpin'],
    mayBeRed: ['services/node-port', 'services/traffic-policy-local'],
  },
  'one-way loss': {
    red: [
      'protocols/held-connections',
      'protocols/fragmented-datagrams',
      'protocols/any-size',
      'flat-network/pod-to-pod-across-nodes',
      'flat-network/new-pods-join',
      'protocols/tcp-and-udp-on-any-port',
      'policy/open-by-default',
      'services/cluster-ip',
      'services/source-address-kept',
    ],
  },
  'UDP dropped': { red: datagramsApart.filter((id) => id !== 'services/no-slow-connects') },
  'TCP dropped': { red: [...apart, 'services/api-server'] },
  'IPv6 only': { red: datagramsApart },
  'port range': {
    red: ['protocols/tcp-and-udp-on-any-port'],
    mayBeRed: ['protocols/held-connections'],
    findings: ['protocols/ports-kept-by-the-plugin'],
  },
  'same node': {
    red: [
      'protocols/held-connections',
      'protocols/fragmented-datagrams',
      'protocols/any-size',
      'flat-network/pod-to-pod-same-node',
      'flat-network/new-pods-join',
      'protocols/tcp-and-udp-on-any-port',
      'policy/open-by-default',
      'services/cluster-ip',
      'services/source-address-kept',
      'services/hairpin',
      'services/no-slow-connects',
    ],
  },
  'probe killed': { red: [] },
  'no new pods': { red: ['flat-network/new-pods-join'] },
  'source ports of a node': { red: ['flat-network/node-to-pod-without-nat'] },
  'nodes apart': {
    red: [
      'protocols/held-connections',
      'protocols/fragmented-datagrams',
      'protocols/any-size',
      'flat-network/node-to-node',
    ],
  },
  'overlapping ranges': { red: ['addressing/ranges-do-not-overlap'] },
  'one address twice': {
    red: ['addressing/one-owner-per-ip', 'flat-network/pod-to-pod-same-node', ...datagramsApart, 'services/hairpin'],
  },
  'self-IP hidden': {
    red: [
      'flat-network/pod-to-pod-same-node',
      'flat-network/pod-to-pod-across-nodes',
      'flat-network/node-to-pod',
      'flat-network/node-to-pod-without-nat',
      'flat-network/pod-to-node-without-nat',
      'flat-network/self-ip',
      'flat-network/new-pods-join',
      'services/source-address-kept',
    ],
  },
  'payload damaged': {
    red: [
      'protocols/held-connections',
      'protocols/fragmented-datagrams',
      'protocols/any-size',
      'flat-network/pod-to-pod-across-nodes',
      'flat-network/new-pods-join',
      'protocols/tcp-and-udp-on-any-port',
      'policy/open-by-default',
      'services/cluster-ip',
      'services/source-address-kept',
    ],
  },
  'answers dropped': {
    red: [
      'protocols/held-connections',
      'protocols/any-size',
      'flat-network/pod-to-pod-across-nodes',
      'flat-network/pod-to-node',
      'flat-network/pod-to-node-without-nat',
      'flat-network/new-pods-join',
      'protocols/tcp-and-udp-on-any-port',
      'policy/open-by-default',
      'services/cluster-ip',
      'services/source-address-kept',
      'services/no-slow-connects',
      'services/api-server',
    ],
  },
  'calm loss': {
    red: [
      'flat-network/pod-to-pod-across-nodes',
      'flat-network/new-pods-join',
      'protocols/tcp-and-udp-on-any-port',
      'policy/open-by-default',
      'services/cluster-ip',
      'services/source-address-kept',
    ],
    mayBeRed: ['protocols/any-size', 'protocols/fragmented-datagrams', 'protocols/held-connections'],
  },
  'loss behind the tunnel': {
    red: [
      'flat-network/new-pods-join',
      'protocols/tcp-and-udp-on-any-port',
      'policy/open-by-default',
      'services/cluster-ip',
    ],
    mayBeRed: [
      'flat-network/pod-to-pod-across-nodes',
      'flat-network/node-to-pod',
      'flat-network/node-to-pod-without-nat',
      'protocols/any-size',
      'protocols/fragmented-datagrams',
      'protocols/held-connections',
      'services/source-address-kept',
    ],
  },
  'a source port changed once': {},
  'a port kept by the plugin': {},
  'a port kept on one node': { findings: ['protocols/ports-kept-by-the-plugin'] },
  'new pods dead for 20 s': { red: ['flat-network/new-pods-join'] },
  'new pods late by 1 s': {},
  'masquerade now and then': {
    red: ['flat-network/pod-to-pod-across-nodes', 'flat-network/self-ip'],
    mayBeRed: ['flat-network/new-pods-join', 'services/source-address-kept'],
  },
  'one path of eight dead': {
    red: ['protocols/tcp-and-udp-on-any-port'],
    mayBeRed: [
      'flat-network/pod-to-pod-across-nodes',
      'flat-network/new-pods-join',
      'protocols/any-size',
      'protocols/held-connections',
      'services/cluster-ip',
      'services/source-address-kept',
      'services/no-slow-connects',
      'policy/open-by-default',
    ],
  },
  'slow connects': {
    red: [
      'protocols/held-connections',
      'protocols/any-size',
      'flat-network/pod-to-pod-across-nodes',
      'flat-network/node-to-pod',
      'flat-network/node-to-pod-without-nat',
      'flat-network/new-pods-join',
      'protocols/tcp-and-udp-on-any-port',
      'policy/open-by-default',
      'services/cluster-ip',
      'services/source-address-kept',
      'services/no-slow-connects',
    ],
  },
  'MTU black hole': { red: ['protocols/any-size', 'protocols/fragmented-datagrams', 'services/cluster-ip'] },
  'narrow uplink': { red: ['protocols/any-size', 'protocols/fragmented-datagrams', 'services/cluster-ip'] },
  'large packets dropped through Services': { red: ['services/cluster-ip', 'services/node-port'] },
  'slow connects through Services': {
    red: [
      'services/cluster-ip',
      'services/hairpin',
      'services/no-slow-connects',
      'services/source-address-kept',
      'services/traffic-policy-local',
    ],
  },
  'UDP fragments': { red: ['protocols/fragmented-datagrams'] },
  'idle connections forgotten': { red: ['protocols/held-connections'] },
  'pushes over idle connections forgotten': { red: ['protocols/held-connections'] },
  "a node's address twice": {
    red: [
      'addressing/one-owner-per-ip',
      'flat-network/node-to-node',
      ...datagramsApart.filter(
        (id) => !['flat-network/pod-to-pod-across-nodes', 'services/source-address-kept'].includes(id),
      ),
    ],
  },
  'source ports dropped': { red: ['protocols/tcp-and-udp-on-any-port'] },
  'kube-proxy stopped': { red: withoutProxy },
  "kube-proxy's rules flushed": { red: [...withoutProxy, 'services/api-server'] },
  'bridge not filtered': { red: ['services/cluster-ip', 'services/source-address-kept', 'services/no-slow-connects'] },
  "a node's datagrams to Services": {
    red: ['services/cluster-ip', 'services/node-port', 'services/traffic-policy-local'],
  },
  'pods on the host network behind Services': { red: ['services/cluster-ip'] },
  'answers through Services untranslated': {
    red: [
      'services/cluster-ip',
      'services/source-address-kept',
      'services/node-port',
      'services/endpoints-follow-pods',
    ],
  },
  'NodePorts dropped on one node': { red: ['services/node-port', 'services/traffic-policy-local'] },
  'masquerade of NodePorts': { red: ['services/traffic-policy-local'] },
  'affinity lost': { red: ['services/session-affinity'] },
  'stale connection tracking': { red: ['services/endpoints-follow-pods'] },
  'DNS dropped on one node': { red: ['services/dns'] },
  'API server dropped on one node': { red: ['services/api-server'] },
  'kube-proxy stuck while pods change': { red: ['services/endpoints-follow-pods'] },
  'masquerade through Services': { red: ['services/source-address-kept'] },
  'new connections limited': { red: ['services/no-slow-connects'] },
  'connections refused now and then': {
    red: ['protocols/tcp-and-udp-on-any-port'],
    mayBeRed: [
      'flat-network/pod-to-pod-across-nodes',
      'flat-network/new-pods-join',
      'protocols/any-size',
      'protocols/held-connections',
      'services/cluster-ip',
      'services/source-address-kept',
      'services/no-slow-connects',
      'services/node-port',
      'policy/open-by-default',
    ],
  },
  'no hairpin': { red: ['services/hairpin'] },
  'ports of Services dropped on one node': { red: ['services/cluster-ip', 'services/source-address-kept'] },
  'two proxy modes': { findings: ['services/proxy-mode'] },
  'small datagrams dropped': { red: ['protocols/any-size'] },
  'one length dropped': { red: ['protocols/any-size'] },
  'ends of connections dropped': { red: ['protocols/any-size'] },
  'flows cut off': { red: ['protocols/any-size'] },
  'streams cut off after 1 MiB': { red: ['protocols/any-size'] },
  'policies ignored': { red: ['policy/supported'] },
  'policies ignored on one node': { red: ['policy/on-every-node'] },
  'policies bypassed through Services on one node': {
    red: ['policy/egress', 'policy/ingress', 'policy/on-every-node'],
  },
  'policies leave high ports open on one node': {
    red: ['policy/egress', 'policy/ingress', 'policy/on-every-node', 'policy/peers', 'policy/ports'],
  },
  'policies leave high ports open through Services on one node': {
    red: ['policy/egress', 'policy/ingress', 'policy/on-every-node'],
  },
  'policies leave high ports of new pods open on one node': {
    red: ['policy/egress', 'policy/follows-changes', 'policy/ingress'],
  },
  'policies stay in force': { red: ['policy/lifts'] },
  'policy peers forgotten on one node': {
    red: ['policy/egress', 'policy/follows-changes', 'policy/ingress', 'policy/peers', 'policy/ports'],
  },
  'policies miss new pods': { red: ['policy/egress', 'policy/follows-changes', 'policy/ingress', 'policy/lifts'] },
  'asymmetric route': { red: apart },
  'policy routing': {
    red: [...datagramsApart, 'services/hairpin', 'services/traffic-policy-local', 'services/api-server'],
  },
  'solicitations lost': { red: ['flat-network/node-to-node'] },
  'stale neighbour': { red: ['flat-network/new-pods-join'] },
  'flow table full': {
    mayBeRed: [
      'flat-network/pod-to-pod-same-node',
      'flat-network/pod-to-pod-across-nodes',
      'flat-network/node-to-pod',
      'flat-network/node-to-pod-without-nat',
      'flat-network/pod-to-node',
      'flat-network/pod-to-node-without-nat',
      'flat-network/new-pods-join',
      'protocols/tcp-and-udp-on-any-port',
      'protocols/any-size',
      'protocols/fragmented-datagrams',
      'protocols/held-connections',
      'services/cluster-ip',
      'services/source-address-kept',
      'services/hairpin',
      'services/no-slow-connects',
      'services/api-server',
      'policy/open-by-default',
    ],
  },
  'tunnel port dropped': { red: tunnelDown },
  'MTU black hole under the tunnel': {
    red: ['protocols/any-size', 'protocols/fragmented-datagrams', 'services/cluster-ip'],
  },
  'Cilium’s agent stopped': { red: ['flat-network/new-pods-join'] },
  'Cilium’s programs detached from the tunnel': { red: tunnelDown },
};

describe('which clauses a fault turns red', () => {
  for (const { name, breaks } of faults)
    it(`follows from what it breaks: ${name}`, () => {
      const { red, mayBeRed, findings } = expectedOf(breaks);
      const known = snapshot[name] ?? {};
      expect({ name, red: red.toSorted(), mayBeRed, findings }).to.deep.equal({
        name: snapshot[name] === undefined ? 'a name in the snapshot' : name,
        red: (known.red ?? []).toSorted(),
        mayBeRed: known.mayBeRed ?? [],
        findings: known.findings ?? [],
      });
    });

  it('is known of no fault that is gone', () => {
    const names = new Set(faults.map(({ name }) => name));
    expect(Object.keys(snapshot).filter((name) => !names.has(name))).to.deep.equal([]);
  });

  it('is nothing where nothing is broken', () => {
    expect(expectedOf({})).to.deep.equal({ red: [], mayBeRed: [], findings: [], mayFind: [] });
  });

  it('may be fewer between two nodes, where there are too many nodes for all pairs', () => {
    const { breaks } = faults.find(({ name }) => name === 'missing route')!;
    const [of3, of10, of16] = [3, 10, 16].map((nodes) => expectedOf(breaks, { nodes }));
    // Many connections at once go to the next node only.
    const atOnce = 'services/no-slow-connects';
    expect(of3?.red).to.include(atOnce);
    for (const { red, mayBeRed } of [of10!, of16!]) {
      expect(red).to.deep.equal(of3?.red.filter((id) => id !== atOnce));
      expect(mayBeRed).to.deep.equal(of3?.mayBeRed);
    }
  });

  it('is the same in a larger cluster where a fault is one of a node, or of all', () => {
    for (const name of ['one node cut off', 'TCP dropped', 'NodePorts dropped on one node']) {
      const { breaks } = faults.find((fault) => fault.name === name)!;
      expect(expectedOf(breaks, { nodes: 10 }), name).to.deep.equal(expectedOf(breaks));
    }
  });

  it('may be spared of it where only some nodes take part', () => {
    const { breaks } = faults.find(({ name }) => name === 'one node cut off')!;
    expect(expectedOf(breaks, { nodes: 16 }).mayBeRed).to.deep.equal(['services/no-slow-connects']);
  });
});
