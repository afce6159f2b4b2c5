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

/** All probes of ten nodes dial all others; `isDead`: always, `isBusy`: at first. */
async function dialAll({
  isDead,
  isBusy = () => false,
}: {
  isDead: (ends: { from: Probe; to: Probe }) => boolean;
  isBusy?: (ends: { from: Probe; to: Probe }) => boolean;
}) {
  let again = 0;
  const network: Network = ({ nonce }, ends) => {
    const isAgain = nonce.endsWith('-again');
    if (isAgain) again += 1;
    return isDead(ends) || (!isAgain && isBusy(ends)) ? silent : null;
  };
  const { all } = makeWorld({ nodes: 10, network });
  const traffic = createTraffic({ pace: unlimitedPace });
  const plan = { from: all, to: all, pairs: acrossNodes, families: ['IPv4' as const] };
  return { ...(await exchange(plan, { traffic })), again, traffic };
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
});
