/** Each planted kind of fault, in meshes of three and five nodes: the words that name it, and the likely cause. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Leg } from '../../../lib/diagnosis/folding/observations.ts';
import { isBridged } from '../../../lib/diagnosis/folding/pattern.ts';
import type { Edge } from '../../../lib/verdict/run.ts';
import { both, causesOf, drops, isPod, mesh, type Fault, type MeshOptions } from './mesh.ts';

interface Case {
  fault: string;
  plant: Fault;
  mesh?: Partial<MeshOptions>;
  /** How each cause's evidence begins, up to its verb; no more causes than these. */
  evidence: string[];
  causes: RegExp[];
}

const crossing = (end: Pick<Leg, 'from' | 'to'>, node: string): boolean =>
  end.from.node !== end.to.node && (isPod(end.from, node) || isPod(end.to, node));

const forwarded = (end: Pick<Leg, 'from' | 'to'>, node: string): boolean =>
  crossing(end, node) || (isPod(end.from, node) && isPod(end.to, node));

const masquerade: Fault = (edge) =>
  isPod(edge.from, 'node-2') && isPod(edge.to) && edge.to.node !== 'node-2'
    ? translated(edge, 'source address translated', { address: '198.18.2.1', port: 50_000 })
    : null;

function translated(edge: Edge, problem: Edge['problems'][number], peer: { address: string; port: number }) {
  const { responderSees } = edge;
  return { problems: [problem], responderSees: responderSees === null ? null : { ...responderSees, peer } };
}

const wrongResponder: Fault = (edge) =>
  edge.from.node === 'node-1' && edge.to.node === 'node-2' && edge.to.probe === 'pod-a'
    ? {
        outcome: 'wrong responder',
        problems: ['wrong responder'],
        responderSees: edge.responderSees === null ? null : { ...edge.responderSees, who: 'node-2/pod-b' },
      }
    : null;

/** Both pods of node-2 have one address, and the second one gets what is meant for either. */
const oneAddressTwice: Fault = (edge) => {
  const address = '198.18.2.2';
  const isDoubled = (end: Edge['from']): boolean => isPod(end, 'node-2');
  const given = (end: Edge['from']): Edge['from'] => (isDoubled(end) ? { ...end, address } : end);
  const ends = { from: given(edge.from), to: given(edge.to) };
  if (isDoubled(edge.from) && edge.from.probe === 'pod-a')
    return { ...ends, outcome: 'timeout', problems: ['timeout'], lostLeg: 'reply', responderSees: null };
  if (isDoubled(edge.to) && edge.to.probe === 'pod-a')
    return edge.protocol === 'TCP'
      ? { ...ends, outcome: 'refused', problems: ['refused'], responderSees: null }
      : { ...ends, outcome: 'wrong responder', problems: ['wrong responder'] };
  return ends;
};

/** The pods of node-2 have other addresses, which a translation 1:1 hides from everybody else. */
const hidden: Fault = (edge) => {
  const isOurs = (end: Edge['from']): boolean => isPod(end, 'node-2');
  const other = (address: string): string => address.replace(/\d+$/, (last) => `${Number(last) + 200}`);
  const { diallerSees, responderSees } = edge;
  if (diallerSees === null || responderSees === null || (!isOurs(edge.from) && !isOurs(edge.to))) return null;
  const problems: Edge['problems'] = [];
  // Each by itself: cloned together they would go on sharing sockets.
  const views = { diallerSees: structuredClone(diallerSees), responderSees: structuredClone(responderSees) };
  if (isOurs(edge.from)) {
    views.diallerSees.local.address = other(diallerSees.local.address);
    problems.push('source address translated');
  }
  if (isOurs(edge.to)) {
    views.responderSees.local.address = other(responderSees.local.address);
    problems.push('destination address translated');
  }
  return { ...views, problems };
};

/** A stranger has pod-a's address on node-2: it answers over UDP and refuses over TCP, and what answers pod-a comes to it. */
const stranger: Fault = ({ from, to, protocol }) => {
  const isTaken = (end: Edge['from']): boolean => end.node === 'node-2' && end.probe === 'pod-a';
  if (isTaken(from)) return { outcome: 'timeout', problems: ['timeout'], lostLeg: 'reply', responderSees: null };
  if (!isTaken(to)) return null;
  return protocol === 'TCP'
    ? { outcome: 'refused', problems: ['refused'], responderSees: null }
    : { outcome: 'wrong responder', problems: ['wrong responder'] };
};

const lossy: Fault = ({ from, to, protocol }) => {
  const hit = { problems: ['loss' as const], attempts: 220, answered: 154 };
  if (protocol === 'TCP') return null;
  if (from.node === 'node-1' && isPod(to, 'node-2')) return { ...hit, lostLeg: 'request' };
  return to.node === 'node-1' && isPod(from, 'node-2') ? { ...hit, lostLeg: 'reply' } : null;
};

const cases: Case[] = [
  {
    fault: 'a missing route',
    plant: drops((leg) => leg.from.node === 'node-1' && isPod(leg.to, 'node-2')),
    evidence: ['all traffic to pods from node-1 to node-2 is lost'],
    causes: [/^node-1 has no working route to the pods of node-2, or a wrong neighbour entry/],
  },
  {
    fault: 'a node without routes to any pod, its own included',
    plant: drops((leg) => isPod(leg.to) && [leg.from.node, leg.to.node].includes('node-1') && !isBridged(leg)),
    evidence: ['all traffic to pods that node-1 routes is lost'],
    causes: [/^node-1 has no working routes to pods, neither to its own nor to those of other nodes: a rule of policy/],
  },
  {
    fault: "a stale neighbour entry for a pod's address",
    plant: drops((leg) => leg.to.node === 'node-2' && leg.to.probe === 'pod-b' && !isBridged(leg)),
    evidence: ['all traffic that is routed to node-2/pod-b is lost'],
    causes: [
      /^node-2 does not pass on to node-2\/pod-b what it routes, though pods of the same node reach it: a neighbour/,
    ],
  },
  {
    fault: 'one node cut off',
    plant: drops((leg) => crossing(leg, 'node-3')),
    evidence: ['all traffic between the pods of node-3 and other nodes is lost'],
    causes: [/^node-3 does not forward for its pods/],
  },
  {
    fault: 'UDP dropped on one node',
    plant: drops((leg) => leg.protocol === 'UDP' && crossing(leg, 'node-3')),
    evidence: ['all traffic between the pods of node-3 and other nodes over UDP is lost'],
    causes: [/^a packet filter on node-3 drops .* over UDP$/],
  },
  {
    fault: 'TCP dropped on one node',
    plant: drops((leg) => leg.protocol === 'TCP' && crossing(leg, 'node-3')),
    evidence: ['all traffic between the pods of node-3 and other nodes over TCP is lost'],
    causes: [/^a packet filter on node-3 drops .* over TCP$/],
  },
  {
    fault: 'high ports dropped between nodes',
    plant: drops((leg) => !leg.answer && leg.port > 40_000 && leg.from.node !== leg.to.node),
    mesh: { ports: [80, 443, 40_001, 65_535] },
    evidence: ['all traffic between nodes on ports 40001-65535 is lost'],
    causes: [/^a packet filter on the path drops .* ports 40001-65535$/],
  },
  {
    fault: 'low ports dropped towards one node',
    plant: drops((leg) => !leg.answer && leg.port < 1_024 && leg.from.node !== leg.to.node && isPod(leg.to, 'node-2')),
    mesh: { ports: [1, 80, 1_023, 1_024, 65_535] },
    evidence: ['all traffic into node-2 on ports 1-1023 is lost'],
    causes: [/^a packet filter on node-2 drops .* ports 1-1023$/],
  },
  {
    fault: 'ports on both sides of one that is open',
    plant: drops(
      ({ from, to, port, answer, protocol }) =>
        !answer && protocol === 'TCP' && to.node !== from.node && isPod(to, 'node-2') && ![80, 443].includes(port),
    ),
    mesh: { ports: [1, 22, 80, 443, 8_080, 65_535] },
    evidence: [
      'all traffic into node-2 over TCP on ports 1-22 is lost',
      'all traffic to pods into node-2 over TCP on ports 8080-65535 is lost',
    ],
    causes: [/on ports 1-22$/, /on ports 8080-65535$/],
  },
  {
    fault: 'answers dropped by a stateless filter',
    plant: drops(
      ({ from, to, answer, protocol }) => answer && protocol === 'TCP' && from.node !== to.node && isPod(to, 'node-2'),
    ),
    evidence: ['answering traffic to pods into node-2 over TCP is lost'],
    causes: [/^a stateless packet filter .* drops answering traffic to pods into node-2 over TCP/],
  },
  {
    fault: 'new connections to one node’s pods dropped by a filter that remembers',
    plant: drops(
      ({ from, to, answer, protocol }) => !answer && protocol === 'TCP' && from.node !== to.node && isPod(to, 'node-3'),
    ),
    evidence: ['newly opened traffic to pods into node-3 over TCP is lost'],
    causes: [
      /^a packet filter on the path drops newly opened .*: it only admits connections opened from its own side$/,
    ],
  },
  {
    fault: 'new connections to nodes’ own ports dropped everywhere',
    plant: drops(({ from, to, answer }) => !answer && from.node !== to.node && to.probe === 'node'),
    evidence: ['newly opened traffic to nodes between nodes is lost'],
    causes: [/firewall in front of the nodes' ports/],
  },
  {
    fault: 'packets for one pod sent astray by one node, and another node cut off',
    plant: both(
      wrongResponder,
      drops((leg) => crossing(leg, 'node-3')),
    ),
    evidence: [
      'all traffic from node-1 to node-2/pod-a does not reach its destination',
      'all traffic between the pods of node-3 and other nodes is lost',
    ],
    causes: [/^a DNAT rule/, /^node-3 does not forward/],
  },
  {
    fault: 'pods of one node kept apart',
    plant: drops(({ from, to }) => isPod(from, 'node-2') && isPod(to, 'node-2')),
    evidence: ['pod-to-pod traffic within node-2 is lost'],
    causes: [/of node-2 keeps its own pods apart$/],
  },
  {
    fault:
      'nothing forwarded for the pods of one node, nor between two of them, as their bridge passes the same filter',
    plant: drops((leg) => forwarded(leg, 'node-3')),
    evidence: ['all traffic that node-3 forwards is lost'],
    causes: [
      /^node-3 does not forward for its pods, neither between them nor to and from other nodes: a FORWARD policy/,
    ],
  },
  {
    fault: 'the same of TCP alone',
    plant: drops((leg) => leg.protocol === 'TCP' && forwarded(leg, 'node-3')),
    evidence: ['all traffic that node-3 forwards over TCP is lost'],
    causes: [/^a packet filter on node-3 drops all traffic that node-3 forwards over TCP$/],
  },
  {
    fault: 'the same of IPv6 alone',
    plant: drops((leg) => leg.family === 'IPv6' && forwarded(leg, 'node-3')),
    mesh: { families: ['IPv4', 'IPv6'] },
    evidence: ['all traffic that node-3 forwards over IPv6 is lost'],
    causes: [/^node-3 does not forward IPv6 for its pods, neither between them/],
  },
  {
    fault: 'the same between pods alone',
    plant: drops((leg) => isPod(leg.from) && isPod(leg.to) && forwarded(leg, 'node-3')),
    evidence: ['pod-to-pod traffic that node-3 forwards is lost'],
    causes: [/^node-3 does not forward for its pods, neither between them/],
  },
  {
    fault: 'some ports of what one node forwards',
    plant: drops((leg) => !leg.answer && leg.port < 1_024 && isPod(leg.to) && forwarded(leg, 'node-3')),
    mesh: { ports: [1, 80, 1_023, 1_024, 65_535] },
    evidence: ['all traffic that node-3 forwards on ports 1-1023 is lost'],
    causes: [/^a packet filter on node-3 drops all traffic that node-3 forwards on ports 1-1023$/],
  },
  {
    fault: 'whatever begins or ends at one node',
    plant: drops(({ from, to }) => from.node === 'node-3' || to.node === 'node-3'),
    evidence: ['all traffic at node-3 is lost'],
    causes: [/^node-3 drops all traffic at node-3, within it as well as across/],
  },
  {
    fault: 'payloads of what one node forwards damaged',
    plant: (edge) =>
      forwarded(edge, 'node-1') && isPod(edge.from) && isPod(edge.to)
        ? { outcome: 'corrupted', problems: ['corrupted'] }
        : null,
    evidence: ['pod-to-pod traffic that node-1 forwards arrives damaged'],
    causes: [/^a device or offload/],
  },
  {
    fault: 'loss in one direction',
    plant: lossy,
    evidence: [
      'all traffic to pods from node-1 to node-2 over UDP loses packets: 792 of 2640 datagrams or their answers, 30 %',
    ],
    causes: [/^a lossy link/],
  },
  {
    fault: 'masquerade between pods',
    plant: masquerade,
    evidence: ['pod-to-pod traffic out of node-2 arrives from another address'],
    causes: [/are translated \(SNAT, masquerade\) by node-2 \(to 198\.18\.2\.1\)$/],
  },
  {
    fault: 'masquerade towards nodes',
    plant: (edge) =>
      isPod(edge.from, 'node-1') && edge.to.probe === 'node' && edge.to.node !== 'node-1'
        ? translated(edge, 'source address translated', { address: '198.18.1.1', port: 50_000 })
        : null,
    evidence: ['pod-to-node traffic out of node-1 arrives from another address'],
    causes: [/by node-1 \(to 198\.18\.1\.1\); many plugins do this by default/],
  },
  {
    fault: 'port translation',
    plant: (edge) =>
      isPod(edge.from, 'node-1') && edge.to.node !== 'node-1'
        ? translated(edge, 'source port translated', { address: edge.from.address ?? '', port: 20_001 })
        : null,
    evidence: ['all traffic from pods out of node-1 arrives from another port'],
    causes: [/^an SNAT rule with a port range.* keeps the address$/],
  },
  {
    fault: 'a proxy for TCP on each node',
    plant: (edge) =>
      edge.from.probe !== 'node' && edge.to.probe !== 'node' && edge.protocol === 'TCP'
        ? translated(edge, 'source port translated', { address: edge.from.address ?? '', port: 20_001 })
        : null,
    evidence: ['pod-to-pod traffic everywhere over TCP arrives from another port'],
    causes: [/^a proxy in between accepts TCP connections.* ambient mode/],
  },
  {
    fault: 'a wrong responder',
    plant: wrongResponder,
    evidence: ['all traffic from node-1 to node-2/pod-a does not reach its destination'],
    causes: [/^a DNAT rule sends .* to node-2\/pod-b, or two pods have the address 198\.18\.2\.2$/],
  },
  {
    fault: 'a stranger at the address of a pod',
    plant: stranger,
    evidence: ['all traffic to node-2/pod-a does not reach its destination'],
    causes: [/^a DNAT rule sends .* or two pods have the address 198\.18\.2\.2$/],
  },
  {
    fault: 'one port of all pods sent to somebody else by one node',
    plant: ({ from, to, port, protocol }) =>
      isPod(from, 'node-2') && isPod(to) && port === 53 && protocol === 'UDP'
        ? { outcome: 'wrong responder', problems: ['wrong responder'], answered: 0, responderSees: null }
        : null,
    mesh: { ports: [53, 80] },
    evidence: [
      'all traffic from pods out of node-2 over UDP on port 53 does not reach its destination',
      'all traffic from pods within node-2 over UDP on port 53 does not reach its destination',
    ],
    causes: [/^a DNAT rule sends .* on port 53 and .* within node-2 over UDP on port 53 to somebody else$/],
  },
  {
    fault: 'pods whose other address is hidden',
    plant: hidden,
    evidence: [
      'node-2/pod-a is 198.18.2.2 in the API, but 198.18.2.202 by its own sockets',
      'node-2/pod-b is 198.18.2.3 in the API, but 198.18.2.203 by its own sockets',
    ],
    causes: [/^pods have other addresses than the API says: a translation 1:1 hides it/],
  },
  {
    fault: 'an address that was given twice',
    plant: oneAddressTwice,
    evidence: ['198.18.2.2 belongs to node-2/pod-a and node-2/pod-b'],
    causes: [/^the address management of the network plugin gives addresses away more than once$/],
  },
  {
    fault: 'an address that was given twice, and another fault',
    plant: both(
      drops(({ from, to }) => isPod(from, 'node-3') && isPod(to, 'node-3')),
      oneAddressTwice,
    ),
    evidence: ['pod-to-pod traffic within node-3 is lost', '198.18.2.2 belongs to node-2/pod-a and node-2/pod-b'],
    causes: [/keeps its own pods apart/, /gives addresses away more than once/],
  },
  {
    fault: 'IPv6 not forwarded by one node',
    plant: drops((leg) => leg.family === 'IPv6' && crossing(leg, 'node-3')),
    mesh: { families: ['IPv4', 'IPv6'] },
    evidence: ['all traffic between the pods of node-3 and other nodes over IPv6 is lost'],
    causes: [/does not forward IPv6 for its pods/],
  },
  {
    fault: 'everything broken',
    plant: drops(() => true),
    evidence: ['all traffic everywhere is lost'],
    causes: [/^all traffic everywhere is lost: the tunnel/],
  },
  {
    fault: 'nothing passes between nodes',
    plant: drops(({ from, to }) => from.node !== to.node),
    evidence: ['all traffic between nodes is lost'],
    causes: [/^all traffic between nodes is lost: the tunnel/],
  },
  {
    fault: 'no overlay between nodes',
    plant: drops(({ from, to }) => from.node !== to.node && isPod(from) && isPod(to)),
    evidence: ['pod-to-pod traffic between nodes is lost'],
    causes: [/^pod-to-pod traffic between nodes is lost: the tunnel/],
  },
  {
    fault: 'one pod dead',
    plant: drops(({ from, to }) => [from, to].some((end) => end.node === 'node-2' && end.probe === 'pod-a')),
    evidence: ['all traffic to and from node-2/pod-a is lost'],
    causes: [/^a route or a packet filter on the path of all traffic to and from node-2\/pod-a$/],
  },
  {
    fault: 'one pod not reached',
    plant: drops(({ to }) => to.node === 'node-2' && to.probe === 'pod-a'),
    evidence: ['all traffic to node-2/pod-a is lost'],
    causes: [/^a route or a packet filter on the path of all traffic to node-2\/pod-a$/],
  },
  {
    fault: 'rejection on one node',
    plant: ({ from, to }) =>
      isPod(to, 'node-3') && from.node !== 'node-3' ? { outcome: 'refused', problems: ['refused'] } : null,
    evidence: ['all traffic to pods into node-3 is refused'],
    causes: [/rejects all traffic to pods into node-3$/],
  },
  {
    fault: 'payloads damaged on one node',
    plant: ({ from, to }) =>
      [from, to].some((end) => isPod(end, 'node-1')) && isPod(from) && isPod(to) && from.node !== to.node
        ? { outcome: 'corrupted', problems: ['corrupted'] }
        : null,
    evidence: ['pod-to-pod traffic into and out of node-1 arrives damaged'],
    causes: [/^a device or offload/],
  },
  {
    fault: 'two faults of one symptom',
    plant: both(
      drops((leg) => leg.from.node === 'node-1' && isPod(leg.to, 'node-2')),
      drops(({ from, to }) => isPod(from, 'node-3') && isPod(to, 'node-3')),
    ),
    evidence: ['all traffic to pods from node-1 to node-2 is lost', 'pod-to-pod traffic within node-3 is lost'],
    causes: [/route to the pods of node-2/, /keeps its own pods apart/],
  },
  {
    fault: 'two faults of two symptoms',
    plant: both(masquerade, wrongResponder),
    evidence: [
      'pod-to-pod traffic out of node-2 arrives from another address',
      'all traffic from node-1 to node-2/pod-a does not reach its destination',
    ],
    causes: [/masquerade/, /DNAT/],
  },
  {
    fault: 'a link between two nodes that is down',
    plant: drops(({ from, to }) => [from.node, to.node].toSorted().join() === 'node-1,node-2'),
    evidence: ['all traffic between node-1 and node-2 is lost'],
    causes: [/on the path of all traffic between node-1 and node-2$/],
  },
];

describe('diagnosis', () => {
  for (const { fault, plant, mesh: over, evidence, causes } of cases)
    for (const nodes of [3, 5])
      it(`names ${fault} among ${nodes} nodes, and nothing else`, () => {
        const found = causesOf(mesh({ nodes, ...over }, plant));
        expect(found.flatMap((cause) => cause.evidence.map(withoutCount))).to.have.members(evidence);
        for (const words of causes)
          expect(
            found.map((cause) => cause.likelyCause).filter((one) => words.test(one)),
            String(words),
          ).to.have.length(1);
        expect(found).to.have.length(causes.length);
      });

  it('names both of two nodes: either may be at fault', () => {
    const [cause, ...more] = causesOf(
      mesh(
        { nodes: 2 },
        drops(({ from, to }) => from.node === 'node-1' && to.node === 'node-2'),
      ),
    );
    expect(cause?.likelyCause).to.match(/^node-1 has no working route to node-2 and its pods, .* or node-2 drops/);
    expect(cause?.lookWith).to.include('node/node-1').and.to.include('neigh');
    expect(more).to.deep.equal([]);
  });

  it('has nothing to say of a sound mesh', () => {
    expect(causesOf(mesh({ nodes: 3 }, () => null))).to.deep.equal([]);
  });
});

function withoutCount(sentence: string): string {
  return sentence.replace(/ \(\d+ dials?( from or to it fails?)?(; \d+ dials? more [^)]*)?\)$/, '');
}
