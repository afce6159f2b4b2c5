import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Edge } from '../../../../lib/verdict/run.ts';
import { causesOf, mesh, type Fault } from '../mesh.ts';

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

  it('may be too small: one cause, with the size from which on datagrams arrive', () => {
    const all = mesh({ nodes: 3 }, () => null);
    const least = all.filter(({ protocol }) => protocol === 'UDP');
    const edges = least.map((edge): Edge => {
      const sent = { ...size, bytes: 15, small: true as const };
      const isLost = edge.to.node === 'node-2' && edge.to.probe !== 'node' && edge.from.node !== 'node-2';
      if (!isLost) return { ...edge, size: sent };
      const told = { outcome: 'timeout', problems: ['too small' as const], answered: 0, responderSees: null } as const;
      return { ...edge, ...told, problems: ['too small'], lostLeg: 'request', size: { ...sent, passes: 32 } };
    });
    const causes = causesOf([...all, ...edges]);
    expect(causes).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(
      /^datagrams of all traffic to pods into node-2 are lost below 32 bytes of UDP \(packets of 60 bytes\), and larger ones arrive/,
    );
  });

  it('is lost in fragments as well: one cause, also where one way could be asked for fragments alone', () => {
    const isAlone = ({ from, to }: Edge): boolean =>
      from.node === 'node-3' && to.node === 'node-2' && to.probe === 'pod-a';
    const unfragmented = sized((edge) =>
      isAlone(edge) ? { outcome: 'inconclusive', problems: ['inconclusive'] } : blackHole(edge),
    );
    const fragmented = mesh({ nodes: 3 }, () => null)
      .filter((edge) => edge.protocol === 'UDP' && isAlone(edge))
      .map((edge): Edge => ({
        ...edge,
        outcome: 'timeout',
        answered: 0,
        responderSees: null,
        lostLeg: 'request',
        id: `${edge.id} fragmented`,
        problems: ['fragments lost'],
        size: { ...size, bytes: 1_473, fragmented: true },
      }));
    expect(fragmented).not.to.have.length(0);
    const causes = causesOf([...unfragmented, ...fragmented]);
    expect(causes.map(({ likelyCause }) => likelyCause)).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(/^all traffic to pods into node-2 is lost above 1372 bytes of UDP/);
  });

  it('names the interface that takes less', () => {
    const narrow: Fault = ({ from, to, protocol, size: sent }) => {
      if (sent?.bytes !== 1_472 || protocol === 'TCP' || from.node === to.node) return null;
      // Its own kernel knows.
      if (from.node === 'node-1') return { size: { ...sent, bytes: 1_372, pathMtu: 1_400 } };
      if (to.node !== 'node-1') return null;
      const lost = { outcome: 'timeout', problems: ['too large'], answered: 0, responderSees: null } as const;
      const otherMtu = to.probe === 'node' ? 1_400 : 1_500;
      return { ...lost, problems: ['too large'], lostLeg: 'request', size: { ...sent, otherMtu, passes: 1_376 } };
    };
    const causes = causesOf(sized(narrow));
    expect(causes).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(
      /^all traffic into node-1 over UDP is lost above 1376 .*: the interfaces have an MTU of 1500 \(node-1\/node: 1400\)/,
    );
  });

  it('needs nothing on the way where no more passes than the other end takes', () => {
    const into: Fault = ({ from, to, protocol, size: sent }) => {
      const isInto = to.node === 'node-2' && to.probe !== 'node' && from.node !== 'node-2';
      if (sent?.bytes !== 1_472 || protocol === 'TCP' || !isInto) return null;
      const told = { outcome: 'timeout', answered: 0, responderSees: null, lostLeg: 'request' } as const;
      return { ...told, problems: ['too large'], size: { ...sent, otherMtu: 1_400, passes: 1_372 } };
    };
    const [cause, ...others] = causesOf(sized(into));
    expect(others).to.deep.equal([]);
    expect(cause?.likelyCause).to.match(
      /node-2\/pod-a: 1400.*, and no larger packets pass than node-2\/pod-a.* can take: whoever sends is not told of that/,
    );
  });

  it('is a Service’s where as much passes at the pods’ own addresses, and the path’s where it does not', () => {
    const via = { service: 'one', kind: 'ClusterIP', node: null } as const;
    const fromNode2: Fault = ({ from, protocol, size: sent }) =>
      sent !== undefined && protocol === 'UDP' && sent.bytes > 1_372 && from.node === 'node-2' && from.probe !== 'node'
        ? { outcome: 'timeout', problems: ['too large'], answered: 0, responderSees: null, lostLeg: 'request' }
        : null;
    const through = sized(fromNode2).map((edge) => ({ ...edge, id: `${edge.id} via`, to: { ...edge.to, via } }));
    const own = causesOf([...sized(() => null), ...through]);
    expect(own).to.have.length(1);
    expect(own[0]?.likelyCause).to.match(
      /through ClusterIPs from node-2 over UDP \(the Service one\) is lost at 1472 bytes of UDP, .* translated for Services/,
    );
    expect(own[0]?.likelyCause).not.to.include('unless');
    // Of one way it is not known.
    const isFromPodA = ({ from }: Edge): boolean => from.node === 'node-2' && from.probe === 'pod-a';
    const known = sized(() => null).filter((edge) => edge.size === undefined || !isFromPodA(edge));
    expect(causesOf([...known, ...through])[0]?.likelyCause).to.include("unless as large ones are lost at the pods'");
    const path = causesOf([...sized(fromNode2), ...through]);
    expect(path.map(({ likelyCause }) => likelyCause).join()).to.not.include('Services, or what stands in');
  });

  it('is a Service’s where as much passes to the node whose port was dialled, and on from there', () => {
    const via = { service: 'one', kind: 'NodePort', node: 'node-3' } as const;
    const lost = { outcome: 'timeout', problems: ['too large'], answered: 0, responderSees: null } as const;
    const fails = ({ from, to, protocol, size: sent }: Edge): boolean =>
      sent?.bytes === 1_472 &&
      protocol === 'UDP' &&
      from.node === 'node-2' &&
      to.probe === 'pod-b' &&
      to.node === 'node-1';
    const through = sized(() => null)
      .filter(fails)
      .map((edge): Edge => ({ ...edge, ...lost, problems: ['too large'], to: { ...edge.to, via } }));
    const likely = (passes: (edge: Edge) => boolean): string | undefined =>
      causesOf([...sized(() => null).filter((edge) => edge.size === undefined || passes(edge)), ...through])[0]
        ?.likelyCause;
    expect(likely(() => true))
      .to.include('lost at 1472 bytes of UDP')
      .and.not.to.include('unless');
    expect(likely(({ from }) => from.node !== 'node-2')).to.include('unless');
    expect(likely(({ from }) => from.node !== 'node-3')).to.include('unless');
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

  it('is one cause where streams stall on some of the ways on which datagrams are lost', () => {
    const causes = causesOf(
      sized((edge) =>
        edge.protocol === 'UDP' || edge.from.node === 'node-3' || edge.to.node === 'node-3' ? blackHole(edge) : null,
      ),
    );
    expect(causes).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(/^all traffic .*node-2.* and .*node-2.* above 1372 bytes of UDP/);
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

describe('a length that is lost by itself', () => {
  it('is one cause, with the lengths, though flows of all lengths pass there and elsewhere', () => {
    const udp = mesh({ nodes: 3 }, () => null).filter(({ protocol, to }) => protocol === 'UDP' && to.probe !== 'node');
    const flows = udp.map((edge): Edge => ({ ...edge, lasting: true, lengths: { least: 15, most: 1_472 } }));
    const isInto = (end: Edge['from'], other: Edge['from']): boolean =>
      end.node === 'node-2' && other.node !== 'node-2';
    const lost = udp.flatMap((edge): Edge[] => {
      const hit = isInto(edge.to, edge.from) ? 'request' : isInto(edge.from, edge.to) ? 'reply' : null;
      if (hit === null) return [];
      const told = { outcome: 'timeout', problems: ['length lost' as const], answered: 0, lostLeg: hit } as const;
      const alone = [{ least: 513, most: 513 }, ...(hit === 'reply' ? [{ least: 600, most: 608 }] : [])];
      return alone.map((range): Edge => ({
        ...edge,
        ...told,
        id: `${edge.id} ${range.least}`,
        problems: ['length lost'],
        responderSees: null,
        size: { ...size, bytes: range.least, alone: range },
      }));
    });
    const causes = causesOf([...udp, ...flows, ...lost]);
    expect(causes).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(
      /into node-2.* lost in datagrams of 513 and 600 to 608 bytes of UDP, and shorter and longer ones arrive/,
    );
  });
});
