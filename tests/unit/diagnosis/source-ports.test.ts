import { expect } from 'chai';
import { describe, it } from 'mocha';
import { causesOf, isPod, mesh, type Fault } from './mesh.ts';

/** What comes into node-2's pods from a port below 1024 is dropped: answers of servers on such ports, and dials from them. */
const lowPorts: Fault = (edge) => {
  const { from, to, port, protocol, diallerSees } = edge;
  const isInto = (end: typeof from, other: typeof from): boolean => isPod(end, 'node-2') && other.node !== 'node-2';
  const lost = { outcome: 'timeout', answered: 0, responderSees: null } as const;
  if (isInto(to, from) && (diallerSees?.local.port ?? 0) < 1_024)
    return { ...lost, problems: ['timeout'], lostLeg: protocol === 'TCP' ? 'unknown' : 'request' };
  return isInto(from, to) && port < 1_024 ? { ...lost, problems: ['timeout'], lostLeg: 'reply' } : null;
};

describe('packets dropped for the port that they come from', () => {
  it('are one cause, of questions and answers alike', () => {
    const edges = mesh({ nodes: 3, ports: [80, 443, 9_100, 32_000] }, () => null).map((edge, n) => {
      const { from, diallerSees } = edge;
      if (diallerSees === null || from.probe === 'node' || n % 4 > 0) return edge;
      return { ...edge, diallerSees: { ...diallerSees, local: { ...diallerSees.local, port: 700 + (n % 300) } } };
    });
    const causes = causesOf(edges.map((edge) => ({ ...edge, ...lowPorts(edge) })));
    expect(causes.map(({ likelyCause }) => likelyCause)).to.deep.equal([
      'a packet filter on the way drops all traffic to pods into node-2 from source ports below 1024: by source port, which says nothing about the sender',
    ]);
  });
});
