/** Legs through a Service and legs between the same pods at their own addresses are folded apart. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Cause, Edge } from '../../../lib/verdict/run.ts';
import { both, causesOf, drops, isPod, mesh, type Fault } from './mesh.ts';

const nodes = 3;

/** The same dials once more, to the pods by ClusterIPs, one for each. */
function throughServices(fault: Fault): Edge[] {
  return mesh({ nodes }, () => null)
    .filter(({ to }) => isPod(to))
    .map((edge): Edge => {
      const service = `${edge.to.probe}-of-${edge.to.node}`;
      const via = { service, kind: 'ClusterIP', node: null } as const;
      const through: Edge = { ...edge, port: 80, to: { ...edge.to, address: '198.19.0.1', via } };
      return { ...through, ...fault(through) };
    });
}

const evidenceOf = (causes: Cause[]): string[] => causes.flatMap(({ evidence }) => evidence);
const sound: Fault = () => null;

describe('traffic through Services', () => {
  it('that fails is told apart from traffic between the same pods', () => {
    const dead = drops(({ from, to }) => from.node === 'node-3' && to.node !== 'node-3');
    const causes = causesOf([...mesh({ nodes }, sound), ...throughServices(dead)]);
    expect(evidenceOf(causes)).to.deep.equal(['all traffic through ClusterIPs out of node-3 is lost (48 dials)']);
    expect(causes[0]?.likelyCause).to.match(
      /^kube-proxy, or what stands in for it, has no working rules for all traffic/,
    );
    expect(causes[0]?.lookWith).to.match(/^kubectl debug node\/node-3 /);
  });

  it('that a pod sends to itself is told as that, where it is the only pod', () => {
    const isThere = ({ from, to }: Edge): boolean =>
      [from, to].every((end) => !isPod(end) || (end.node === 'node-1' && end.probe === 'pod-a'));
    const direct = mesh({ nodes }, sound).filter(isThere);
    const lost = { outcome: 'timeout', answered: 0, responderSees: null } as const;
    const selves = direct
      .filter(({ from, to }) => isPod(from) && to.node === 'node-2')
      .map((edge): Edge => {
        const via = { service: 'pod-a-of-node-1', kind: 'ClusterIP', node: null } as const;
        const to = { ...edge.from, address: '198.19.0.1', via };
        return { ...edge, ...lost, id: `${edge.id} itself`, to, problems: ['timeout'] };
      });
    expect(selves).to.have.length(2);
    const causes = causesOf([...direct, ...throughServices(sound).filter(isThere), ...selves]);
    expect(evidenceOf(causes)).to.deep.equal([
      'all traffic through ClusterIPs from each pod of node-1 to itself is lost (2 dials)',
    ]);
    expect(causes[0]?.likelyCause).to.match(/^nothing comes back to the pod that sent it/);
  });

  it('that works does not excuse the path between the same pods', () => {
    const dead = drops(({ from, to }) => from.node === 'node-3' && to.node !== 'node-3' && isPod(to));
    const causes = causesOf([...mesh({ nodes }, dead), ...throughServices(sound)]);
    expect(evidenceOf(causes)).to.deep.equal(['all traffic to pods out of node-3 is lost (48 dials)']);
    expect(causes[0]?.likelyCause).not.to.include('kube-proxy');
  });

  it('that a node translates for nobody is told by the node that dials, wherever it goes, and by its Services', () => {
    const causes = causesOf([
      ...mesh({ nodes }, sound),
      ...throughServices(drops(({ from, answer }) => from.node === 'node-3' && !answer)),
    ]);
    expect(evidenceOf(causes)).to.deep.equal(['all traffic through ClusterIPs from node-3 is lost (32 dials)']);
    expect(causes[0]?.likelyCause).to.include(
      'from node-3 (the Services pod-a-of-node-1, pod-b-of-node-1, pod-a-of-node-2 and 3 more)',
    );
  });

  it('to pods on the host network is told by these, where Services with ordinary pods work', () => {
    const toHosts = mesh({ nodes }, sound)
      .filter(({ to }) => !isPod(to))
      .flatMap((edge): Edge[] => {
        const via = { service: `host-network-of-${edge.to.node}`, kind: 'ClusterIP', node: null } as const;
        const to = { ...edge.to, address: '198.19.0.2', via };
        const through: Edge = { ...edge, port: 8080, to };
        // A node reaches itself through its Service as well.
        const own: Edge = { ...through, id: `${edge.id} itself`, from: edge.to };
        return edge.from.node === edge.to.node && edge.from.probe === 'pod-a' ? [through, own] : [through];
      });
    const refuses =
      (isMeant: (edge: Edge) => boolean): Fault =>
      (edge) =>
        isMeant(edge) ? { outcome: 'timeout', problems: ['timeout'], answered: 0, responderSees: null } : null;
    const causesWhere = (isMeant: (edge: Edge) => boolean): string[] => {
      const fault = refuses(isMeant);
      const edges = toHosts.map((edge): Edge => ({ ...edge, ...fault(edge) }));
      return causesOf([...mesh({ nodes }, sound), ...throughServices(sound), ...edges]).map((one) => one.likelyCause);
    };
    const isOwn = ({ from, to }: Edge): boolean => from.node === 'node-2' && to.node === 'node-2';
    const own = causesWhere((edge) => isOwn(edge) && edge.protocol === 'UDP');
    expect(own.join()).to.match(
      /^Services with pods on the host network: newly opened traffic to nodes through ClusterIPs within node-2 over UDP \(the Service host-network-of-node-2\) is lost, and the same nodes answer at their own addresses: a filter on node-2 drops .* \(in INPUT/,
    );
    expect(own).to.have.length(1);
    const itself = causesWhere((edge) => isOwn(edge) && !isPod(edge.from));
    expect(itself.join()).to.match(
      /^Services with pods on the host network: node-to-node traffic through ClusterIPs within node-2 /,
    );
    const others = causesWhere(({ from, to }) => from.node === 'node-1' && to.node !== 'node-1');
    expect(others.join()).to.match(
      /^Services with pods on the host network: newly opened traffic to nodes through ClusterIPs out of node-1 \(the Services .*\) is lost/,
    );
  });

  it('to certain ports of a Service with several is told by these, and by the nodes that send it', () => {
    const ports = [8080, 80, 9000];
    const via = { service: 'many', kind: 'ClusterIP', node: null } as const;
    const isTaken = ({ from, port, protocol }: Edge): boolean =>
      from.node === 'node-2' && isPod(from) && port !== 8080 && protocol === 'TCP';
    const shared = ports.flatMap((port) =>
      throughServices(sound).map((edge): Edge => {
        const dialled: Edge = { ...edge, id: `${edge.id} ${port}`, port, to: { ...edge.to, via } };
        if (!isTaken(dialled)) return dialled;
        const to = { ...dialled.to, node: 'the Service many', probe: 'any' };
        return { ...dialled, to, outcome: 'timeout', problems: ['timeout'], answered: 0, responderSees: null };
      }),
    );
    const causes = causesOf([...mesh({ nodes }, sound), ...shared]);
    expect(causes.map(({ likelyCause }) => likelyCause).join()).to.match(
      /^what is sent through ClusterIPs from node-2 to ports 80, 9000 over TCP is lost, and at its other ports the same Service \(many\) answers/,
    );
    expect(causes).to.have.length(1);
  });

  it('to one of its ports at times is no matter of that port', () => {
    const via = { service: 'many', kind: 'ClusterIP', node: null } as const;
    const shared = [8080, 443].flatMap((port) =>
      throughServices(sound).map((edge): Edge => ({
        ...edge,
        id: `${edge.id} ${port}`,
        port,
        to: { ...edge.to, via },
      })),
    );
    const at = shared.findIndex(({ port, protocol }) => port === 443 && protocol === 'TCP');
    const refused: Edge = { ...shared[at]!, outcome: 'refused', problems: ['refused'], attempts: 29, answered: 27 };
    const causes = causesOf([...mesh({ nodes }, sound), ...shared.with(at, refused)]);
    expect(causes.map(({ likelyCause }) => likelyCause).join()).not.to.include('takes what is for this port');
  });

  it('by ports that nobody serves is refused, though a kernel says so now and then only', () => {
    const byPort = throughServices(sound).flatMap((edge, n) =>
      ['node-1', 'node-2'].map((node): Edge => {
        const via = { service: edge.to.via!.service, kind: 'NodePort', node } as const;
        const dialled: Edge = {
          ...edge,
          id: `${edge.id} ${node}`,
          port: 30_080,
          to: { ...edge.to, address: node, via },
        };
        if (node === 'node-1') return dialled;
        const problem = edge.protocol === 'TCP' || n % 3 === 0 ? 'refused' : 'timeout';
        const lostLeg = problem === 'timeout' ? { lostLeg: 'request' as const } : {};
        return { ...dialled, outcome: problem, problems: [problem], ...lostLeg };
      }),
    );
    // One with a pod on every node.
    const local = byPort.map((edge): Edge => {
      const via = { ...edge.to.via!, service: 'external-local' };
      return { ...edge, id: `${edge.id} local`, port: 30_081, to: { ...edge.to, via } };
    });
    const causes = causesOf([...mesh({ nodes }, sound), ...byPort, ...local]);
    expect(evidenceOf(causes)).to.deep.equal([
      `all traffic through NodePorts to node-2/node is refused (${byPort.length / 2} dials; ${local.length / 2} dials more through a Service with several backends)`,
    ]);
  });

  it('by the ports of one node is told by that node, whichever pods are behind them', () => {
    const byPort = throughServices(sound).flatMap((edge) =>
      ['node-1', 'node-2', 'node-3'].map((node): Edge => {
        const via = { service: edge.to.via!.service, kind: 'NodePort', node } as const;
        const dialled: Edge = { ...edge, id: `${edge.id} ${node}`, port: 30_080, to: { ...edge.to, via } };
        const lostLeg = edge.protocol === 'TCP' ? 'unknown' : 'request';
        return node === 'node-2' ? { ...dialled, outcome: 'timeout', problems: ['timeout'], lostLeg } : dialled;
      }),
    );
    const causes = causesOf([...mesh({ nodes }, sound), ...throughServices(sound), ...byPort]);
    expect(causes).to.have.length(1);
    expect(causes[0]?.evidence[0]).to.match(/^newly opened traffic through NodePorts to node-2\/node is lost/);
    expect(causes[0]?.likelyCause).to.match(/serves no NodePorts there, or a packet filter in front of the nodes/);
    expect(causes[0]?.lookWith).to.match(/^kubectl debug node\/node-2 /);
  });

  it('by the ports of one node is one cause where only what that node sends to itself gets through', () => {
    const byPort = mesh({ nodes }, sound)
      .filter(({ to }) => !isPod(to))
      .flatMap((edge): Edge[] => {
        const via = { service: `node-port-of-${edge.to.node}`, kind: 'NodePort', node: edge.to.node } as const;
        const by: Edge = { ...edge, port: 30_080, to: { ...edge.to, via } };
        const itself: Edge = { ...by, id: `${edge.id} itself`, from: edge.to };
        const lostLeg = edge.protocol === 'TCP' ? 'unknown' : 'request';
        if (edge.to.node !== 'node-2') return [by, itself];
        return [{ ...by, outcome: 'timeout', problems: ['timeout'], lostLeg }, itself];
      });
    const causes = causesOf([...mesh({ nodes }, sound), ...throughServices(sound), ...byPort]);
    expect(causes).to.have.length(1);
    expect(evidenceOf(causes).join()).to.match(/into node-2 is lost.*within node-2 is lost/);
  });

  it('by one port of a node from other nodes, and by another from its own pods, has two causes', () => {
    const byPort = mesh({ nodes }, sound)
      .filter(({ to }) => !isPod(to))
      .flatMap((edge) =>
        [30_080, 31_900].map((port): Edge => {
          const via = { service: `node-port-${port}`, kind: 'NodePort', node: edge.to.node } as const;
          const by: Edge = { ...edge, id: `${edge.id} ${port}`, port, to: { ...edge.to, via } };
          const isWithin = edge.from.node === 'node-2';
          if (edge.to.node !== 'node-2' || isWithin === (port === 31_900)) return by;
          const lostLeg = edge.protocol === 'TCP' ? 'unknown' : 'request';
          return { ...by, outcome: 'timeout', problems: ['timeout'], lostLeg };
        }),
      );
    expect(causesOf([...mesh({ nodes }, sound), ...throughServices(sound), ...byPort])).to.have.length(2);
  });

  it('to a pod whose address another has is one cause with that', () => {
    const isShared = ({ node, probe }: Edge['to']): boolean => node === 'node-2' && probe !== 'node';
    const twice = mesh({ nodes }, sound).map((edge): Edge => {
      const at = (end: Edge['from']): Edge['from'] => (isShared(end) ? { ...end, address: '198.18.2.2' } : end);
      const moved: Edge = { ...edge, from: at(edge.from), to: { ...edge.to, ...at(edge.to) } };
      return isShared(edge.to) ? { ...moved, outcome: 'timeout', problems: ['timeout'], lostLeg: 'request' } : moved;
    });
    const through = throughServices((edge) =>
      isShared(edge.to) ? { outcome: 'timeout', problems: ['timeout'], lostLeg: 'request' } : null,
    );
    const via = { service: 'all', kind: 'ClusterIP', node: null } as const;
    // A Service with several pods, of which one has that address: who answers there is no pod of the Service.
    const ofAll = through.map((edge): Edge => {
      if (!isShared(edge.to)) return { ...edge, to: { ...edge.to, via } };
      const socket = { address: '198.18.2.2', port: 8080 };
      return {
        ...edge,
        to: { node: 'the Service all', probe: 'any', address: '198.19.0.1', via },
        outcome: 'wrong responder',
        problems: ['wrong responder'],
        responderSees: { who: 'node-2/fresh-x', local: socket, peer: socket },
      };
    });
    expect(causesOf([...twice, ...through, ...ofAll]).map(({ likelyCause }) => likelyCause)).to.deep.equal([
      'the address management of the network plugin gives addresses away more than once',
    ]);
  });

  it('that takes a path which is dead between pods is one cause with that', () => {
    const dead = drops(({ from, to }) => from.node === 'node-1' && to.node === 'node-2');
    const causes = causesOf([...mesh({ nodes }, dead), ...throughServices(dead)]);
    expect(evidenceOf(causes)).to.have.length(1);
    expect(evidenceOf(causes)[0]).to.match(
      /^all traffic from node-1 to node-2 is lost \(36 dials; 24 dials more through Services\)$/,
    );
    expect(causes[0]?.likelyCause).not.to.include('kube-proxy');
  });

  it('beside a dead path has a cause of its own where it is lost elsewhere, too', () => {
    const dead = drops(({ from, to }) => from.node === 'node-1' && to.node === 'node-2');
    const within = drops(({ from, to }) => from.node === 'node-3' && to.node === 'node-3');
    const causes = causesOf([...mesh({ nodes }, dead), ...throughServices((edge) => dead(edge) ?? within(edge))]);
    expect(evidenceOf(causes)).to.have.length(2);
    expect(evidenceOf(causes)[1]).to.match(/^all traffic through ClusterIPs within node-3 is lost/);
  });

  it('to a Service with several pods is told with the path to one of them', () => {
    const dead = drops(({ from, to }) => from.node === 'node-1' && to.node === 'node-2');
    const shared = throughServices(sound).map((edge): Edge => {
      const via = { service: 'all', kind: 'ClusterIP', node: null } as const;
      if (edge.from.node !== 'node-1' || edge.to.node !== 'node-2') return { ...edge, to: { ...edge.to, via } };
      const to = { node: 'the Service all', probe: 'any', address: '198.19.0.1', via };
      return { ...edge, to, ...dead(edge), problems: ['timeout'], lostLeg: 'unknown' };
    });
    const [evidence = '', ...others] = evidenceOf(causesOf([...mesh({ nodes }, dead), ...shared]));
    expect(others).to.deep.equal([]);
    expect(evidence).to.match(/^all traffic from node-1 to node-2 is lost .* more through Services\)$/);
  });

  it('to a Service with several pods is told with the path to one that nobody reached', () => {
    const dead = drops(({ from, to }) => from.node !== to.node && [from, to].some((end) => isPod(end, 'node-2')));
    const via = { service: 'all', kind: 'ClusterIP', node: null } as const;
    const pods = [1, 2, 3].map((n) => ({ node: `node-${n}`, probe: 'pod-b' }));
    // Each client dials it once; flows that went to node-2 got nothing through.
    const shared = throughServices(sound)
      .filter(({ from, to }) => from.node === 'node-3' && to.node === 'node-1' && to.probe === 'pod-b')
      .map((edge): Edge => {
        const lossy = {
          problems: ['loss'] as Edge['problems'],
          attempts: 40,
          answered: 27,
          lostLeg: 'unknown',
        } as const;
        return { ...edge, to: { ...edge.to, via }, ...lossy };
      });
    const causes = causesOf([...mesh({ nodes }, dead), ...shared], { behind: new Map([['all', pods]]) });
    expect(causes.map(({ likelyCause }) => likelyCause)).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(/^node-2 does not forward for its pods/);
  });

  it('of pods of one node is told with what that node does not forward for them to others', () => {
    const acrossNodes = drops(
      ({ from, to }) => from.node !== to.node && [from, to].some((end) => isPod(end, 'node-2')),
    );
    const within = (node: string): Fault => drops(({ from, to }) => isPod(from, node) && isPod(to, node));
    const through = throughServices(both(acrossNodes, within('node-2')));
    const likely = (edges: Edge[]): string[] => causesOf(edges).map(({ likelyCause }) => likelyCause);
    const [cause, ...others] = likely([...mesh({ nodes }, acrossNodes), ...through]);
    expect(others).to.deep.equal([]);
    expect(cause).to.match(/^node-2 does not forward for its pods/);
    // Of another node's pods it is another fault; and where the pods reach others, it is one of the Services.
    const elsewhere = throughServices(both(acrossNodes, within('node-3')));
    expect(likely([...mesh({ nodes }, acrossNodes), ...elsewhere])).to.have.length(2);
    expect(likely([...mesh({ nodes }, sound), ...through])[0]).to.match(/^kube-proxy/);
  });

  const toThemselves = (): Edge[] =>
    throughServices(sound)
      .filter(({ from, to }) => from.node === to.node && from.probe !== 'node')
      .map((edge): Edge => ({ ...edge, from: { ...edge.from, probe: edge.to.probe, address: null } }));

  it('of which a node changes the source is one cause, though a pod that dials itself is always translated', () => {
    const seenFrom = (edge: Edge): Edge =>
      edge.responderSees === null
        ? edge
        : { ...edge, responderSees: { ...edge.responderSees, peer: { address: '198.18.2.1', port: 40_000 } } };
    const translated: Fault = (edge) =>
      isPod(edge.from, 'node-2') ? { ...seenFrom(edge), problems: ['source address translated'] } : null;
    const causes = causesOf([
      ...mesh({ nodes }, sound),
      ...throughServices(translated),
      ...toThemselves().map(seenFrom),
    ]);
    expect(evidenceOf(causes)).to.deep.equal([
      'all traffic from pods through ClusterIPs from node-2 arrives from another address (20 dials)',
    ]);
  });

  it('of pods to themselves is one cause, of one node or of all', () => {
    const itself = toThemselves();
    const lost = (edge: Edge): Edge => ({ ...edge, outcome: 'timeout', problems: ['timeout'], lostLeg: 'unknown' });
    const around = [...mesh({ nodes }, sound), ...throughServices(sound)];
    const onOne = itself.map((edge) => (edge.from.node === 'node-2' ? lost(edge) : edge));
    const [one, ...others] = causesOf([...around, ...onOne]);
    expect(one?.evidence).to.deep.equal([
      'all traffic through ClusterIPs from each pod of node-2 to itself is lost (4 dials)',
    ]);
    expect(one?.likelyCause).to.match(/^nothing comes back to the pod that sent it, .*hairpin mode/);
    expect(others).to.deep.equal([]);
    expect(evidenceOf(causesOf([...around, ...itself.map(lost)]))).to.deep.equal([
      'all traffic through ClusterIPs from each pod to itself is lost (12 dials)',
    ]);
  });

  it('of pods to themselves fails with what keeps the pods of their node apart', () => {
    const within = drops(({ from, to }) => from.node === 'node-2' && to.node === 'node-2' && isPod(from) && isPod(to));
    const selves = throughServices(within)
      .filter(({ from, to }) => from.node === to.node && isPod(from))
      .map((edge): Edge => ({ ...edge, from: { ...edge.from, probe: edge.to.probe, address: null } }));
    const causes = causesOf([...mesh({ nodes }, within), ...throughServices(within), ...selves]);
    expect(causes).to.have.length(1);
    expect(causes[0]?.likelyCause).to.include('keeps its own pods apart');
  });

  it('of all pods to themselves is claimed with what else stays on their node', () => {
    const within = drops(({ from, to }) => from.node === to.node);
    const hairpins = throughServices(within).filter(({ from, to }) => from.node === to.node);
    const selves = hairpins.map((edge): Edge => ({
      ...edge,
      from: { ...edge.from, probe: edge.to.probe, address: null },
    }));
    const causes = causesOf([...mesh({ nodes }, sound), ...throughServices(within), ...selves]);
    expect(evidenceOf(causes)).to.have.length(1);
    expect(evidenceOf(causes)[0]).to.match(/^all traffic through ClusterIPs within each node is lost/);
  });

  it('gives no address to several pods: that is what a Service is for', () => {
    const shared = throughServices((edge) =>
      edge.from.node === 'node-3' ? { outcome: 'refused', problems: ['refused'], responderSees: null } : null,
    );
    expect(
      causesOf(shared)
        .map(({ likelyCause }) => likelyCause)
        .join(),
    ).not.to.include('gives addresses away');
  });
});

describe('dials that get through, though they must not', () => {
  const heldBack: Partial<Edge> = { outcome: 'denied', answered: 0, responderSees: null };
  const denied = (edge: Edge, isDenied: boolean): Edge => ({
    ...edge,
    ...(isDenied ? heldBack : { problems: ['not denied'] }),
  });

  it('are told by where the others are held back, not by where packets pass otherwise', () => {
    const pods = mesh({ nodes }, sound).filter(({ from, to }) => isPod(from) && isPod(to));
    const causes = causesOf([...pods, ...pods.map((edge) => denied(edge, edge.to.node !== 'node-2'))]);
    expect(evidenceOf(causes)).to.have.length(2);
    expect(evidenceOf(causes)[0]).to.match(/^all traffic into node-2 gets through, though it must not/);
    expect(causes[0]?.likelyCause).to.match(/^the network plugin does not enforce NetworkPolicies on all traffic/);
  });

  it('and are held back show nothing of paths that are dead', () => {
    const dead = drops(({ from, to }) => from.node === 'node-1' && to.node === 'node-2');
    const edges = mesh({ nodes }, dead);
    const causes = causesOf([...edges, ...edges.map((edge) => denied(edge, true))]);
    expect(evidenceOf(causes)).to.deep.equal(['all traffic from node-1 to node-2 is lost (72 dials)']);
  });
});

describe('connections that open too slowly', () => {
  it('where many are opened at once are not a matter of source ports', () => {
    const round = { outcome: 'delivered', attempts: 60, answered: 20, deadFlows: 14 } as const;
    const [cause] = causesOf(
      throughServices(sound)
        .filter(({ protocol }) => protocol === 'TCP')
        .map((edge): Edge => {
          if (edge.from.node !== 'node-2') return edge;
          return { ...edge, problems: ['loss'], attempts: 120, answered: 40, rounds: [round, round] };
        }),
    );
    expect(cause?.likelyCause).to.match(
      /^the first SYN of .* from node-2 over TCP is dropped, .*: many were opened at once/,
    );
  });

  it('are told, though the same dials are sound where nobody asks how soon', () => {
    const edges = throughServices(sound).filter(({ protocol }) => protocol === 'TCP');
    const slow = edges.map((edge): Edge =>
      edge.to.node === 'node-2' && edge.from.node !== 'node-2'
        ? { ...edge, id: `${edge.id}-slow`, problems: ['slow to connect'] }
        : edge,
    );
    const pool = edges.map((edge, n): Edge => ({ ...edge, id: slow[n]!.id }));
    const [evidence = ''] = evidenceOf(causesOf([...slow, ...pool]));
    expect(evidence).to.match(/^all traffic through ClusterIPs into node-2 is slow to connect/);
  });
});
