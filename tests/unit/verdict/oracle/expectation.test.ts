/** Promises are values: a make-believe Service with two pods, and dials that are to be denied. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Probe } from '../../../../lib/cluster/model.ts';
import type { Exchanged } from '../../../../lib/mesh/dialled.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import { acrossNodes, everyPair } from '../../../../lib/mesh/pairs.ts';
import { createTraffic } from '../../../../lib/mesh/traffic.ts';
import { expect as expectOf } from '../../../../lib/verdict/expect.ts';
import { denied } from '../../../../lib/verdict/oracle/denied.ts';
import {
  answered,
  delivered,
  expectedOf,
  portsKept,
  refused,
  unanswered,
  untranslated,
  type Expectation,
} from '../../../../lib/verdict/oracle/expectation.ts';
import { judgeExchange } from '../../../../lib/verdict/oracle/judgement.ts';
import { serviceWorld, silence, type Proxy } from '../../mesh/make-believe-service.ts';
import { makeWorld, type Network, type World, type WorldOptions } from '../../mesh/world.ts';

const traffic = () => createTraffic({ pace: unlimitedPace });
const families = ['IPv4' as const];

/** Every pod dials the Service; the first of its two pods is `right`. */
async function through(
  proxy: (world: World) => Proxy,
  expectation: (world: { backends: Probe[] }) => Expectation,
  options: WorldOptions = {},
) {
  const world = serviceWorld(proxy, options);
  const { pods, service } = world;
  const plan = { from: pods, to: [service], pairs: everyPair, families, protocols: ['TCP' as const] };
  return judgeExchange(await exchange(plan, { traffic: traffic() }), expectation(world));
}

const always =
  (which: (world: World) => Probe) =>
  (world: World): Proxy =>
  () => ({ to: which(world) });
const first = always(({ pods }) => pods.find(({ name }) => name === 'pod-a')!);
const second = always(({ pods }) => pods.findLast(({ name }) => name === 'pod-a')!);
const stranger = always(({ pods }) => pods.find(({ name }) => name === 'pod-b')!);

describe('a dial through a Service', () => {
  it('is answered by any of its pods, which see their own address and port', async () => {
    const found = await through(second, () => answered({ kept: ['source address', 'source port'] }));
    expect(found).to.include({ kept: true, seen: '4 dials: 4 kept' });
    expect(found.expected).to.equal(
      'every dial answered by a pod behind its Service, and both ends see the same source address and source port',
    );
    const [edge] = found.edges;
    expect(edge?.to).to.deep.equal({
      node: 'node-2',
      probe: 'pod-a',
      address: '198.19.0.1',
      via: { service: 'one', kind: 'ClusterIP', node: null },
    });
    expect(edge?.responderSees?.local).to.deep.equal({ address: '198.18.2.2', port: 33_020 });
    expect(found.sound).to.deep.equal(found.edges);
  });

  it('is answered by the wrong one when it is by no pod of the Service', async () => {
    const found = await through(stranger, () => delivered);
    expect(found.seen).to.equal('4 dials: 4 wrong responder');
    expect(found.edges[0]).to.include({ outcome: 'wrong responder', detail: 'node-1/pod-b-of-node-1 answered' });
  });

  it('is answered by the wrong one when it is by another than is expected', async () => {
    const right = ({ backends }: { backends: Probe[] }) => answered({ by: backends.slice(0, 1) });
    expect((await through(first, right)).kept).to.equal(true);
    const found = await through(second, right);
    expect(found.expected).to.equal('every dial answered, whole, by node-1/pod-a');
    expect(found.seen).to.equal('4 dials: 4 wrong responder');
    expect(found.edges.map(({ to }) => to.node)).to.deep.equal(Array(4).fill('node-2'));
  });

  it('may have its source translated, unless that is to be kept', async () => {
    const masqueraded =
      (world: World): Proxy =>
      () => ({ to: world.pods[0]!, source: '198.18.1.1' });
    const free = await through(masqueraded, () => delivered);
    expect([free.kept, free.sound]).to.deep.equal([true, []]);
    const kept = await through(masqueraded, () => answered({ kept: ['source address'] }));
    expect(kept.seen).to.equal('4 dials: 4 source address translated');
    expect(kept.edges[0]?.detail).to.equal('198.18.1.2:50000 arrived as 198.18.1.1:50000');
  });

  it('of a node is sound, though the source is translated: its answer would not come back by the proxy otherwise', async () => {
    const masqueraded =
      (world: World): Proxy =>
      () => ({ to: world.pods[0]!, source: '198.18.1.1' });
    const { nodes, service } = serviceWorld(masqueraded);
    const plan = { from: nodes, to: [service], pairs: everyPair, families, protocols: ['TCP' as const] };
    const { edges, sound } = judgeExchange(await exchange(plan, { traffic: traffic() }), delivered);
    expect(sound).to.deep.equal(edges);
  });

  it('is translated, where nothing may be', async () => {
    const found = await through(first, () => untranslated);
    expect(found.edges[0]?.problems).to.deep.equal(['destination address translated', 'destination port translated']);
    expect((await through(first, () => portsKept)).edges[0]?.problems).to.deep.equal(['destination port translated']);
  });

  it('is to open soon, where that is asked', async () => {
    const slow =
      (world: World): Proxy =>
      () => ({ to: world.pods[0]!, record: { connectMs: 1_020 } });
    const soon = answered({ connectsWithinMs: 900 });
    expect((await through(slow, () => delivered)).kept).to.equal(true);
    const found = await through(slow, () => soon);
    expect(found.expected).to.equal(
      'every dial answered, whole, by a pod behind its Service, every connection open within 0.9 s',
    );
    expect(found.seen).to.equal('4 dials: 4 slow to connect');
    expect(found.edges[0]?.detail).to.equal('connecting took up to 1.02 s, more than 0.9 s');
    expect(found.sound).to.deep.equal([]);
  });

  it('that nobody answers is told as one to the Service, or to its only pod', async () => {
    const nobody = (): Proxy => () => null;
    const found = await through(nobody, () => delivered);
    expect(found.seen).to.equal('4 dials: 4 timeout');
    expect(found.edges[0]?.to).to.include({ node: 'the Service one', probe: 'any' });
    const single = await through(nobody, () => delivered, { nodes: 1 });
    expect(single.edges[0]?.to).to.include({ node: 'node-1', probe: 'pod-a' });
  });
});

/** What pods of node-1 hear from those of node-2 while a policy is there, and before. */
async function underPolicy(network: Network, before: Network = () => null) {
  const dial = async (how: Network): Promise<Exchanged> => {
    const { pods } = makeWorld({ nodes: 2, network: how });
    const [from, to] = [1, 2].map((n) => pods.filter(({ node }) => node === `node-${n}`));
    return exchange({ from: from!, to: to!, pairs: acrossNodes, families }, { traffic: traffic() });
  };
  const [control, exchanged] = [await dial(before), await dial(network)];
  return { exchanged, expectation: denied({ control }), found: judgeExchange(exchanged, denied({ control })) };
}

describe('a dial that is to be denied', () => {
  for (const outcome of ['timeout', 'refused', 'unreachable'] as const)
    it(`is, where it ends as ${outcome}`, async () => {
      const { found } = await underPolicy(() => ({ ...silence, outcome }));
      expect(found).to.include({ kept: true, inconclusive: null, seen: '8 dials: 8 kept' });
      expect(found.expected).to.equal('no dial answered, although every one was while nothing denied it');
      expect(found.edges.every((edge) => edge.outcome === 'denied' && edge.detail === null)).to.equal(true);
      expect(found.sound).to.have.length(8);
    });

  it('stays a time-out where nobody expected it', async () => {
    const { exchanged } = await underPolicy(() => silence);
    const { edges } = judgeExchange(exchanged, delivered);
    expect(edges.map(({ outcome }) => outcome)).to.deep.equal(Array(8).fill('timeout'));
  });

  it('is not, where it is answered', async () => {
    const { found, exchanged, expectation } = await underPolicy((dial) =>
      dial.address === '198.18.2.2' ? null : silence,
    );
    expect(found.seen).to.equal('8 dials: 4 kept, 4 not denied');
    const edge = found.edges.find(({ problems }) => problems.length > 0);
    expect(edge).to.include({
      outcome: 'delivered',
      detail: '1 of 1 connection attempts were answered by node-2/pod-a-of-node-2',
    });
    expect(() => expectOf(exchanged).to.meet(expectation)).to.throw(
      'expected no dial answered, although every one was while nothing denied it; seen: 8 dials: 4 kept, 4 not denied',
    );
  });

  it('is not, where one datagram of many is answered', async () => {
    const { found } = await underPolicy(() => ({ ...silence, outcome: 'delivered', attempts: 20, answered: 1 }));
    expect(found.edges.every(({ problems }) => problems[0] === 'not denied')).to.equal(true);
  });

  it('is not, where it arrives and only its answer is lost', async () => {
    const { exchanged, expectation } = await underPolicy(() => silence);
    for (const dial of exchanged.dialled) dial.lostLeg = 'reply';
    const { edges, seen } = judgeExchange(exchanged, expectation);
    expect(seen).to.equal('8 dials: 8 not denied');
    expect(edges[0]).to.include({ outcome: 'timeout', detail: 'it arrived, and only its answer did not' });
  });

  it('proves nothing when it was not answered before either', async () => {
    const { found } = await underPolicy(
      () => silence,
      (dial) => (dial.address === '198.18.2.2' ? silence : null),
    );
    expect(found).to.include({ kept: false, seen: '8 dials: 4 kept, 4 inconclusive' });
    expect(found.inconclusive).to.equal(
      '4 dials say nothing: it was not answered while nothing denied it either: that it is not now proves nothing',
    );
  });

  it('proves nothing when its connection was opened', async () => {
    const { found } = await underPolicy(() => ({ ...silence, connectMs: 1 }));
    expect(found.inconclusive).to.include('neither denied nor delivered');
  });

  it('proves nothing when it is inconclusive: neither side is satisfied', async () => {
    const { exchanged, expectation } = await underPolicy(() => silence);
    for (const dial of exchanged.dialled) dial.inconclusive = 'the stream closed';
    for (const either of [expectation, delivered, refused])
      expect(judgeExchange(exchanged, either)).to.include({
        kept: false,
        inconclusive: '8 dials say nothing: the stream closed',
      });
  });
});

describe('a dial that is to be refused', () => {
  it('is, where it is refused, and neither where it is answered nor where it hangs', async () => {
    const ends: Network = (dial) => {
      if (dial.address.endsWith('.2')) return { ...silence, outcome: 'refused' };
      return dial.protocol === 'TCP' ? null : silence;
    };
    const { exchanged } = await underPolicy(ends);
    const found = judgeExchange(exchanged, refused);
    expect(found.seen).to.equal('8 dials: 4 kept, 2 not refused, 2 timeout');
    expect(found.sound.map(({ outcome }) => outcome)).to.deep.equal(Array(4).fill('refused'));
  });
});

describe('a dial that nobody may answer', () => {
  it('is sound where it is refused and where it hangs, and neither where anything answers', async () => {
    const ends: Network = (dial) => {
      if (dial.address.endsWith('.2')) return { ...silence, outcome: 'refused' };
      return dial.protocol === 'TCP' ? null : silence;
    };
    const { exchanged } = await underPolicy(ends);
    const found = judgeExchange(exchanged, unanswered);
    expect(found.seen).to.equal('8 dials: 6 kept, 2 not denied');
    expect(found.sound.map(({ outcome }) => outcome)).to.deep.equal(Array(6).fill('denied'));
  });
});

describe('what is expected', () => {
  const { pods } = makeWorld({ nodes: 3 });

  it('is one sentence', () => {
    expect([delivered, portsKept, untranslated, refused, unanswered].map((one) => expectedOf(one))).to.deep.equal([
      'every dial answered, whole, by the probe it was meant for',
      'every dial answered by the probe it was meant for, and both ends see the same ports',
      'every dial answered by the probe it was meant for, and both ends see the same addresses and ports',
      'every dial refused at once, and none left hanging',
      'no dial answered where no pod may answer',
    ]);
    expect(expectedOf(answered({ by: pods }))).to.equal(
      'every dial answered, whole, by one of node-1/pod-a, node-1/pod-b, node-2/pod-a and 3 more',
    );
    expect(expectedOf(answered({ kept: ['source port', 'destination port', 'source address'] }))).to.equal(
      'every dial answered by the probe it was meant for, and both ends see the same ports and source address',
    );
  });
});
