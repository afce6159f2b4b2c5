import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Edge } from '../../../lib/verdict/run.ts';
import { clause } from '../report/sample-runs.ts';
import { causesOf, isPod, mesh, type Fault } from './mesh.ts';

/** What goes between such ends from a port below 1024 is dropped: dials from such ports, and answers of servers on them. */
const dropsLow =
  (isDropped: (sender: Edge['from'], receiver: Edge['from']) => boolean): Fault =>
  ({ from, to, port, protocol, diallerSees }) => {
    const lost = { outcome: 'timeout', answered: 0, responderSees: null } as const;
    if (isDropped(from, to) && (diallerSees?.local.port ?? 0) < 1_024)
      return { ...lost, problems: ['timeout'], lostLeg: protocol === 'TCP' ? 'unknown' : 'request' };
    return isDropped(to, from) && port < 1_024 ? { ...lost, problems: ['timeout'], lostLeg: 'reply' } : null;
  };

/** What comes into node-2's pods. */
const lowPorts = dropsLow((sender, receiver) => isPod(receiver, 'node-2') && sender.node !== 'node-2');

/** All that node-2 forwards: into its pods, out of them and between them. */
const lowPortsOf = dropsLow((...ends) => ends.some((end) => isPod(end, 'node-2')));

/** Every fourth dial of a pod is from a low port. */
function dialled(): Edge[] {
  return mesh({ nodes: 3, ports: [53, 80, 443, 9_100, 32_000] }, () => null).map((edge, n) => {
    const { from, diallerSees } = edge;
    if (diallerSees === null || from.probe === 'node' || n % 4 > 0) return edge;
    return { ...edge, diallerSees: { ...diallerSees, local: { ...diallerSees.local, port: 700 + (n % 300) } } };
  });
}

describe('packets dropped for the port that they come from', () => {
  it('are one cause, of questions and answers alike', () => {
    const causes = causesOf(dialled().map((edge) => ({ ...edge, ...lowPorts(edge) })));
    expect(causes.map(({ likelyCause }) => likelyCause)).to.deep.equal([
      'a packet filter on the way drops all traffic to pods into node-2 from source ports below 1024: by source port, which says nothing about the sender',
    ]);
  });

  it('are one cause, too, of all that a node forwards, and of DNS servers there that nobody hears', () => {
    const way = { protocol: 'UDP', family: 'IPv4', port: 53, isSilent: true } as const;
    const unanswered = [
      { ...way, from: { node: 'node-2', probe: 'pod-a' }, to: ['node-1', 'node-2'] },
      { ...way, from: { node: 'node-1', probe: 'pod-a' }, to: ['node-1', 'node-2'], isSilent: false },
    ];
    const dns = clause({
      id: 'services/dns',
      level: 'SHOULD',
      verdict: 'fail',
      edges: [],
      likelyCause: 'DNS',
      unanswered,
    });
    const causes = causesOf(
      dialled().map((edge) => ({ ...edge, ...lowPortsOf(edge) })),
      { beside: [dns] },
    );
    expect(causes.map(({ likelyCause }) => likelyCause)).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(/all traffic that node-2 forwards from source ports below 1024/);
    expect(causes[0]?.clauses).to.include('services/dns');
  });
});

/** Nothing comes in from other nodes to ports from 32768 on: answers to whoever dials as usual, and what is dialled there. */
const usualPorts: Fault = (edge) => {
  const { from, to, port, protocol, diallerSees } = edge;
  if (protocol !== 'TCP') return null;
  const isInto = (end: typeof from, other: typeof from): boolean => isPod(end, 'node-2') && other.node !== 'node-2';
  const lost = { outcome: 'timeout', answered: 0, responderSees: null } as const;
  if (isInto(to, from) && port >= 32_768) return { ...lost, problems: ['timeout'], lostLeg: 'unknown' };
  return isInto(from, to) && (diallerSees?.local.port ?? 0) >= 32_768
    ? { ...lost, problems: ['timeout'], lostLeg: 'reply' }
    : null;
};

describe('answers that are dropped for the port that they go to', () => {
  it('are lost to whoever dials as usual, though dials from chosen ports are answered', () => {
    const ports = [80, 443, 9_100, 33_000, 60_000];
    const edges = mesh({ nodes: 3, ports }, () => null).map((edge): Edge => {
      const { from, port, diallerSees } = edge;
      if (diallerSees === null || from.probe !== 'pod-a' || !ports.includes(port)) return edge;
      const local = { ...diallerSees.local, port: 20_000 + port / 100 };
      return { ...edge, sourcePortChosen: true, diallerSees: { ...diallerSees, local } };
    });
    const causes = causesOf(edges.map((edge) => ({ ...edge, ...usualPorts(edge) })));
    expect(causes).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(
      /^a stateless packet filter .* drops all traffic to pods into node-2 over TCP on ports .*, requests and answers alike/,
    );
    expect(causes[0]?.evidence.join()).to.match(/answering traffic .*into node-2 over TCP/);
  });

  it('have a cause of their own where they go to other ports', () => {
    const ports = [80, 443, 33_000, 60_000];
    const edges = mesh({ nodes: 3, ports }, () => null).map((edge): Edge => {
      const lost = usualPorts(edge);
      const { diallerSees } = edge;
      if (lost?.lostLeg !== 'reply' || diallerSees === null) return { ...edge, ...lost };
      return { ...edge, ...lost, diallerSees: { ...diallerSees, local: { ...diallerSees.local, port: 700 } } };
    });
    expect(causesOf(edges)).to.have.length(2);
  });
});
