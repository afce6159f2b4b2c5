import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Probe, Reply } from '../../../lib/cluster/model.ts';
import type { Exchanged } from '../../../lib/mesh/dialled.ts';
import { exchange, partOf } from '../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { defaultTimes } from '../../../lib/mesh/times.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { acrossNodes, everyPair } from '../../../lib/mesh/pairs.ts';
import type { DialRecord } from '../../../lib/conversations/dial.ts';
import type { RecordOf } from '../../../lib/conversations/index.ts';
import { makeWorld, type Network, type World, type WorldOptions } from './world.ts';

const broken: Partial<Reply> = { whole: false, reason: 'the exec stream closed', records: [] };
const timeout: Partial<DialRecord> = { outcome: 'timeout', attempts: 1, answered: 0, views: [], firstAnswerMs: null };

async function dialAll(options: WorldOptions = {}): Promise<Exchanged & { world: World }> {
  const world = makeWorld({ nodes: 2, ...options });
  const { pods } = world;
  return {
    world,
    ...(await exchange({ from: pods, to: pods, pairs: acrossNodes, families: ['IPv4'] }, { traffic: unlimited() })),
  };
}

const unlimited = () => createTraffic({ pace: unlimitedPace });

const from = (found: Exchanged, node: string) => found.dialled.filter((dial) => dial.from.node === node);
const to = (found: Exchanged, node: string) => found.dialled.filter((dial) => dial.to.node === node);

describe('an exchange', () => {
  it('asks each source once, for all of its dials', async () => {
    const found = await dialAll();
    expect(found.world.asked.map(({ body }) => body.kind)).to.deep.equal(['dial', 'dial', 'dial', 'dial']);
    expect(found.dialled).to.have.length(16);
    expect(found.dialled.every((dial) => dial.record?.outcome === 'delivered' && dial.inconclusive === null)).to.equal(
      true,
    );
    expect(found.nothingToDial).to.equal(null);
  });

  it('knows when each dial was made, since the run began', async () => {
    const traffic = { ...unlimited(), beganAt: performance.now() - 5_000 };
    const { pods } = makeWorld({ nodes: 2, network: ({ protocol }) => (protocol === 'TCP' ? timeout : null) });
    const found = await exchange({ from: pods, to: pods, pairs: acrossNodes, families: ['IPv4'] }, { traffic });
    // What was asked again, too: by its first round.
    for (const { dialledMs } of found.dialled) expect(dialledMs).to.be.within(5_000, 5_900);
    expect(found.dialled).to.have.length(16);
  });

  it('makes once, and briefly, what is to get no answer, and counts it as no failure of the run', async () => {
    const world = makeWorld({ nodes: 2, network: (_dial, { to: { name } }) => (name === 'pod-b' ? timeout : null) });
    const { pods } = world;
    const traffic = unlimited();
    const patienceMs = ({ to: { name } }: { to: { name: string } }) => (name.endsWith('pod-b') ? 700 : null);
    const found = await exchange(
      { from: pods, to: pods, pairs: acrossNodes, families: ['IPv4'], under: { names: ['closed'], patienceMs } },
      { traffic },
    );
    const asked = world.asked.flatMap(({ body }) => (body.kind === 'dial' ? body.dials : []));
    expect(asked).to.have.length(16);
    expect(new Set(asked.map(({ timeoutMs }) => timeoutMs))).to.deep.equal(
      new Set([defaultTimes.dialTimeoutMs, defaultTimes.datagramTimeoutMs, 700]),
    );
    expect(found.dialled.filter(({ record }) => record?.outcome === 'timeout')).to.have.length(8);
    expect(found.dialled.every(({ inconclusive }) => inconclusive === null)).to.equal(true);
    expect(traffic.found).to.deep.include({ dials: 16, askedAgain: 0, failing: [] });
  });

  it('asks all sources before any of them has answered', async () => {
    const world = makeWorld({ nodes: 2 });
    let asked = 0;
    const everyoneAsked = Promise.withResolvers<void>();
    for (const { channel } of world.pods) {
      const { request } = channel;
      channel.request = async (body, limits) => {
        asked += 1;
        if (asked === world.pods.length) everyoneAsked.resolve();
        await everyoneAsked.promise;
        return request(body, limits);
      };
    }
    await exchange(
      { from: world.pods, to: world.pods, pairs: everyPair, families: ['IPv4'] },
      { traffic: unlimited() },
    );
    expect(asked).to.equal(4);
  });

  it('waits long enough for dials that all time out', async () => {
    const { pods } = makeWorld({ nodes: 2 });
    const limits: number[] = [];
    for (const { channel } of pods) {
      const { request } = channel;
      channel.request = async (body, { deadlineMs }) => {
        limits.push(deadlineMs);
        return request(body, { deadlineMs });
      };
    }
    await exchange(
      { from: pods, to: pods, pairs: acrossNodes, families: ['IPv4'], protocols: ['TCP'] },
      { traffic: unlimited() },
    );
    for (const limit of limits) expect(limit).to.be.above(defaultTimes.dialTimeoutMs);
  });

  it('says why there is nothing to dial', async () => {
    const { pods } = makeWorld({ nodes: 1 });
    const found = await exchange({ from: pods, to: pods, pairs: acrossNodes, families: ['IPv4'] });
    expect(found.nothingToDial).to.equal('there are probes on one node only');
    expect(found.dialled).to.deep.equal([]);
  });
});

describe('a dial is inconclusive', () => {
  it('when the reply of its dialler is broken', async () => {
    const found = await dialAll({ reply: (probe) => (probe.node === 'node-1' ? broken : null) });
    expect(from(found, 'node-1').map((dial) => dial.inconclusive)).to.deep.equal(
      Array(8).fill('the exec stream closed'),
    );
    expect(from(found, 'node-2').every((dial) => dial.inconclusive === null)).to.equal(true);
  });

  it('when its dialler does not report it', async () => {
    const found = await dialAll({ reply: (probe) => (probe.name === 'pod-a' ? { records: [] } : null) });
    expect(found.dialled.filter((dial) => dial.inconclusive !== null).map((dial) => dial.from.name)).to.deep.equal(
      Array(8).fill('pod-a'),
    );
    expect(from(found, 'node-1')[0]?.inconclusive).to.equal('node-1/pod-a did not report this dial');
  });

  it('when its dialler could not dial, after it was asked once more', async () => {
    const found = await dialAll({
      network: (_dial, ends) =>
        ends.from.node === 'node-1' ? { ...timeout, outcome: 'inconclusive', error: 'EMFILE' } : null,
    });
    expect(from(found, 'node-1')[0]?.inconclusive).to.equal('node-1/pod-a could not dial: EMFILE');
    expect(
      found.world.asked.filter(({ probe, body }) => probe.node === 'node-1' && body.kind === 'dial'),
    ).to.have.length(2 + 3 * 8);
  });

  it('when its responder was restarted: a killed probe refuses as any firewall', async () => {
    const found = await dialAll({
      network: (_dial, ends) => (ends.to.node === 'node-2' ? { ...timeout, outcome: 'refused' } : null),
      reply: (_probe, body) => (body.kind === 'seen' ? { instance: 'another' } : null),
    });
    expect(to(found, 'node-2').map((dial) => dial.inconclusive)).to.include(
      'node-2/pod-a was restarted during the run',
    );
    expect(to(found, 'node-2').every((dial) => dial.inconclusive !== null)).to.equal(true);
    expect(to(found, 'node-1').every((dial) => dial.inconclusive === null)).to.equal(true);
  });

  it('when nobody knows whether its responder lives', async () => {
    const found = await dialAll({
      network: () => timeout,
      reply: (_probe, body) => (body.kind === 'seen' ? broken : null),
    });
    expect(found.dialled.every((dial) => dial.inconclusive?.includes("can't be asked whether it is there"))).to.equal(
      true,
    );
  });
});

describe('a probe that stood still', () => {
  it('as dialler dials once more, and the second time counts', async () => {
    const found = await dialAll({
      network: (dial) => (dial.nonce.endsWith('-again') ? null : timeout),
      reply: (_probe, body, nth) => (body.kind === 'dial' && nth === 0 ? { stallMs: 2_900 } : null),
    });
    expect(found.dialled.every((dial) => dial.record?.outcome === 'delivered' && !dial.spoilt)).to.equal(true);
  });

  it('as dialler for so long that its reply is not awaited dials once more; where it never comes, that is the reason', async () => {
    const late: Partial<Reply> = { whole: false, reason: 'no whole reply', cause: 'deadline', records: [] };
    const once = await dialAll({ reply: (_probe, body, nth) => (body.kind === 'dial' && nth === 0 ? late : null) });
    expect(once.dialled.every((dial) => dial.record?.outcome === 'delivered' && !dial.spoilt)).to.equal(true);
    const never = await dialAll({ reply: (_probe, body) => (body.kind === 'dial' ? late : null) });
    expect(new Set(never.dialled.map(({ inconclusive }) => inconclusive))).to.deep.equal(new Set(['no whole reply']));
  });

  it('as dialler both times leaves its dials inconclusive', async () => {
    const found = await dialAll({
      network: () => timeout,
      reply: (_probe, body) => (body.kind === 'dial' ? { stallMs: 4_900 } : null),
    });
    expect(found.dialled[0]?.inconclusive).to.equal(
      'node-1/pod-a stood still for 4900 ms: too long to judge a timeout',
    );
    expect(found.dialled.every((dial) => dial.inconclusive !== null)).to.equal(true);
  });

  it('as responder is asked once more, and waited for longer than it stood', async () => {
    const stall: RecordOf<'seen'> = { kind: 'stall', longestMs: 1_400, droppedDatagrams: 0 };
    const waits = new Set<number>();
    const found = await dialAll({
      network: ({ nonce, timeoutMs }) => {
        if (nonce.endsWith('-again')) waits.add(timeoutMs);
        return timeout;
      },
      reply: (_probe, body) => (body.kind === 'seen' ? { records: [stall] } : null),
    });
    expect([...waits]).to.deep.equal([2_000, 6_000]);
    expect(
      found.dialled.every(({ inconclusive, record }) => inconclusive === null && record?.outcome === 'timeout'),
    ).to.equal(true);
  });

  it('as dialler time and again leaves what it lost inconclusive, and says what its limits are', async () => {
    const limited = (probe: Probe): Probe => Object.assign(probe, { limits: 'cpu 20m' });
    const found = await dialAll({
      network: (dial, ends) =>
        limited(ends.from) && dial.protocol === 'UDP' ? { answered: 14 } : { attempts: 2, lostSyns: 1 },
      reply: (_probe, body) => (body.kind === 'dial' ? { stallMs: 4_800, throttledMs: 12_300 } : null),
    });
    expect(new Set(found.dialled.map(({ inconclusive }) => inconclusive?.replace(/^\S+ /, '')))).to.deep.equal(
      new Set([
        'stood still for 4800 ms: too long to judge a timeout (its limits, cpu 20m, throttled it for 12.3 s so far)',
      ]),
    );
    expect(found.dialled.every(({ lossy, record }) => !lossy && record?.outcome === 'delivered')).to.equal(true);
  });

  it('as dialler is refused all the same', async () => {
    const found = await dialAll({
      network: () => ({ outcome: 'refused', answered: 0, views: [] }),
      reply: (_probe, body) => (body.kind === 'dial' ? { stallMs: 2_900 } : null),
    });
    expect(found.dialled.every(({ inconclusive }) => inconclusive === null)).to.equal(true);
  });

  it('as dialler does not spoil what was delivered', async () => {
    const found = await dialAll({ reply: (_probe, body) => (body.kind === 'dial' ? { stallMs: 2_900 } : null) });
    expect(found.dialled.every((dial) => dial.inconclusive === null)).to.equal(true);
    expect(found.world.asked).to.have.length(4);
  });

  it('as responder is dialled once more', async () => {
    const stood = { kind: 'stall', longestMs: 2_500, droppedDatagrams: 0 } as const;
    const found = await dialAll({
      network: (dial, ends) => (ends.to.node === 'node-2' && !dial.nonce.endsWith('-again') ? timeout : null),
      reply: (_probe, body) => (body.kind === 'seen' ? { records: [stood] } : null),
    });
    expect(to(found, 'node-2').every((dial) => dial.record?.outcome === 'delivered')).to.equal(true);
    expect(to(found, 'node-2').every((dial) => dial.inconclusive === null)).to.equal(true);
  });
});

describe('a part of an exchange', () => {
  it('is what a smaller plan would have dialled', async () => {
    const { world, ...whole } = await dialAll();
    const [one] = world.pods;
    if (one === undefined) throw new Error('no pods');
    const part = partOf(whole, { from: [one], to: world.pods, pairs: acrossNodes });
    expect(part.dialled).to.have.length(4);
    expect(part.dialled.every((dial) => dial.from === one && whole.dialled.includes(dial))).to.equal(true);
  });

  it('says why it is empty', async () => {
    const { world, ...whole } = await dialAll();
    const here = world.pods.filter(({ node }) => node === 'node-1');
    expect(partOf(whole, { from: here, to: here, pairs: acrossNodes }).nothingToDial).to.equal(
      'there are probes on one node only',
    );
    expect(partOf(whole, { from: here, to: world.nodes, pairs: everyPair }).nothingToDial).to.equal(
      'no two probes form such a pair',
    );
  });
});

describe('a stream that goes on for as long as one is waited for', () => {
  const unended = (again: 'delivered' | 'inconclusive'): Network => {
    return ({ nonce }) =>
      nonce.endsWith('-again') && again === 'delivered'
        ? null
        : { outcome: 'inconclusive', error: 'it went on for 30 s', connectMs: 1, answered: 0, views: [] };
  };
  const dialOne = async (network: Network) => {
    const { pods } = makeWorld({ nodes: 2, network });
    const plan = { from: pods.slice(0, 1), to: pods, pairs: acrossNodes, families: ['IPv4' as const] };
    const { dialled } = await exchange({ ...plan, protocols: ['TCP'] }, { traffic: unlimited() });
    return dialled[0];
  };

  it('beside many others is asked again, by itself', async () => {
    const found = await dialOne(unended('delivered'));
    expect([found?.record?.outcome, found?.inconclusive]).to.deep.equal(['delivered', null]);
  });

  it('by itself as well says nothing', async () => {
    const found = await dialOne(unended('inconclusive'));
    expect(found?.inconclusive).to.include('it went on for 30 s');
  });
});
