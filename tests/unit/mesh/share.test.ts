/** Very large clusters: an even share of the pairs is dialled, and what is left out is said. */
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import type { Exchanged, PlannedDial } from '../../../lib/mesh/dialled.ts';
import { exchange, partOf } from '../../../lib/mesh/exchange.ts';
import { acrossNodes, everyPair, onSameNode } from '../../../lib/mesh/pairs.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { countPairs, maxPairs, planDials } from '../../../lib/mesh/plan.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { makeWorld } from './world.ts';

describe('a plan of more pairs than are dialled', () => {
  const { all, nodes } = makeWorld({ nodes: 120 });
  const whole = { from: all, to: all, pairs: everyPair };
  const traffic = createTraffic({ pace: unlimitedPace });
  let dials: PlannedDial[];
  before(() => {
    dials = [...planDials({ ...whole, families: ['IPv4'], protocols: ['TCP'] }, traffic).values()].flat();
  });

  it('holds about as many as are dialled at most', () => {
    expect(countPairs(whole)).to.equal(360 * 359);
    expect(dials.length).to.be.within(maxPairs * 0.98, maxPairs * 1.02);
  });

  it('holds every pair of one node', () => {
    expect(dials.filter(({ from, to }) => onSameNode(from, to))).to.have.length(120 * 3 * 2);
  });

  it('treats all sources and all targets alike', () => {
    for (const end of ['from', 'to'] as const) {
      const counts = [...Map.groupBy(dials, (dial) => dial[end]).values()].map((some) => some.length);
      expect(counts).to.have.length(all.length);
      expect(Math.max(...counts) - Math.min(...counts)).to.be.at.most(4);
    }
  });

  it('is exchanged with a word on what is left out, also in its parts', async () => {
    const found: Exchanged = await exchange({ ...whole, families: ['IPv4'], protocols: ['TCP'] }, { traffic });
    expect(found.pairsLeftOut).to.equal(countPairs(whole) - dials.length);
    const part = { from: nodes, to: nodes, pairs: acrossNodes };
    const { dialled, pairsLeftOut } = partOf(found, part);
    expect(pairsLeftOut)
      .to.equal(countPairs(part) - dialled.length)
      .and.above(0);
    expect(partOf(found, { from: all, to: all, pairs: onSameNode }).pairsLeftOut).to.equal(0);
  });
});

describe('a plan of fewer pairs', () => {
  it('leaves nothing out', async () => {
    const { pods } = makeWorld();
    const found = await exchange({ from: pods, to: pods, pairs: everyPair, families: ['IPv4'] });
    expect(found.pairsLeftOut).to.equal(0);
    expect(partOf(found, { from: pods, to: pods, pairs: acrossNodes }).pairsLeftOut).to.equal(0);
  });
});
