/** Lost datagrams are confirmed by more datagrams, counted together, and told by direction. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Dialled } from '../../../lib/mesh/dialled.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { acrossNodes } from '../../../lib/mesh/pairs.ts';
import { partlyTimes, type ExchangeTimes } from '../../../lib/mesh/times.ts';
import type { SocketAddress } from '../../../lib/conversations/basics.ts';
import type { Dial } from '../../../lib/conversations/dial.ts';
import type { RecordOf } from '../../../lib/conversations/index.ts';
import { makeWorld, type Network, type WorldOptions } from './world.ts';

const isAgain = ({ nonce }: Dial): boolean => nonce.endsWith('-again');
/** Answers all but that many of the first datagrams, and all but that many of those that confirm. */
const losing =
  (first: number, later: number): Network =>
  (dial) =>
    dial.protocol === 'TCP' ? null : { answered: (dial.datagrams ?? 0) - (isAgain(dial) ? later : first) };

/** The same between the pods of two nodes, all of one path. */
async function dialPath(options: WorldOptions): Promise<Dialled[]> {
  const { pods } = makeWorld({ nodes: 2, ...options });
  const [from, to] = [pods.slice(0, 2), pods.slice(2)];
  return (await exchange({ from, to, pairs: acrossNodes, families: ['IPv4'], protocols: ['UDP'] })).dialled;
}

async function dialOne(
  protocol: 'TCP' | 'UDP',
  { times, ...options }: WorldOptions & { times?: Partial<ExchangeTimes> },
): Promise<Dialled & { dials: Dial[] }> {
  const world = makeWorld({ nodes: 2, ...options });
  const plan = {
    from: world.pods.slice(0, 1),
    to: world.pods.slice(2, 3),
    pairs: acrossNodes,
    families: ['IPv4' as const],
  };
  const { dialled } = await exchange({ ...plan, protocols: [protocol], ...(times ? { times } : {}) });
  const [only] = dialled;
  if (only === undefined) throw new Error('nothing dialled');
  return { ...only, dials: world.asked.flatMap(({ body }) => (body.kind === 'dial' ? body.dials : [])) };
}

describe('lost datagrams', () => {
  it('are not looked for where none was lost', async () => {
    const found = await dialOne('UDP', {});
    expect([found.attempts, found.answered, found.lossy, found.dials.length]).to.deep.equal([20, 20, false, 1]);
  });

  it('are mischance when more datagrams all arrive, and are counted all the same', async () => {
    const found = await dialOne('UDP', { network: losing(1, 0) });
    expect([found.attempts, found.answered, found.lossy]).to.deep.equal([220, 219, false]);
    expect(found.record).to.include({ outcome: 'delivered', attempts: 220, answered: 219 });
  });

  it('are loss when more datagrams are lost', async () => {
    const found = await dialOne('UDP', { network: losing(6, 60) });
    expect([found.attempts, found.answered, found.lossy]).to.deep.equal([220, 154, true]);
  });

  it('are looked for in many flows where some flows are known to lose theirs', async () => {
    // One flow in eight: a single one would most often be among the others.
    const found = await dialOne('UDP', {
      times: partlyTimes,
      network: ({ flows = 1, datagrams = 0 }) => ({
        answered: datagrams - Math.floor(flows / 8) * (datagrams / flows),
      }),
    });
    expect(found.dials.map(({ flows, datagrams }) => [flows, datagrams])).to.deep.equal([
      [40, 80],
      [40, 200],
    ]);
    expect([found.attempts, found.answered, found.lossy]).to.deep.equal([280, 245, true]);
  });

  const breaking: WorldOptions['reply'] = (_probe, body, nth) =>
    body.kind === 'dial' && nth === 1 ? { whole: false, reason: 'the stream closed', records: [] } : null;

  it('prove nothing when the confirmation breaks', async () => {
    const found = await dialOne('UDP', { network: losing(6, 0), reply: breaking });
    expect([found.attempts, found.answered, found.lossy]).to.deep.equal([20, 14, false]);
    expect(found.inconclusive).to.equal('the stream closed');
  });

  it('do not pass for mischance either when the confirmation breaks', async () => {
    const found = await dialOne('UDP', { network: losing(1, 0), reply: breaking });
    expect([found.attempts, found.answered, found.lossy]).to.deep.equal([20, 19, false]);
    expect(found.inconclusive).to.equal('the stream closed');
  });

  it('are measured again when the dialler stood still as it confirmed', async () => {
    const stoodStill: WorldOptions['reply'] = (_probe, body, nth) =>
      body.kind === 'dial' && nth === 1 ? { stallMs: 5_000 } : null;
    let round = 0;
    const network: Network = () =>
      [{ answered: 14 }, { outcome: 'timeout' as const, answered: 0 }, { answered: 140 }][round++] ?? null;
    const found = await dialOne('UDP', { network, reply: stoodStill });
    expect([found.attempts, found.answered, found.lossy, found.inconclusive]).to.deep.equal([200, 140, true, null]);
    expect(new Set(found.dials.map(({ nonce }) => nonce)).size).to.equal(3);
  });

  it('stay "delivered" when the confirmation loses all: some did arrive', async () => {
    const gone: Network = (dial) =>
      isAgain(dial) ? { outcome: 'timeout', answered: 0, views: [] } : losing(6, 0)(dial, none);
    const found = await dialOne('UDP', { network: gone });
    expect(found.record?.outcome).to.equal('delivered');
    expect([found.attempts, found.answered, found.lossy]).to.deep.equal([220, 14, true]);
    expect(found.record?.views).to.have.length(1);
  });

  it('are no matter of load alone where only a few passed in between', async () => {
    let round = 0;
    const found = await dialOne('UDP', {
      network: () => (round++ === 1 ? null : { outcome: 'timeout', answered: 0, views: [] }),
      received: () => 200,
    });
    expect([found.onlyUnderLoad, found.lossy, found.lostLeg]).to.deep.equal([false, true, 'reply']);
  });

  it('do not hide what else the confirmation found', async () => {
    const found = await dialOne('UDP', {
      network: (dial) => (isAgain(dial) ? { outcome: 'corrupted', answered: 150 } : { answered: 14 }),
    });
    expect(found.record?.outcome).to.equal('corrupted');
  });
});

const none = {} as Parameters<Network>[1];

describe('the way on which packets were lost', () => {
  it('is the request’s when the responder received too few', async () => {
    const found = await dialOne('UDP', { network: losing(6, 60), received: () => 140 });
    expect(found.lostLeg).to.equal('request');
  });

  it('is the reply’s when the responder received all', async () => {
    const found = await dialOne('UDP', { network: losing(6, 60), received: () => 200 });
    expect(found.lostLeg).to.equal('reply');
  });

  it('is both when it received too few and more of its answers were lost', async () => {
    const found = await dialOne('UDP', { network: losing(6, 60), received: () => 170 });
    expect(found.lostLeg).to.equal('both');
  });

  it('is not known of a dial that was not asked again itself: under load, either way may have lost some', async () => {
    const dialled = await dialPath({
      network: losing(6, 60),
      received: (nonce) => (nonce.endsWith('-again') ? 140 : 20),
    });
    const legs = (isAsked: boolean) =>
      dialled.filter(({ standsWith }) => (standsWith === 0) === isAsked).map(({ lostLeg }) => lostLeg);
    expect(legs(true)).to.deep.equal(['request', 'request']);
    expect(legs(false)).to.deep.equal(['unknown', 'unknown']);
  });

  it('is told by the last round alone when the responder had spoilt the one before', async () => {
    const counted = new Map<string, number>();
    const count: Network = ({ nonce, datagrams = 0 }) => {
      const answered = Math.round(datagrams * 0.7);
      counted.set(nonce, (counted.get(nonce) ?? 0) + answered);
      return { answered };
    };
    const stoodStill: WorldOptions['reply'] = (_probe, body, nth) =>
      body.kind === 'seen' && nth === 0
        ? { records: [{ kind: 'stall', longestMs: 5_000, droppedDatagrams: 0 }] }
        : null;
    const found = await dialOne('UDP', {
      network: count,
      reply: stoodStill,
      received: (nonce) => counted.get(nonce) ?? 0,
    });
    expect([found.attempts, found.answered, found.lossy, found.inconclusive]).to.deep.equal([200, 140, true, null]);
    expect(found.lostLeg).to.equal('request');
    const nonces = found.dials.map(({ nonce }) => nonce);
    expect(new Set(nonces).size).to.equal(nonces.length);
  });

  it('is not known where the responder tells of fewer than were answered: its memory is not whole', async () => {
    const found = await dialOne('UDP', { network: losing(6, 60), received: () => 0 });
    expect(found.lostLeg).to.equal('unknown');
  });

  it('is told for datagrams that all were lost', async () => {
    const network: Network = () => ({ outcome: 'timeout', answered: 0, views: [] });
    expect((await dialOne('UDP', { network, received: () => 0 })).lostLeg).to.equal('request');
    expect((await dialOne('UDP', { network, received: () => 20 })).lostLeg).to.equal('reply');
  });

  const silent: Network = () => ({ outcome: 'timeout', answered: 0, views: [] });

  it('is not known for a connection of which the responder knows nothing', async () => {
    expect((await dialOne('TCP', { network: silent })).lostLeg).to.equal('unknown');
  });

  it('is the reply’s for a connection that stands half open there', async () => {
    const peer: SocketAddress = { address: '198.18.1.2', port: 50_000 };
    const record: RecordOf = {
      kind: 'half-open',
      connections: [{ local: { address: '198.18.2.2', port: 33_020 }, peer }],
    };
    const reply: WorldOptions['reply'] = (_probe, body) => (body.kind === 'seen' ? { records: [record] } : null);
    expect((await dialOne('TCP', { network: silent, reply })).lostLeg).to.equal('reply');
  });

  it('is the request’s for a connection that stood and brought nothing', async () => {
    const stood: Network = () => ({ outcome: 'timeout', answered: 0, views: [], connectMs: 1 });
    expect((await dialOne('TCP', { network: stood, received: () => 0 })).lostLeg).to.equal('request');
    expect((await dialOne('TCP', { network: stood, received: () => 1 })).lostLeg).to.equal('reply');
  });

  it('is nobody’s for what was refused or delivered', async () => {
    expect((await dialOne('TCP', {})).lostLeg).to.equal(null);
    expect(
      (await dialOne('TCP', { network: () => ({ outcome: 'refused', answered: 0, views: [] }) })).lostLeg,
    ).to.equal(null);
  });
});
