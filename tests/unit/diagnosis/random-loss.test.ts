/** Loss strikes at random: which dials it hits, and which it spares, must not change what is said. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Leg } from '../../../lib/diagnosis/folding/observations.ts';
import { isLossy, lossyLeg } from '../../../lib/mesh/loss.ts';
import { seededRandom } from '../../../lib/statistics/random.ts';
import { causesOf, isPod, mesh, type Fault } from './mesh.ts';

/** Each datagram on such a leg is lost with this chance; dials are judged as the exchange judges them: 20, and 200 more when one is lost. */
function losing(rate: number, options: { seed: number; where: (leg: Leg) => boolean }): Fault {
  const random = seededRandom(options.seed);
  const survivors = (sent: number, chance: number): number =>
    Array.from({ length: sent }, () => random.uniform()).filter((one) => one >= chance).length;
  return ({ from, to, protocol, family, port }) => {
    if (protocol === 'TCP') return null;
    const chance = (leg: Leg): number => (options.where(leg) ? rate : 0);
    const there = chance({ from, to, protocol, family, port, answer: false, via: null });
    const back = chance({ from: to, to: from, protocol, family, port, answer: true, via: null });
    const first = survivors(survivors(20, there), back);
    if (first === 20) return null;
    const received = survivors(200, there);
    const again = survivors(received, back);
    const counts = { attempts: 220, answered: first + again };
    if (!isLossy({ sent: 200, answered: again })) return counts;
    return { ...counts, problems: ['loss'], lostLeg: lossyLeg({ attempts: 200, received, answered: again }) };
  };
}

const faults: { fault: string; where: (leg: Leg) => boolean; evidence: RegExp }[] = [
  {
    fault: 'one direction between the pods of two nodes',
    where: ({ from, to }) => isPod(from, 'node-1') && isPod(to, 'node-2'),
    evidence: /^pod-to-pod traffic from node-1 to node-2 over UDP loses packets/,
  },
  {
    fault: 'what comes into the pods of one node',
    where: ({ from, to }) => from.node !== to.node && isPod(to, 'node-2'),
    evidence: /^all traffic to pods into node-2 over UDP loses packets/,
  },
  {
    fault: 'what comes into the pods of one node from pods, and what nodes ask',
    where: ({ from, to, answer }) => from.node !== to.node && isPod(to, 'node-2') && !(answer && from.probe === 'node'),
    evidence: /^(all traffic to pods|pod-to-pod traffic) into node-2 over UDP loses packets/,
  },
  {
    fault: 'one node’s link, both directions',
    where: ({ from, to }) => (from.node === 'node-3') !== (to.node === 'node-3'),
    evidence: /^all traffic into and out of node-3 over UDP loses packets/,
  },
  {
    fault: 'what one node forwards, within it as well',
    where: ({ from, to }) =>
      (isPod(from, 'node-2') || isPod(to, 'node-2')) && [from, to].every((end) => end.node !== 'node-2' || isPod(end)),
    evidence: /^all traffic that node-2 forwards over UDP loses packets/,
  },
  {
    fault: 'all links',
    where: ({ from, to }) => from.node !== to.node,
    evidence: /^all traffic between nodes over UDP loses packets/,
  },
];
const ports = [80, 443, 8_080, 30_000];
const seeds = Array.from({ length: 20 }, (_, n) => n + 1);

describe('random loss', () => {
  for (const { fault, where, evidence } of faults)
    for (const rate of [0.03, 0.1, 0.3])
      it(`of ${rate * 100} % on ${fault} is one cause, whichever dials it strikes`, () => {
        const told = seeds.map((seed) => causesOf(mesh({ nodes: 3, ports }, losing(rate, { seed, where }))));
        for (const causes of told) expect(causes.map((cause) => cause.evidence[0])).to.have.length(1);
        for (const [cause] of told) expect(cause?.evidence[0]).to.match(evidence);
      });

  it('of one dial in a large mesh stays where it was seen', () => {
    const where = ({ from, to }: Leg): boolean =>
      from.node === 'node-1' && from.probe === 'pod-a' && to.node === 'node-2' && to.probe === 'pod-b';
    const [cause] = causesOf(mesh({ nodes: 12, families: ['IPv4', 'IPv6'], ports }, losing(0.1, { seed: 1, where })));
    expect(cause?.evidence[0]).to.match(/node-1.* (to|and) node-2.* over UDP loses packets/);
  });

  it('does not hide a filter that lets nothing through', () => {
    const where = ({ from, to }: Leg): boolean => from.node !== to.node;
    const lossy = losing(0.03, { seed: 1, where });
    const filtered: Fault = (edge) =>
      edge.protocol === 'UDP' && edge.from.node !== edge.to.node && isPod(edge.to, 'node-3')
        ? { outcome: 'timeout', problems: ['timeout'], answered: 0, lostLeg: 'request', responderSees: null }
        : lossy(edge);
    const causes = causesOf(mesh({ nodes: 3, ports }, filtered));
    expect(causes.map(({ likelyCause }) => likelyCause).join()).to.match(/drops .*node-3 over UDP/);
    expect(causes.flatMap(({ evidence }) => evidence).join('\n')).to.match(/over UDP loses packets: .*, [4-8] % /);
  });

  it('of nearly everything is no lossy link', () => {
    const where = ({ to }: Leg): boolean => isPod(to, 'node-2');
    const [cause] = causesOf(mesh({ nodes: 3, ports }, losing(0.97, { seed: 1, where })));
    expect(cause?.likelyCause).to.match(
      /^a packet filter or a rate limit that lets next to nothing through on the path of /,
    );
  });
});

describe('time-outs that strike at random', () => {
  const many = Array.from({ length: 30 }, (_, n) => 1_000 + 2_000 * n);
  for (const rate of [0.02, 0.1, 0.4])
    it(`${rate * 100} % of the connections to one node’s pods are one cause, not a list of ports`, () => {
      for (const seed of seeds.slice(0, 5)) {
        const random = seededRandom(seed);
        const limited: Fault = ({ from, to, protocol }) =>
          protocol === 'TCP' && from.node !== to.node && isPod(to, 'node-2') && random.uniform() < rate
            ? { outcome: 'timeout', problems: ['timeout'], answered: 0, lostLeg: 'unknown', responderSees: null }
            : null;
        const causes = causesOf(mesh({ nodes: 3, ports: many }, limited));
        expect(causes, `seed ${seed}`).to.have.length(1);
        expect(causes[0]?.evidence[0]).to.match(
          /^(all traffic|all traffic to pods|pod-to-pod traffic) into node-2 over TCP is lost at times \(\d+ of \d+ dials\)$/,
        );
        expect(causes[0]?.likelyCause).to.match(/^something intermittent .* a rate or connection limit/);
      }
    });
});
