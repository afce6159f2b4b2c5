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

  it('is one cause where a node loses it of others and of its own pods: no one place is both', () => {
    // What the node sends itself passes no rule for what arrives.
    const lost: Fault = ({ from, to, protocol }) =>
      protocol === 'UDP' && (to.node === 'node-2' || (from.node === 'node-2' && from.probe !== 'node'))
        ? { outcome: 'timeout', problems: ['fragments lost'], answered: 0, responderSees: null, lostLeg: 'request' }
        : null;
    const fragments = sized(lost).map((edge) =>
      edge.size === undefined ? edge : { ...edge, size: { ...edge.size, fragmented: true } },
    );
    const causes = causesOf(fragments);
    expect(causes.map(({ likelyCause }) => likelyCause)).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(/^fragments of .*node-2.* and .*node-2.* are dropped/);
    expect(causes[0]?.evidence.filter((one) => one.includes('is lost in fragments'))).to.have.length.above(1);
  });

  it('is no loss of SYNs where long streams were connected, and did not end', () => {
    const partly =
      (rounds: Edge['rounds'], answered: number): Fault =>
      ({ protocol, size: sent }) =>
        protocol === 'TCP' && sent !== undefined
          ? { problems: ['loss'], attempts: rounds.reduce((sum, one) => sum + one.attempts, 0), answered, rounds }
          : null;
    const first = { outcome: 'timeout', attempts: 1, answered: 0, deadFlows: 0 } as const;
    const [ended] = causesOf(
      sized(partly([first, { outcome: 'delivered', attempts: 4, answered: 2, deadFlows: 2 }], 2)),
    );
    expect(ended?.likelyCause).to.match(/^some long streams of .* are connected, and stop on their way/);
    expect(ended?.evidence.join()).to.match(/of \d+ streams, which were connected, did not end, 60 %/);
    const [resent] = causesOf(
      sized(partly([first, { outcome: 'delivered', attempts: 8, answered: 4, deadFlows: 0 }], 4)),
    );
    expect(resent?.evidence.join()).to.match(/SYNs or their answers, 56 %/);
  });

  it('is two causes where it is lost at two nodes', () => {
    const apart: Fault = (edge) => {
      const isAt = (node: string): boolean => edge.to.node === node && edge.from.node === node;
      const tooLarge = { outcome: 'timeout', problems: ['too large'], answered: 0, lostLeg: 'request' } as const;
      return isAt('node-1') || isAt('node-3') ? { ...tooLarge, problems: ['too large'], responderSees: null } : null;
    };
    expect(causesOf(sized(apart))).to.have.length(2);
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
