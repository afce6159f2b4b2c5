/** Traffic has destinations: whatever an exchange does for a probe at its own address it does for a Service. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { destinationOf, throughService } from '../../../lib/mesh/destination.ts';
import { exchange, partOf } from '../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { acrossNodes, everyPair, involving, itself, onSameNode } from '../../../lib/mesh/pairs.ts';
import type { ExchangePlan } from '../../../lib/mesh/plan.ts';
import { defaultTimes } from '../../../lib/mesh/times.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { clusterIP, servicePort, serviceWorld, silence, type Proxy } from './make-believe-service.ts';
import { makeWorld, type World, type WorldOptions } from './world.ts';

const unlimited = () => createTraffic({ pace: unlimitedPace });
const inTurn = ({ pods }: World): Proxy => {
  const backends = pods.filter(({ name }) => name === 'pod-a');
  let turn = 0;
  return () => ({ to: backends[turn++ % backends.length]! });
};
const dialService = async (proxy: (world: World) => Proxy, options: WorldOptions & Partial<ExchangePlan> = {}) => {
  const { pairs = everyPair, protocols = ['UDP'], ports, ...rest } = options;
  const world = serviceWorld(proxy, rest);
  const { pods, service } = world;
  const plan = {
    from: pods,
    to: [service],
    pairs,
    families: ['IPv4' as const],
    protocols,
    ...(ports ? { ports } : {}),
  };
  return { world, ...(await exchange(plan, { traffic: unlimited() })) };
};

describe('a destination', () => {
  const { pods } = makeWorld({ nodes: 2 });
  const [one, , other] = pods;
  const where = { addresses: { IPv4: clusterIP }, ports: { TCP: 80 } };

  it('is called by what it is', () => {
    const via = { service: 'one', kind: 'ClusterIP', node: null } as const;
    expect(destinationOf(one!).name).to.equal('node-1/pod-a');
    expect(throughService(via, { ...where, backends: pods }).name).to.equal('the Service one by its ClusterIP');
    expect(throughService({ ...via, kind: 'name' }, { ...where, backends: pods }).name).to.equal(
      'the Service one by its name',
    );
    expect(throughService({ ...via, kind: 'NodePort', node: 'node-2' }, { ...where, backends: pods }).name).to.equal(
      'the Service one by the NodePort of node-2',
    );
  });

  it('pairs as its only pod does, and with everybody where it has several', () => {
    const via = { service: 'one', kind: 'ClusterIP', node: null } as const;
    const single = throughService(via, { ...where, backends: [one!] });
    const both = throughService(via, { ...where, backends: [one!, other!] });
    const rules = [acrossNodes, onSameNode, itself, everyPair, involving([one!])];
    expect(rules.map((rule) => rule(one!, single))).to.deep.equal([false, false, true, false, false]);
    expect(rules.map((rule) => rule(other!, single))).to.deep.equal([true, false, false, true, true]);
    expect(rules.map((rule) => rule(one!, both))).to.deep.equal([true, false, false, true, true]);
  });

  it('that is a Service is dialled from source ports of its own: to its pods the same flow from one port would be two', async () => {
    const { asked, pods: all, service } = serviceWorld(inTurn);
    await exchange(
      { from: all, to: [...all, service], pairs: everyPair, families: ['IPv4'], protocols: ['TCP'] },
      { traffic: unlimited() },
    );
    const dials = asked.flatMap(({ body }) => (body.kind === 'dial' ? body.dials : []));
    const from = Map.groupBy(dials, ({ apart }) => (apart === true ? 'apart' : 'direct'));
    expect(new Set(from.get('apart')?.map(({ address }) => address))).to.deep.equal(new Set([clusterIP]));
    expect(from.get('direct')?.some(({ address }) => address === clusterIP)).to.equal(false);
  });
});

describe('an exchange through a Service', () => {
  it('dials its address and port, and asks nobody what arrived while all is answered', async () => {
    const { world, dialled, nothingToDial } = await dialService(inTurn);
    const dials = world.asked.flatMap(({ body }) => (body.kind === 'dial' ? body.dials : []));
    expect(dials.map(({ address, port }) => `${address}:${port}`)).to.deep.equal(
      Array(4).fill(`${clusterIP}:${servicePort}`),
    );
    expect(dialled).to.have.length(4);
    expect(nothingToDial).to.equal(null);
    expect(world.asked.every(({ body }) => body.kind === 'dial')).to.equal(true);
  });

  it('asks every pod behind it what arrived, where nothing is answered, and knows who received it', async () => {
    const reply: WorldOptions['reply'] = (probe, body) => {
      if (body.kind !== 'seen') return null;
      const received = probe.node === 'node-2' ? 20 : 0;
      const peer = { address: '198.18.1.2', port: 50_000 };
      const records = body.nonces.map((nonce) => ({ kind: 'seen' as const, nonce, received, peer, lateMs: 0 }));
      return { records };
    };
    const { world, dialled } = await dialService(() => () => null, { reply });
    const asked = world.asked.filter(({ body }) => body.kind === 'seen').map(({ probe }) => probe);
    expect(new Set(asked)).to.deep.equal(new Set(world.backends));
    expect(dialled.map(({ lostLeg, receivedBy }) => `${lostLeg} of ${receivedBy?.node}`)).to.deep.equal(
      Array(4).fill('reply of node-2'),
    );
  });

  it('says nothing when one of those who may have answered was restarted', async () => {
    const { dialled } = await dialService(() => () => null, {
      reply: (probe, body) => (body.kind === 'seen' && probe.node === 'node-2' ? { instance: 'another' } : null),
    });
    expect(dialled.map(({ inconclusive }) => inconclusive)).to.deep.equal(
      Array(4).fill('node-2/pod-a was restarted during the run'),
    );
  });

  it('asks again, calmly, what failed at first: a path is a node and the Service', async () => {
    const { world, dialled } = await dialService(() => () => null, { nodes: 4, ports: () => [1, 2, 3, 4, 5] });
    expect(dialled).to.have.length(40);
    const again = world.asked.flatMap(({ body }) =>
      body.kind === 'dial' ? body.dials.filter(({ nonce }) => nonce.endsWith('-again')) : [],
    );
    // Of each node so many, for all of them.
    expect(again).to.have.length(4 * defaultTimes.calm.perPath);
  });

  it('is no part of an exchange with the same pods at their own addresses', async () => {
    const { pods, backends, service } = serviceWorld(inTurn);
    const plan = { from: pods, to: [...backends, service], pairs: everyPair, families: ['IPv4' as const] };
    const whole = await exchange(plan, { traffic: unlimited() });
    const direct = partOf(whole, { ...plan, to: backends });
    const through = partOf(whole, { ...plan, to: [service] });
    expect([direct.dialled.length, through.dialled.length]).to.deep.equal([12, 8]);
    expect(new Set(through.dialled.map(({ to }) => to.name))).to.deep.equal(new Set([service.name]));
  });

  it('may have no pod at all: whoever dials it is asked alone', async () => {
    const { pods } = makeWorld({ nodes: 1, network: () => ({ ...silence, outcome: 'refused' }) });
    const service = throughService(
      { service: 'none', kind: 'ClusterIP', node: null },
      { addresses: { IPv4: pods[1]!.addresses.IPv4! }, ports: { TCP: 80 }, backends: [] },
    );
    const plan = { from: pods, to: [service], pairs: everyPair, families: ['IPv4' as const] };
    const { dialled } = await exchange(plan, { traffic: unlimited() });
    expect(dialled.map(({ record, protocol }) => `${protocol} ${record?.outcome}`)).to.deep.equal(
      Array(2).fill('TCP refused'),
    );
    expect(dialled.every(({ inconclusive }) => inconclusive === null)).to.equal(true);
  });
});
