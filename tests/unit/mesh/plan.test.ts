import { expect } from 'chai';
import { assert, integer, property } from 'fast-check';
import { describe, it } from 'mocha';
import { destinationOf } from '../../../lib/mesh/destination.ts';
import { acrossNodes, everyPair, involving, itself, onSameNode } from '../../../lib/mesh/pairs.ts';
import { planDials, type ExchangePlan } from '../../../lib/mesh/plan.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { makeWorld } from './world.ts';

const flat = (plan: ExchangePlan) => [...planDials(plan, createTraffic()).values()].flat();

describe('a plan', () => {
  it('holds every ordered pair once for each protocol', () => {
    assert(
      property(integer({ min: 1, max: 6 }), (nodes) => {
        const { all } = makeWorld({ nodes });
        const dials = flat({ from: all, to: all, pairs: everyPair, families: ['IPv4'] });
        const names = dials.map(({ from, to, protocol }) => `${from.uid} ${to.id} ${protocol}`);
        expect(names).to.have.length(2 * all.length * (all.length - 1));
        expect(new Set(names).size).to.equal(names.length);
      }),
      { numRuns: 6 },
    );
  });

  it('lets no two sources start with the same target', () => {
    assert(
      property(integer({ min: 2, max: 6 }), (nodes) => {
        const { pods } = makeWorld({ nodes });
        const planned = planDials({ from: pods, to: pods, pairs: () => true, families: ['IPv4'] }, createTraffic());
        for (let n = 0; n < pods.length; n += 1) {
          const targets = [...planned.values()].map((dials) => dials[2 * n]?.to.id);
          expect(new Set(targets).size).to.equal(pods.length);
        }
      }),
      { numRuns: 5 },
    );
  });

  it('gives each dial a nonce of its own', () => {
    const { all } = makeWorld();
    const plan: ExchangePlan = { from: all, to: all, pairs: everyPair, families: ['IPv4'] };
    const traffic = createTraffic();
    const nonces = [1, 2].flatMap(() => [...planDials(plan, traffic).values()].flat()).map(({ nonce }) => nonce);
    expect(new Set(nonces).size).to.equal(nonces.length);
    for (const nonce of nonces) expect(nonce).to.match(/^[\x21-\x7e]{1,64}$/);
  });

  it('tells who dials over TCP how long a handshake takes between nodes that are far apart', () => {
    const { pods } = makeWorld({ nodes: 3 });
    const plan: ExchangePlan = { from: pods, to: pods, pairs: acrossNodes, families: ['IPv4'] };
    const traffic = createTraffic();
    const told = () =>
      [...planDials(plan, traffic).values()].flat().flatMap(({ from, to, protocol, handshakeMs }) => {
        const way = [from.node, to.node ?? ''].toSorted((one, other) => one.localeCompare(other)).join(' ');
        return handshakeMs === undefined ? [] : [`${way} ${protocol} ${handshakeMs}`];
      });
    expect(told()).to.deep.equal([]);
    for (const dial of [...planDials(plan, traffic).values()].flat()) {
      const isFar = [dial.from.node, dial.to.node].includes('node-3');
      traffic.roundTrips.note(dial, { connectMs: isFar ? 300 : 20, firstAnswerMs: isFar ? 300 : 20, lostSyns: 0 });
    }
    expect(new Set(told())).to.deep.equal(new Set(['node-1 node-3 TCP 300', 'node-2 node-3 TCP 300']));
  });

  it('dials both families of probes that have both, and only what both ends have', () => {
    const { pods } = makeWorld({ nodes: 1, families: ['IPv4', 'IPv6'] });
    const [one, other] = pods;
    const plan: ExchangePlan = {
      from: pods,
      to: pods,
      pairs: everyPair,
      families: ['IPv4', 'IPv6'],
      protocols: ['TCP'],
    };
    expect(flat(plan).map(({ address }) => address)).to.have.members([
      '198.18.1.3',
      'fd00:1::3',
      '198.18.1.2',
      'fd00:1::2',
    ]);
    if (one === undefined || other === undefined) throw new Error('no pods');
    delete one.addresses.IPv6;
    expect(flat(plan).map(({ family }) => family)).to.deep.equal(['IPv4', 'IPv4']);
  });

  it('dials the port where the target listens, or the ports that are asked for', () => {
    const { pods } = makeWorld({ nodes: 1 });
    const plan: ExchangePlan = { from: pods, to: pods, pairs: everyPair, families: ['IPv4'], protocols: ['UDP'] };
    expect(flat(plan).map(({ to, port }) => port - (to.ports.TCP ?? 0))).to.deep.equal([0, 0]);
    const ports = ({ index }: { index: number }): number[] => [index, 443];
    expect(flat({ ...plan, ports }).map(({ port }) => port)).to.deep.equal([0, 443, 1, 443]);
  });

  it('is empty where the rule finds no pair', () => {
    const { pods } = makeWorld({ nodes: 1 });
    expect(planDials({ from: pods, to: pods, pairs: acrossNodes, families: ['IPv4'] }, createTraffic()).size).to.equal(
      0,
    );
    expect(planDials({ from: [], to: [], pairs: everyPair, families: ['IPv4'] }, createTraffic()).size).to.equal(0);
    expect(planDials({ from: pods, to: pods, pairs: everyPair, families: [] }, createTraffic()).size).to.equal(0);
  });
});

describe('a rule for pairs', () => {
  const { pods, nodes, all } = makeWorld({ nodes: 2 });
  const count = (rule: typeof everyPair, probes = pods): number =>
    probes.flatMap((from) => probes.filter((to) => rule(from, destinationOf(to)))).length;

  it('tells the same node, other nodes, itself and everybody else apart', () => {
    expect([count(acrossNodes), count(onSameNode), count(itself), count(everyPair)]).to.deep.equal([8, 4, 4, 12]);
  });

  it('may ask for some probes at either end', () => {
    const some = pods.slice(0, 1);
    expect(count(involving(some), all)).to.equal(2 * (3 + nodes.length));
  });
});
