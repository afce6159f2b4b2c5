import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Edge } from '../../../lib/verdict/run.ts';
import { causesOf, mesh, type Fault } from './mesh.ts';

const size = { fragmented: false, mtu: 1_500, pathMtu: 1_500 };

/** Small dials are sound; each is made once more with a full packet, and with two thirds of one. */
function sized(fault: Fault): Edge[] {
  const small = mesh({ nodes: 3 }, () => null);
  const of = (bytes: number): Edge[] =>
    small.map((edge) => ({ ...edge, size: { ...size, bytes: edge.protocol === 'TCP' ? 262_144 : bytes } }));
  const lesser = of(981).filter(({ protocol }) => protocol === 'UDP');
  return [...small, ...lesser, ...of(1_472).map((edge) => ({ ...edge, ...fault(edge) }))];
}

/** As large packets into node-2's pods are told. */
const blackHole: Fault = ({ from, to, protocol, size: sent }) => {
  const isInto = (end: Edge['from'], other: Edge['from']): boolean =>
    end.node === 'node-2' && end.probe !== 'node' && other.node !== 'node-2';
  const lost = { outcome: 'timeout', problems: ['too large'], answered: 0, responderSees: null } as const;
  const told = sent === undefined || protocol === 'TCP' ? {} : { size: { ...sent, passes: 1_372 } };
  if (isInto(to, from)) return { ...lost, ...told, problems: ['too large'], lostLeg: 'request' };
  return isInto(from, to) ? { ...lost, ...told, problems: ['too large'], lostLeg: 'reply' } : null;
};

describe('what is lost for its size', () => {
  it('is one cause, with the size at which it starts, whatever small dials say', () => {
    const causes = causesOf(sized(blackHole));
    expect(causes).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(
      /^all traffic to pods into node-2 is lost above 1372 bytes of UDP \(packets of 1400 bytes\)/,
    );
    expect(causes[0]?.likelyCause).to.include('an MTU of 1500');
    expect(causes[0]?.evidence.join()).to.include('above 1372 bytes');
  });

  it('is a stream that stalls, where datagrams pass', () => {
    const causes = causesOf(
      sized((edge) => (edge.protocol === 'TCP' ? blackHole({ ...edge, size: { ...size, bytes: 262_144 } }) : null)),
    );
    expect(causes).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(
      /^connections of all traffic to pods into node-2 over TCP open, and then stall at 262144 bytes of TCP/,
    );
  });
});
