/** What one node does not translate is one cause, by whichever kind of address a Service is dialled; what another does, or a filter drops, is not. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Cause, ClauseResult, Edge } from '../../../lib/verdict/run.ts';
import { clause } from '../report/sample-runs.ts';
import { both, causesOf, isPod, mesh, type Fault } from './mesh.ts';

const sound: Fault = () => null;
const direct = mesh({ nodes: 3 }, sound);

/** Every probe dials every pod through a Service of its own, by its ClusterIP and by the port of every node. */
function throughServices(fault: Fault): Edge[] {
  return direct
    .filter(({ to }) => isPod(to))
    .flatMap((edge) =>
      [null, 'node-1', 'node-2', 'node-3'].map((node): Edge => {
        const via = {
          service: `${edge.to.probe}-of-${edge.to.node}`,
          kind: node === null ? 'ClusterIP' : 'NodePort',
          node,
        } as const;
        const to = { ...edge.to, address: node ?? `10.96.${edge.to.node}.${edge.to.probe}`, via };
        const port =
          30_000 + Number(edge.to.node.slice(-1)) * 10 + edge.to.probe.length + (edge.to.probe === 'pod-a' ? 5 : 0);
        const through: Edge = { ...edge, id: `${edge.id} ${node}`, port: node === null ? 80 : port, to };
        return { ...through, ...fault(through) };
      }),
    );
}

/** And the nodes themselves, as pods on the host network, by ClusterIPs. */
const throughHostNetwork = (): Edge[] =>
  direct
    .filter(({ to }) => !isPod(to))
    .map((edge): Edge => {
      const via = { service: `host-network-of-${edge.to.node}`, kind: 'ClusterIP', node: null } as const;
      const to = { ...edge.to, address: `10.96.${edge.to.node}`, via };
      return { ...edge, id: `${edge.id} host network`, port: 80, to };
    });

const translator = ({ from, to: { via } }: Edge): string => via?.node ?? from.node;
const lost = (lostLeg: 'request' | 'reply' | 'unknown'): Partial<Edge> => ({
  outcome: 'timeout',
  problems: ['timeout'],
  answered: 0,
  responderSees: null,
  lostLeg,
});
const refused: Partial<Edge> = { outcome: 'refused', problems: ['refused'], answered: 0, responderSees: null };

/** What pods on other nodes send passes by connection tracking of node-1: neither answers nor questions are translated. Of datagrams most are refused in silence, and responders say that they came. */
const notTrackedOver =
  (...protocols: Edge['protocol'][]): Fault =>
  (edge) => {
    const { from, to, protocol } = edge;
    if (!protocols.includes(protocol) || translator(edge) !== 'node-1') return null;
    const isUdp = protocol === 'UDP';
    const isSilent = isUdp && [from.probe, to.probe].includes('pod-b');
    if (from.node !== 'node-1' && isPod(from)) return isSilent ? lost('request') : refused;
    return to.node === 'node-1' ? null : lost(isUdp ? 'reply' : 'unknown');
  };
const notTracked = notTrackedOver('UDP');

const causes = (fault: Fault, beside: ClauseResult[] = []): Cause[] =>
  causesOf([...direct, ...throughServices(fault)], { beside });

const follows = 'kube-proxy has not followed';
const stuck = (over: 'UDP' | 'TCP'): ClauseResult =>
  clause({
    id: 'services/endpoints-follow-pods',
    verdict: 'fail',
    edges: [],
    evidence: ['4 ways from node-1 did not follow'],
    likelyCause: follows,
    unanswered: [
      {
        from: { node: 'node-1', probe: 'pod-a' },
        protocol: over,
        family: 'IPv4',
        port: 80,
        isSilent: true,
        to: ['node-2'],
      },
    ],
  });

describe('a node that does not translate', () => {
  it('answers of other nodes’ pods has one cause, by ClusterIPs, NodePorts, and where endpoints are not followed', () => {
    const [cause, ...others] = causes(notTracked, [stuck('UDP')]);
    expect(others).to.deep.equal([]);
    expect(cause?.likelyCause).to.match(
      /^answers through Services over UDP are not translated back on node-1: pods got what was sent through ClusterIPs and NodePorts there, and answered/,
    );
    expect(cause?.evidence.slice(0, 2).map((one) => one.replace(/ \(.*/, ''))).to.deep.equal([
      'answering traffic through Services that node-1 translates to pods of other nodes over UDP is lost',
      'all traffic from pods through NodePorts into node-1 over UDP is refused',
    ]);
    expect(cause?.evidence).to.include('4 ways from node-1 did not follow');
  });

  it('has one cause, too, where Services with pods on the host network are spared', () => {
    for (const over of [['UDP'], ['TCP']] as const) {
      const edges = [...direct, ...throughServices(notTrackedOver(...over)), ...throughHostNetwork()];
      const [cause, ...others] = causesOf(edges);
      expect(others).to.deep.equal([]);
      expect(cause?.evidence[0]).to.match(
        /traffic through Services that node-1 translates to ordinary pods of other nodes over /,
      );
    }
  });

  it('has one cause as well over TCP, of which no responder says anything, and over both', () => {
    const [tcp, ...none] = causes(notTrackedOver('TCP'));
    expect(none).to.deep.equal([]);
    expect(tcp?.likelyCause).to.match(
      /on node-1 has no working rules for all traffic through Services that node-1 translates to pods of other nodes over TCP .* passes by connection tracking; unless/,
    );
    const [of, ...others] = causes(notTrackedOver('TCP', 'UDP'));
    expect(others).to.deep.equal([]);
    expect(of?.likelyCause).to.match(/^answers through Services are not translated back on node-1/);
  });

  it('does not explain that endpoints are not followed over another protocol', () => {
    const told = causes(notTracked, [stuck('TCP')]).map(({ likelyCause }) => likelyCause);
    expect(told).to.have.length(2);
    expect(told).to.include(follows);
  });

  it('what it and its pods dial has one cause, over one protocol or both', () => {
    const dials: Fault = (edge) =>
      edge.from.node === 'node-1' && translator(edge) === 'node-1'
        ? lost(edge.protocol === 'UDP' ? 'request' : 'unknown')
        : null;
    const overTcp: Fault = (edge) => (edge.protocol === 'TCP' ? dials(edge) : null);
    for (const [fault, over] of [
      [dials, ''],
      [overTcp, ' over TCP'],
    ] as const) {
      const [cause, ...others] = causes(fault);
      expect(others).to.deep.equal([]);
      expect(cause?.evidence[0]).to.match(
        new RegExp(`through Services from node-1 that it translates itself${over} is lost`),
      );
      expect(cause?.likelyCause).to.match(/^kube-proxy, or what stands in for it, on node-1 has no working rules for /);
    }
  });

  it('and refuses at its own ports has one cause, and two where another node refuses', () => {
    const noRules =
      (refusing: string): Fault =>
      ({ from, to: { via } }) =>
        via?.kind === 'NodePort'
          ? via.node === refusing
            ? refused
            : null
          : from.node === 'node-1'
            ? lost('unknown')
            : null;
    const [cause, ...others] = causes(noRules('node-1'));
    expect(others).to.deep.equal([]);
    expect(cause?.likelyCause).to.match(/has no working rules for .* through ClusterIPs from node-1 \(the Services/);
    expect(cause?.evidence.join('\n')).to.match(/through NodePorts to node-1\/node is refused/);
    expect(causes(noRules('node-2'))).to.have.length(2);
  });

  it('and a filter of a protocol, or of one pod’s Service, before its ports stay two causes', () => {
    const answers: Fault = (edge) =>
      edge.protocol === 'UDP' &&
      edge.to.via?.kind === 'ClusterIP' &&
      edge.from.node === 'node-1' &&
      edge.to.node !== 'node-1'
        ? lost('reply')
        : null;
    const ports =
      (is: (edge: Edge) => boolean): Fault =>
      (edge) =>
        edge.to.via?.node === 'node-1' && edge.from.node !== 'node-1' && is(edge)
          ? lost(edge.protocol === 'UDP' ? 'request' : 'unknown')
          : null;
    const told = (is: (edge: Edge) => boolean): Cause[] => causes(both(answers, ports(is)));
    expect(told(({ protocol }) => protocol === 'TCP')).to.have.length(2);
    expect(told(({ protocol }) => protocol === 'UDP')).to.have.length(2);
    expect(told(({ to }) => to.node === 'node-3' && to.probe === 'pod-a')).to.have.length(2);
  });
});
