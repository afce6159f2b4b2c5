/** What failed is asked again, calmly, and that decides. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Exchanged } from '../../../../lib/mesh/dialled.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { acrossNodes } from '../../../../lib/mesh/pairs.ts';
import { unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import { isSound } from '../../../../lib/mesh/rounds/merge.ts';
import { defaultTimes, type ExchangeTimes } from '../../../../lib/mesh/times.ts';
import { createTraffic, type Traffic } from '../../../../lib/mesh/traffic.ts';
import type { Dial, DialRecord } from '../../../../lib/conversations/dial.ts';
import { makeWorld, type World, type WorldOptions } from '../world.ts';

const isAgain = ({ nonce }: Dial): boolean => nonce.endsWith('-again');
/** Of what is asked calmly, what is asked first of a dial that got no answer at all. */
const isLittle = ({ nonce, protocol, flows, datagrams }: Dial): boolean => {
  const { few } = defaultTimes.calm;
  return isAgain({ nonce } as Dial) && (protocol === 'TCP' ? flows === few.connections : datagrams === few.datagrams);
};
const silent: Partial<DialRecord> = { outcome: 'timeout', answered: 0, views: [], firstAnswerMs: null };

async function dialAll(
  options: WorldOptions & { protocols?: ('TCP' | 'UDP')[]; ports?: number[]; times?: Partial<ExchangeTimes> } = {},
): Promise<Exchanged & { world: World; again: Dial[]; traffic: Traffic }> {
  const world = makeWorld({ nodes: 2, ...options });
  const { pods } = world;
  const traffic = createTraffic({ pace: unlimitedPace });
  const { protocols, ports, times } = options;
  const plan = {
    from: pods,
    to: pods,
    pairs: acrossNodes,
    families: ['IPv4' as const],
    ...(protocols ? { protocols } : {}),
    ...(ports ? { ports: () => ports } : {}),
    ...(times ? { times } : {}),
  };
  const found = await exchange(plan, { traffic });
  const dials = world.asked.flatMap(({ body }) => (body.kind === 'dial' ? body.dials : []));
  return { ...found, world, traffic, again: dials.filter(isAgain) };
}

describe('what failed at first', () => {
  it('and is answered when asked calmly, is the suite’s own load: sound, and told', async () => {
    const { dialled, traffic, again } = await dialAll({ network: (dial) => (isAgain(dial) ? null : silent) });
    expect(dialled.every(isSound)).to.equal(true);
    expect(dialled.every(({ onlyUnderLoad }) => onlyUnderLoad)).to.equal(true);
    expect(traffic.found.onlyUnderLoad).to.have.length(16);
    expect(traffic.found.failing).to.deep.equal([]);
    expect(again.filter(isLittle)).to.have.length(16);
    expect(again).to.have.length(32);
  });

  it('stands on a long path with sixteen that are asked, where half of them fail again; else all are asked', async () => {
    const ports = Array.from({ length: 20 }, (_, n) => 8_000 + n);
    const standing = async (isDead: (port: number) => boolean): Promise<number[]> => {
      const { dialled } = await dialAll({
        protocols: ['TCP'],
        ports,
        network: (dial) => (!isAgain(dial) || isDead(dial.port) ? silent : null),
      });
      return dialled.flatMap(({ standsWith }) => (standsWith === 0 ? [] : standsWith));
    };
    // Two ways of 80 dials each.
    expect(await standing((port) => port % 4 !== 0)).to.deep.equal(Array(2 * (80 - 16)).fill(16));
    expect(await standing((port) => port % 4 === 0)).to.deep.equal([]);
  }).timeout(60_000);

  it('is asked wave after wave as long as nearly all of a wave is answered, up to a limit', async () => {
    const few = { ...defaultTimes.calm.few, connectionIntervalMs: 0 };
    const told = async (atMost: number, isDead: (port: number) => boolean): Promise<(string | null)[]> => {
      const { dialled } = await dialAll({
        protocols: ['TCP'],
        ports: Array.from({ length: 16 }, (_, n) => 8_000 + n),
        times: { calm: { ...defaultTimes.calm, connectionIntervalMs: 0, few, wave: 16, atMost } },
        network: (dial) => (!isAgain(dial) || isDead(dial.port) ? silent : null),
      });
      expect(dialled).to.have.length(128);
      return [...new Set(dialled.map(({ inconclusive }) => inconclusive))];
    };
    expect(await told(1_000, () => false)).to.deep.equal([null]);
    const onlySome = (asked: number): string => `it failed among many, of which only ${asked} were asked again`;
    expect(await told(32, () => false)).to.deep.equal([null, onlySome(32)]);
    expect(await told(1_000, (port) => port % 4 === 0)).to.deep.equal([null, onlySome(16)]);
  });

  it('is asked again in a size that is fixed beforehand, from the same source port and from others', async () => {
    const { calm } = defaultTimes;
    const some = { attempts: 20, answered: 19, lostSyns: 1 };
    for (const [atFirst, sizes] of [
      [silent, [calm.few, calm]],
      [some, [calm]],
    ] as const) {
      const { again } = await dialAll({ network: (dial) => (isAgain(dial) ? null : atFirst) });
      expect(again).to.have.length(16 * sizes.length);
      for (const dial of again) {
        const { connections, datagrams, datagramFlows } = isLittle(dial) ? calm.few : calm;
        expect(dial.sourcePort).to.equal(50_000);
        expect(dial.flows).to.equal(dial.protocol === 'TCP' ? connections : datagramFlows);
        if (dial.protocol === 'UDP') expect(dial.datagrams).to.equal(datagrams);
      }
    }
  });

  it('is dead when a little of it gets no answer, either: no more is asked', async () => {
    const { again, dialled } = await dialAll({ network: () => silent });
    expect(again).to.have.length.above(0);
    expect(again.every(isLittle)).to.equal(true);
    expect(dialled.every(({ record, lossy }) => record?.outcome === 'timeout' && !lossy)).to.equal(true);
  });

  it('is decided by all of it where a little gets any answer: one answer of eight is no sound path', async () => {
    const { dialled } = await dialAll({
      network: (dial) =>
        !isAgain(dial) ? silent : { attempts: dial.flows!, answered: isLittle(dial) ? 1 : dial.flows! - 3 },
      protocols: ['TCP'],
    });
    const asked = dialled.filter(({ rounds }) => rounds.length === 3);
    expect(asked).to.have.length.above(0);
    expect(asked.every((dial) => dial.lossy && dial.record?.outcome === 'delivered')).to.equal(true);
    for (const { rounds, attempts } of asked)
      expect(attempts).to.equal(rounds.reduce((sum, round) => sum + round.attempts, 0));
  });

  it('and fails again, fails: both rounds are counted', async () => {
    const { dialled, traffic } = await dialAll({ network: () => silent, protocols: ['TCP'] });
    expect(dialled.every((dial) => dial.record?.outcome === 'timeout' && !isSound(dial))).to.equal(true);
    const asked = dialled.filter(({ rounds }) => rounds.length === 2);
    expect(asked.length).to.be.above(0);
    expect(traffic.found.failing).to.have.length(8);
  });

  it('stands with others of its path, where all of those fail that are asked', async () => {
    const { dialled, again } = await dialAll({ network: () => silent, protocols: ['UDP'], ports: [1, 2, 3, 4, 5] });
    expect(dialled).to.have.length(40);
    // Two paths, there and back, of which so many dials are asked each.
    expect(again).to.have.length(2 * defaultTimes.calm.perPath);
    const standing = dialled.filter(({ standsWith }) => standsWith > 0);
    expect(standing).to.have.length(40 - again.length);
    expect(standing.every(({ rounds, record }) => rounds.length === 1 && record?.outcome === 'timeout')).to.equal(true);
  });

  it('is asked one by one where some of its path are answered', async () => {
    const { dialled, again } = await dialAll({
      network: (dial) => (isAgain(dial) && dial.port !== 3 ? null : silent),
      protocols: ['TCP'],
      ports: [1, 2, 3, 4, 5],
    });
    expect(again.filter(isLittle)).to.have.length(40);
    expect(again).to.have.length(40 + 32);
    expect(dialled.filter((dial) => !isSound(dial)).map(({ port }) => port)).to.deep.equal(Array(8).fill(3));
  });

  it('is not asked again when it is proof by itself', async () => {
    for (const outcome of ['corrupted', 'wrong responder'] as const) {
      const { again, dialled } = await dialAll({ network: () => ({ outcome }) });
      expect(again).to.deep.equal([]);
      expect(dialled.every((dial) => dial.record?.outcome === outcome)).to.equal(true);
    }
  });

  it('is loss when one flow of twenty stays dead: its SYN was sent more than once', async () => {
    const { dialled } = await dialAll({
      network: (dial) => {
        if (!isAgain(dial)) return silent;
        const flows = dial.flows!;
        return { attempts: flows + 1, answered: flows - 1, lostSyns: 1, failed: 'timeout', failedPorts: [50_000] };
      },
      protocols: ['TCP'],
    });
    const asked = dialled.filter(({ rounds }) => rounds.length === 3);
    expect(asked.length).to.be.above(0);
    expect(asked.every(({ lossy, record }) => lossy && record?.outcome === 'delivered')).to.equal(true);
  });

  it('is not loss when one SYN of twenty had to be sent again', async () => {
    const { dialled } = await dialAll({
      network: (dial) => (isAgain(dial) ? { attempts: 21, answered: 20, lostSyns: 1 } : silent),
      protocols: ['TCP'],
    });
    expect(dialled.every(isSound)).to.equal(true);
  });

  it('is told as what it got instead of an answer, where it is refused now and then', async () => {
    const { dialled } = await dialAll({
      network: (dial) =>
        isAgain(dial) ? { attempts: 20, answered: 10, failed: 'refused' } : { ...silent, outcome: 'refused' },
      protocols: ['TCP'],
    });
    expect(dialled.every(({ record, lossy }) => record?.outcome === 'refused' && !lossy)).to.equal(true);
  });

  it('keeps what its first round saw translated', async () => {
    const { dialled } = await dialAll({
      network: (dial, { to }) =>
        isAgain(dial)
          ? null
          : {
              answered: 19,
              views: [
                {
                  who: to.hello.identity,
                  local: { address: dial.address, port: dial.port },
                  peer: { address: '198.18.0.9', port: 50_000 },
                },
              ],
            },
      protocols: ['UDP'],
    });
    expect(dialled.every(({ record }) => record?.views[0]?.peer.address === '198.18.0.9')).to.equal(true);
  });
});

describe('a connection that took a SYN more to open', () => {
  it('is asked again, and is loss when others do, too', async () => {
    const slow = { connectMs: 1_020, attempts: 2, lostSyns: 1 };
    const { dialled, again } = await dialAll({
      network: (dial) => (isAgain(dial) ? { ...slow, attempts: 40, answered: 20, lostSyns: 20 } : slow),
      protocols: ['TCP'],
    });
    expect(again.length).to.be.above(0);
    expect(dialled.filter(({ rounds }) => rounds.length === 2).every(({ lossy }) => lossy)).to.equal(true);
    // Those that were not asked again themselves have lost something as well: the diagnosis counts it.
    expect(dialled.every(({ attempts, answered, lossy }) => lossy && attempts > answered)).to.equal(true);
  });
});

describe('a new pod', () => {
  async function young(network: WorldOptions['network'], { ageMs = 0, youngMs = 400 } = {}) {
    const world = makeWorld({ nodes: 2, ...(network ? { network } : {}) });
    for (const pod of world.pods) if (pod.node === 'node-2') pod.readyAt = performance.now() - ageMs;
    const traffic = createTraffic({ pace: unlimitedPace });
    const plan = { from: world.pods, to: world.pods, pairs: acrossNodes, families: ['IPv4' as const] };
    return exchange(plan, { traffic, times: { youngMs, youngEveryMs: 100 } });
  }

  it('may lag behind its own Ready, and its lag is told', async () => {
    const begun = performance.now();
    const late: WorldOptions['network'] = (_dial, { to }) =>
      to.node === 'node-2' && performance.now() - begun < 200 ? silent : null;
    const { dialled, lags } = await young(late, { youngMs: 30_000 });
    expect(dialled.every(isSound)).to.equal(true);
    expect(lags.map(({ probe }) => `${probe.node}/${probe.name}`)).to.have.members(['node-2/pod-a', 'node-2/pod-b']);
    for (const { failedMs, answeredMs } of lags) {
      expect(failedMs).to.be.below(answeredMs);
      expect(answeredMs).to.be.within(150, 30_000);
    }
  });

  it('that is not reached for longer fails', async () => {
    const { dialled, lags } = await young((_dial, { to }) => (to.node === 'node-2' ? silent : null));
    expect(lags).to.deep.equal([]);
    expect(dialled.filter((dial) => !isSound(dial)).every(({ to }) => to.node === 'node-2')).to.equal(true);
    expect(dialled.some((dial) => !isSound(dial))).to.equal(true);
  });

  it('that has been Ready for longer is given no time', async () => {
    const begun = performance.now();
    await young((_dial, { to }) => (to.node === 'node-2' ? silent : null), { ageMs: 31_000, youngMs: 30_000 });
    // Given time, it would take up all of it.
    expect(performance.now() - begun).to.be.below(30_000);
  });
});
