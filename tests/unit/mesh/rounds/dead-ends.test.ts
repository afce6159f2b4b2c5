/** Where many dials fail, some stand for others: for those that the same fault breaks, and no more. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Probe } from '../../../../lib/cluster/model.ts';
import type { DialRecord } from '../../../../lib/conversations/dial.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { acrossNodes } from '../../../../lib/mesh/pairs.ts';
import { unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import { isSound } from '../../../../lib/mesh/rounds/merge.ts';
import { defaultTimes } from '../../../../lib/mesh/times.ts';
import { createTraffic } from '../../../../lib/mesh/traffic.ts';
import { makeWorld, type Network } from '../world.ts';

const silent: Partial<DialRecord> = { outcome: 'timeout', answered: 0, views: [], firstAnswerMs: null };
const { standAfter } = defaultTimes.calm;

type Hits = (ends: { from: Probe; to: Probe; port: number }) => boolean;

/** All probes of so many nodes dial all others; `isDead`: always, `isBusy`: at first. */
async function dialAll({
  isDead,
  isBusy = () => false,
  nodes = 10,
  ports,
}: {
  isDead: Hits;
  isBusy?: Hits;
  nodes?: number;
  ports?: number[];
}) {
  let again = 0;
  const network: Network = ({ nonce, port }, ends) => {
    const isAgain = nonce.endsWith('-again');
    if (isAgain) again += 1;
    return isDead({ ...ends, port }) || (!isAgain && isBusy({ ...ends, port })) ? silent : null;
  };
  const { all } = makeWorld({ nodes, network });
  const traffic = createTraffic({ pace: unlimitedPace });
  const plan = { from: all, to: all, pairs: acrossNodes, families: ['IPv4' as const] };
  const found = await exchange({ ...plan, ...(ports === undefined ? {} : { ports: () => ports }) }, { traffic });
  return { ...found, again, traffic };
}

const isBetween = ({ from, to }: { from: Probe; to: Probe }, one: string, other: string): boolean =>
  [from.node, to.node].toSorted().join() === [one, other].toSorted().join();

describe('where many are dead', () => {
  it('a sample stands for those of the same ends, and what has no such end is asked itself', async () => {
    const isCutOff = ({ kind, node }: Probe): boolean => kind === 'pod' && node === 'node-2';
    const { dialled, traffic, again } = await dialAll({
      isDead: ({ from, to }) => isCutOff(from) || isCutOff(to),
      isBusy: (ends) => ends.from.kind === 'node' && ends.to.kind === 'node' && isBetween(ends, 'node-2', 'node-6'),
    });
    const failing = dialled.filter((dial) => !isSound(dial));
    // To and from two pods, nine nodes of three probes each, TCP and UDP.
    expect(failing).to.have.length(2 * 2 * 9 * 3 * 2);
    expect(failing.every(({ from, to }) => isCutOff(from) || to.node === 'node-2')).to.equal(true);
    expect(traffic.found.onlyUnderLoad).to.have.length(4);
    expect(again).to.be.below(4 * standAfter);
  }).timeout(60_000);

  it('a sample stands for all of its kind where no ends explain it', async () => {
    const { dialled, again } = await dialAll({ isDead: ({ from, to }) => from.kind === 'pod' && to.kind === 'pod' });
    const failing = dialled.filter((dial) => !isSound(dial));
    expect(failing).to.have.length(20 * 18 * 2);
    expect(failing.every(({ from, to }) => from.kind === 'pod' && to.responders[0]?.kind === 'pod')).to.equal(true);
    expect(again).to.be.below(3 * standAfter);
  }).timeout(60_000);

  it('at some ports, what failed at others is asked itself, on the same ways', async () => {
    const ports = Array.from({ length: 16 }, (_, n) => 8_000 + n);
    const into = ({ to }: { to: Probe }): boolean => to.kind === 'pod' && to.node === 'node-1';
    for (const nodes of [3, 10]) {
      const { dialled, traffic, again } = await dialAll({
        nodes,
        ports,
        isDead: ({ port, ...ends }) => into(ends) && port >= 8_008,
        isBusy: ({ port, ...ends }) => into(ends) && ends.from.name === 'pod-b' && port === 8_003,
      });
      const failing = dialled.filter((dial) => !isSound(dial));
      // Into two pods from three probes of each other node, at eight ports, TCP and UDP.
      expect(failing).to.have.length(2 * 3 * (nodes - 1) * 8 * 2);
      expect(failing.every(({ port, inconclusive }) => port >= 8_008 && inconclusive === null)).to.equal(true);
      expect(traffic.found.onlyUnderLoad).to.have.length(2 * (nodes - 1) * 2);
      expect(again).to.be.below(5 * standAfter);
    }
  }).timeout(60_000);

  it('for some flows at random, those that were asked stand for others of their way', async () => {
    const again = { attempts: 12, answered: 7, failed: 'timeout', failedPorts: [50_001] } as const;
    const ports = Array.from({ length: 16 }, (_, n) => 8_000 + n);
    const { all } = makeWorld({
      nodes: 3,
      network: ({ nonce, port }, { from }) => {
        if (from.node !== 'node-1' || port % 4 !== 0) return null;
        return nonce.endsWith('-again') ? { ...again, failedPorts: [50_001] } : silent;
      },
    });
    const plan = { from: all, to: all, pairs: acrossNodes, families: ['IPv4' as const], protocols: ['TCP' as const] };
    const { dialled } = await exchange(
      { ...plan, ports: () => ports },
      { traffic: createTraffic({ pace: unlimitedPace }) },
    );
    const failing = dialled.filter((dial) => !isSound(dial));
    expect(failing).to.have.length(3 * 6 * 4);
    expect(failing.every(({ inconclusive }) => inconclusive === null)).to.equal(true);
  }).timeout(60_000);
});
