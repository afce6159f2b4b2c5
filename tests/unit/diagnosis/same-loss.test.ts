/** What loses packets of all kinds in one place is one cause, however it shows. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isLossy } from '../../../lib/mesh/loss.ts';
import { seededRandom } from '../../../lib/statistics/random.ts';
import type { Cause, Edge } from '../../../lib/verdict/run.ts';
import { causesOf, isPod, mesh, type Fault } from './mesh.ts';

type Ends = Pick<Edge, 'from' | 'to'>;

const forwarded = ({ from, to }: Ends): boolean =>
  (isPod(from, 'node-2') || isPod(to, 'node-2')) && [from, to].every((end) => end.node !== 'node-2' || isPod(end));

interface Rates {
  TCP: number;
  UDP: number;
}

/** Of questions and answers together so many are lost; asked as calmly as by an exchange. */
function losing(rates: Rates, { seed, is = forwarded }: { seed: number; is?: (ends: Ends) => boolean }): Fault {
  const random = seededRandom(seed);
  return (edge) => {
    if (!is(edge)) return null;
    const [first, sent] = edge.protocol === 'TCP' ? [1, 20] : [20, 200];
    const lostOf = (many: number): number =>
      Array.from({ length: many }, () => random.uniform()).filter((one) => one < rates[edge.protocol]).length;
    const before = lostOf(first);
    if (before === 0) return null;
    const again = lostOf(sent);
    const counts =
      edge.protocol === 'TCP'
        ? { attempts: first + sent + before + again, answered: first + sent }
        : { attempts: first + sent, answered: first + sent - before - again };
    const sentAgain = edge.protocol === 'TCP' ? sent + again : sent;
    return isLossy({ sent: sentAgain, answered: sentAgain - again })
      ? { ...counts, problems: ['loss'], lostLeg: edge.protocol === 'TCP' ? 'unknown' : 'both' }
      : counts;
  };
}

const seeds = Array.from({ length: 5 }, (_, n) => n + 1);
const ports = [80, 443, 8_080, 30_000];
const lossyCause =
  /^a rate limit, a full queue, .* on the path of all traffic that node-2 forwards, within the node as well$/;

function only(causes: Cause[], seed: number): Cause {
  expect(
    causes.map(({ likelyCause }) => likelyCause),
    `seed ${seed}`,
  ).to.have.length(1);
  return causes[0]!;
}

describe('packets of either protocol that are lost at random at one node', () => {
  for (const rate of [0.1, 0.4])
    it(`${rate * 100} %, are one cause, and the place where both are`, () => {
      for (const seed of seeds) {
        const { likelyCause, evidence } = only(
          causesOf(mesh({ nodes: 3, ports }, losing({ TCP: rate, UDP: rate }, { seed }))),
          seed,
        );
        expect(likelyCause).to.match(lossyCause);
        expect(evidence[0]).to.match(/^all traffic that node-2 forwards over UDP loses packets/);
        expect(evidence[1]).to.match(/node-2.* over TCP loses packets/);
      }
    });

  it('are two causes where the shares are far apart: a rule for first SYNs beside a lossy link', () => {
    for (const seed of seeds)
      expect(causesOf(mesh({ nodes: 3, ports }, losing({ TCP: 0.5, UDP: 0.05 }, { seed }))), `${seed}`).to.have.length(
        2,
      );
  });

  it('are one cause with streams that stall there, and two with those that stall elsewhere', () => {
    const size = { bytes: 262_144, fragmented: false, mtu: 1_500, pathMtu: 1_500, passes: 203_360 };
    const stalling =
      (from: string, to: string, seed: number): Fault =>
      (edge) =>
        edge.from.node === from && edge.to.node === to && edge.port === 443 && edge.protocol === 'TCP'
          ? { size, outcome: 'timeout', problems: ['too large'], lostLeg: 'unknown', answered: 0 }
          : losing({ TCP: 0.4, UDP: 0.4 }, { seed })(edge);
    for (const seed of seeds) {
      const loss = mesh({ nodes: 3, ports: [80, 8_080] }, losing({ TCP: 0.4, UDP: 0.4 }, { seed }));
      const streams = (from: string, to: string): Edge[] =>
        mesh({ nodes: 3, ports: [443] }, stalling(from, to, seed)).filter(
          ({ problems }) => problems[0] === 'too large',
        );
      expect(only(causesOf([...loss, ...streams('node-1', 'node-2')]), seed).likelyCause).to.match(lossyCause);
      expect(causesOf([...loss, ...streams('node-1', 'node-3')]), `${seed}`).to.have.length(2);
    }
  });
});

describe('a node that forwards nothing for some seconds', () => {
  const atTheEnd = (gone: boolean) => ({ atTheEnd: { afterMs: 30_000, gone } });
  const wasOut =
    (gone: boolean, seconds = 12): Fault =>
    (edge) => {
      if (!forwarded(edge)) return null;
      const lost = {
        outcome: 'timeout',
        answered: 0,
        responderSees: null,
        dialledMs: seconds * 1_000,
        ...atTheEnd(gone),
      } as const;
      if (edge.protocol === 'TCP') return { ...lost, problems: ['timeout'], lostLeg: 'unknown' };
      return edge.port % 2 === 0
        ? { ...lost, problems: ['timeout'], lostLeg: 'request' }
        : {
            problems: ['loss'],
            attempts: 220,
            answered: 150,
            lostLeg: 'both',
            dialledMs: seconds * 1_000,
            ...atTheEnd(gone),
          };
    };
  const dialled = (seconds: number, fault: Fault): Edge[] =>
    mesh({ nodes: 3, ports: [80] }, (edge) => ({ dialledMs: seconds * 1_000, ...fault(edge) }));
  const none: Fault = () => null;

  it('is one cause, whichever symptom a dial has, and was transient', () => {
    const { likelyCause } = only(
      causesOf([...dialled(5, none), ...dialled(12, wasOut(true)), ...dialled(40, none)]),
      0,
    );
    expect(likelyCause).to.match(/^it was transient: .*that node-2 forwards/);
  });

  it('is one cause where most of what was dialled then was of one pod', () => {
    const isFirst = ({ node, probe }: Edge['from']): boolean => node === 'node-2' && probe === 'pod-a';
    const ofFirst: Fault = (edge) =>
      isFirst(edge.from) || isFirst(edge.to) || edge.port === 33_025 ? wasOut(true)(edge) : null;
    const { likelyCause } = only(causesOf([...dialled(12, ofFirst), ...dialled(40, none)]), 0);
    expect(likelyCause).to.match(/^it was transient: .*node-2/);
  });

  it('is not called transient where it is still so', () => {
    const stays = [...dialled(5, none), ...dialled(12, wasOut(false)), ...dialled(40, none)];
    expect(
      causesOf(stays)
        .map(({ likelyCause }) => likelyCause)
        .join(),
    ).not.to.include('transient');
  });
});
