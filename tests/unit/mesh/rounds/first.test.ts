/** The first round: in turns, within limits, and again where a stream broke. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { RequestBody } from '../../../../lib/conversations/index.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { acrossNodes, everyPair } from '../../../../lib/mesh/pairs.ts';
import { defaultPace, unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import { planDials } from '../../../../lib/mesh/plan.ts';
import { firstRound } from '../../../../lib/mesh/rounds/first.ts';
import { defaultTimes } from '../../../../lib/mesh/times.ts';
import { createTraffic } from '../../../../lib/mesh/traffic.ts';
import { makeWorld } from '../world.ts';

/** Stands in for `performance.now()`: every look at it is 5 ms later than the one before, however long that takes. */
function clockOfLooks(): { passedMs: () => number; restore: () => void } {
  const real = performance.now.bind(performance);
  const began = real();
  let passed = 0;
  performance.now = () => began + (passed += 5);
  return { passedMs: () => passed, restore: () => void (performance.now = real) };
}

describe('the first round', () => {
  it('sends no faster than allowed', async () => {
    const { pods } = makeWorld({ nodes: 2 });
    const slow = { ...defaultPace, slowest: 200, fastest: { perProbe: 1e9, perNode: 200, inAll: 400 } };
    const traffic = createTraffic({ pace: slow });
    const plan = { from: pods, to: pods, pairs: acrossNodes, families: ['IPv4' as const] };
    const started = performance.now();
    const { dialled } = await exchange(plan, { traffic });
    // 8 connections of 10 packets, 8 dials of 20 datagrams and their answers: 400 packets.
    expect(performance.now() - started).to.be.above(600);
    expect(dialled).to.have.length(16);
    expect(traffic.governor.reached.perSecond).to.equal(400);
  });

  it('lets few dials to one target wait at once', async () => {
    const { pods } = makeWorld({ nodes: 4 });
    const inFlight = { ...unlimitedPace.inFlight, perTarget: 2 };
    let most = 0;
    const flying = new Map<string, number>();
    for (const { channel } of pods) {
      const { request } = channel;
      channel.request = async (body, limits) => {
        const asked: RequestBody = body;
        const dials = asked.kind === 'dial' ? asked.dials : [];
        for (const { address } of dials) {
          flying.set(address, (flying.get(address) ?? 0) + 1);
          most = Math.max(most, flying.get(address) ?? 0);
        }
        await new Promise((resolve) => setTimeout(resolve, 30));
        for (const { address } of dials) flying.set(address, (flying.get(address) ?? 0) - 1);
        return request(body, limits);
      };
    }
    const plan = { from: pods, to: pods, pairs: everyPair, families: ['IPv4' as const] };
    const { dialled } = await exchange(plan, { traffic: createTraffic({ pace: { ...unlimitedPace, inFlight } }) });
    expect(dialled).to.have.length(2 * 8 * 7);
    // One request may hold both protocols, and is counted once it was sent.
    expect(most).to.be.at.most(2 + 1);
  });

  it('waits once for a way on which nothing is answered, not for every few of its dials', async () => {
    const { pods } = makeWorld({ nodes: 2, network: () => ({ outcome: 'timeout', answered: 0, firstAnswerMs: null }) });
    const all = 8 * 120;
    const clock = clockOfLooks();
    const everySent = Promise.withResolvers<number>();
    let sent = 0;
    for (const { channel } of pods) {
      const { request } = channel;
      channel.request = async (body, limits) => {
        const asked: RequestBody = body;
        if (asked.kind === 'dial') sent += asked.dials.length;
        if (sent === all) everySent.resolve(clock.passedMs());
        // Nothing ends before everything was sent.
        await everySent.promise;
        return request(body, limits);
      };
    }
    const pace = { ...unlimitedPace, inFlight: { ...unlimitedPace.inFlight, perTarget: 4 }, patienceMs: 100 };
    const ports = Array.from({ length: 120 }, (_, n) => n + 1);
    const plan = { from: pods, to: pods, pairs: acrossNodes, families: ['IPv4' as const], ports: () => ports };
    const traffic = createTraffic({ pace });
    const planned = planDials({ ...plan, protocols: ['TCP'] }, traffic);
    try {
      const dialled = await firstRound(planned, { ...traffic, times: defaultTimes });
      expect(dialled).to.have.length(all);
    } finally {
      clock.restore();
    }
    // Each probe's dials are eight requests, and the limits let one through every 100 ms.
    expect(await everySent.promise).to.be.below(500);
  });

  it('asks again, under other names, what a stream that broke left without an answer', async () => {
    const world = makeWorld({
      nodes: 2,
      reply: (probe, body, nth) =>
        body.kind === 'dial' && nth === 0 && probe.node === 'node-1'
          ? { whole: false, reason: 'the stream closed', cause: 'stream lost', records: [] }
          : null,
    });
    const plan = { from: world.pods, to: world.pods, pairs: acrossNodes, families: ['IPv4' as const] };
    const { dialled } = await exchange(plan, { traffic: createTraffic({ pace: unlimitedPace }) });
    expect(
      dialled.every(({ record, inconclusive }) => record?.outcome === 'delivered' && inconclusive === null),
    ).to.equal(true);
    const nonces = world.asked.flatMap(({ body }) =>
      body.kind === 'dial' ? body.dials.map(({ nonce }) => nonce) : [],
    );
    expect(new Set(nonces).size).to.equal(nonces.length);
  });

  it('gives up on a stream that breaks again and again', async () => {
    const world = makeWorld({
      nodes: 2,
      reply: (probe, body) =>
        body.kind === 'dial' && probe.node === 'node-1'
          ? { whole: false, reason: 'the stream closed', cause: 'stream lost', records: [] }
          : null,
    });
    const plan = { from: world.pods, to: world.pods, pairs: acrossNodes, families: ['IPv4' as const] };
    const { dialled } = await exchange(plan, { traffic: createTraffic({ pace: unlimitedPace }) });
    expect(dialled.filter(({ from }) => from.node === 'node-1').map(({ inconclusive }) => inconclusive)).to.deep.equal(
      Array(8).fill('the stream closed'),
    );
  });
});
