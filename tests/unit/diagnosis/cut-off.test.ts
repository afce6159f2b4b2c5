/** Flows that are cut off after so many packets or bytes are one cause, however each dial shows it. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Cause, Edge } from '../../../lib/verdict/run.ts';
import { causesOf, isPod, mesh, type Fault } from './mesh.ts';

const streamSize = { bytes: 262_144, fragmented: false, mtu: 1_500, otherMtu: 1_500, pathMtu: 1_500 };

/** Beside its small dials, each pair is sent streams. */
function withStreams(fault: Fault): Edge[] {
  const small = mesh({ nodes: 3 }, () => null);
  const streams = small
    .filter(({ protocol }) => protocol === 'TCP')
    .map((edge): Edge => ({ ...edge, id: `${edge.id} stream`, size: streamSize }));
  return [...small, ...streams].map((edge) => ({ ...edge, ...fault(edge) }));
}

const round = { outcome: 'delivered', deadFlows: 0 } as const;
/** Of ten flows, all but one that was cut off before. */
const calm = {
  ...round,
  attempts: 200,
  answered: 90,
  deadFlows: 1,
  cutOff: { flows: 9, fewest: 10, most: 10, lost: 90 },
};
const first = { ...round, attempts: 20, answered: 10, cutOff: { flows: 1, fewest: 10, most: 10, lost: 10 } };

const isOut = ({ from, to }: Pick<Edge, 'from' | 'to'>): boolean => isPod(from, 'node-1') && to.node !== 'node-1';

/** What leaves node-1 after ten packets is dropped: of streams both directions stall, since what comes back acknowledges. */
const afterTen: Fault = (edge) => {
  const isBack = isOut({ from: edge.to, to: edge.from });
  if (!isOut(edge) && !isBack) return null;
  if (edge.protocol === 'UDP') {
    const lost = { problems: ['loss'], attempts: 220, answered: 100, rounds: [first, calm] } satisfies Partial<Edge>;
    return { ...lost, lostLeg: isBack ? 'reply' : 'request' };
  }
  if (edge.size === undefined) return null;
  const stalled = {
    outcome: 'timeout',
    problems: ['too large'],
    answered: 0,
    lostLeg: 'request',
  } satisfies Partial<Edge>;
  return { ...stalled, responderSees: null, size: { ...streamSize, passes: isBack ? 29_083 : 45_004 } };
};

const told = ({ evidence, likelyCause }: Cause): string => `${evidence.join('; ')}: ${likelyCause}`;

describe('flows that are cut off', () => {
  it('are one cause, of datagrams and streams, with the direction that datagrams tell', () => {
    const causes = causesOf(withStreams(afterTen));
    expect(causes.map(({ evidence }) => evidence)).to.deep.equal([
      ['all traffic from pods out of node-1 is cut off after 10 datagrams and 29083 bytes of a TCP stream (48 dials)'],
    ]);
    expect(causes[0]?.likelyCause).to.match(
      /^flows of all traffic from pods out of node-1 are cut off after 10 datagrams/,
    );
  });

  it('are as much where some of them were late, and are cut off earlier', () => {
    const late = { ...calm, answered: 72, deadFlows: 2, cutOff: { flows: 8, fewest: 2, most: 10, lost: 88 } };
    const causes = causesOf(
      withStreams((edge) => {
        const found = afterTen(edge);
        return found?.rounds === undefined || edge.to.probe !== 'pod-b' ? found : { ...found, rounds: [first, late] };
      }),
    );
    expect(causes).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(/are cut off after 10 datagrams/);
  });

  it('are told with what else fails there for it: what came late, was not asked again, or was idle since', () => {
    const besides: Fault = (edge) => {
      const found = afterTen(edge);
      if (found?.problems?.[0] !== 'loss' || edge.to.probe !== 'pod-b') return found;
      const silent = { outcome: 'timeout', problems: ['timeout'], answered: 0, rounds: [], standsWith: 5 } as const;
      return { ...found, ...silent, problems: ['timeout'], rounds: [] };
    };
    const causes = causesOf(withStreams(besides));
    expect(causes).to.have.length(1);
    expect(causes[0]?.evidence.join()).to.match(/10 dials more from or to the same addresses fail otherwise/);
  });

  it('leave what gets nothing through, however calmly, a cause of its own', () => {
    const dead: Fault = (edge) =>
      isOut(edge) && edge.to.node === 'node-2' && edge.protocol === 'UDP'
        ? { outcome: 'timeout', problems: ['timeout'], answered: 0, lostLeg: 'request', responderSees: null }
        : afterTen(edge);
    expect(causesOf(withStreams(dead))).to.have.length(2);
  });

  it('are of streams alone where as long flows of datagrams pass', () => {
    const causes = causesOf(withStreams((edge) => (edge.protocol === 'TCP' ? afterTen(edge) : null)));
    expect(causes).to.have.length(1);
    expect(told(causes[0]!)).to.match(/over TCP is cut off after 29083 bytes of a TCP stream/);
  });

  it('are long streams around a ring, whatever shorter ones say, with about how much they carry', () => {
    const short = withStreams(() => null);
    const longSize = { ...streamSize, bytes: 4_194_304 };
    const nodes = ['node-1', 'node-2', 'node-3'];
    const isRing = ({ from, to, protocol }: Edge): boolean =>
      protocol === 'TCP' &&
      from.probe === to.probe &&
      from.probe !== 'pod-b' &&
      nodes.indexOf(to.node) === (nodes.indexOf(from.node) + 1) % 3;
    const ring = mesh({ nodes: 3 }, () => null).filter(isRing);
    const edges = ring.map((edge, n): Edge => {
      const sent = { ...edge, size: longSize, lasting: true as const };
      if (![edge.from, edge.to].some((end) => isPod(end, 'node-1'))) return sent;
      const stalls = {
        outcome: 'timeout',
        problems: ['too large'],
        answered: 0,
        responderSees: null,
      } satisfies Partial<Edge>;
      return { ...sent, ...stalls, size: { ...longSize, passes: 1_000_000 - n } };
    });
    const causes = causesOf([...short, ...edges]);
    expect(causes.map(({ evidence }) => evidence[0])).to.deep.equal([
      'all traffic between the pods of node-1 and other nodes over TCP is cut off after about 977 KiB of a TCP stream (2 dials)',
    ]);
    expect(causes[0]?.likelyCause).to.match(/^flows of all traffic between the pods of node-1 .* over TCP are cut off/);
  });

  it('are none where loss leaves gaps, where few datagrams remain unexplained, or a stream stalls below ten packets', () => {
    const causesWith = (change: (edge: Partial<Edge>) => Partial<Edge>): string =>
      causesOf(
        withStreams((edge) => {
          const found = afterTen(edge);
          return found === null ? null : { ...found, ...change(found) };
        }),
      )
        .map(told)
        .join('; ');
    const gaps = causesWith(({ rounds, size }) => ({
      ...(rounds === undefined ? {} : { rounds: [{ ...round, attempts: 220, answered: 100 }] }),
      ...(size === undefined ? {} : { size: { ...size, passes: 14_000 } }),
    }));
    expect(gaps).not.to.include('cut off');
    const few = causesWith(({ rounds }) =>
      rounds === undefined ? {} : { rounds: [first, { ...calm, cutOff: { ...calm.cutOff, flows: 2, lost: 20 } }] },
    );
    const shared = causesWith(({ rounds }) =>
      rounds === undefined
        ? {}
        : { rounds: [first, { ...calm, answered: 40, cutOff: { flows: 9, fewest: 2, most: 18, lost: 140 } }] },
    );
    expect(shared).to.include('loses packets');
    // Of ten flows four were whole, one was cut off when the path went down, and none came after.
    const down = { ...round, attempts: 200, answered: 90, deadFlows: 5 };
    const outage = causesWith(({ rounds }) =>
      rounds === undefined
        ? {}
        : { rounds: [first, { ...down, cutOff: { flows: 1, fewest: 10, most: 10, lost: 10 } }] },
    );
    expect(outage).not.to.match(/over UDP (is|are) cut off/);
    const atFirst = causesWith(({ rounds }) => (rounds === undefined ? {} : { rounds: [first] }));
    expect(atFirst).not.to.match(/over UDP (is|are) cut off/);
    expect(few)
      .to.match(/over TCP is cut off/)
      .and.to.match(/over UDP loses packets/);
  });
});

describe('flows of many datagrams that are cut off', () => {
  it('are one cause, with after how many datagrams, whatever shorter dials say', () => {
    const short = mesh({ nodes: 3 }, () => null);
    const lasting = short.filter(
      ({ protocol, from, to }) => protocol === 'UDP' && from.probe !== 'node' && to.probe !== 'node',
    );
    const rounds: Edge['rounds'] = [80, 100].map((attempts) => ({
      outcome: 'delivered',
      attempts,
      answered: 30,
      deadFlows: 0,
      cutOff: { flows: 1, fewest: 30, most: 30, lost: attempts - 30 },
    }));
    const edges = lasting.map((edge): Edge => {
      const sent = { ...edge, lasting: true as const, attempts: 80, answered: 80 };
      if (edge.from.node !== 'node-1' || edge.to.node === 'node-1') return sent;
      return { ...sent, problems: ['cut off'], attempts: 180, answered: 60, lostLeg: 'request', rounds };
    });
    const causes = causesOf([...short, ...edges]);
    expect(causes).to.have.length(1);
    expect(causes[0]?.likelyCause).to.match(/^flows of .* out of node-1.* are cut off after 30 datagrams:/);
    expect(causes[0]?.evidence.join()).to.include('is cut off after 30 datagrams');
  });
});
