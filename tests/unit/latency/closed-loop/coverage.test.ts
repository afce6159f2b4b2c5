/** The clause's own estimators on noise that was stored from the lab. `npm run bench:kube-proxy -- --proof coverage` does it for every form. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { cases, countRuns } from '../../../../bench/kube-proxy/count-runs.ts';
import { isNominal } from '../../../../bench/kube-proxy/prove-coverage.ts';
import { drawRun, storedPairs, type Planted } from '../../../../bench/kube-proxy/real-noise.ts';
import { estimateGroup, type Group } from '../../../../lib/latency/closed-loop/estimate.ts';
import { differenceOf } from '../../../../lib/latency/closed-loop/words.ts';
import { seededRandom } from '../../../../lib/statistics/random.ts';

const runs = 200;
const kind = { where: 'same node', protocol: 'UDP', idleMs: 0 } as const;

describe('200 runs with real noise, where the truth is known', function () {
  this.timeout(180_000);

  for (const one of cases.filter(({ name, idleMs }) => name.startsWith('short form') && idleMs > 0))
    it(`${one.name}: the intervals hold it in at least 95 %, and few controls are refused`, async () => {
      const counted = await countRuns(one, { runs });
      expect(isNominal(counted), JSON.stringify(counted)).to.equal(true);
      expect(counted.refused, JSON.stringify(counted)).to.be.at.most(0.06 * runs);
    });
});

describe('a run with real noise', () => {
  const pairs = storedPairs(kind);
  const drawn = (planted: Planted): Group =>
    estimateGroup(drawRun({ kind, pairs, blocks: 60, random: seededRandom(1), planted }), { seed: 2 })!;

  it('is the same for the same seed', () => expect(drawn({})).to.deep.equal(drawn({})));

  it('shows what was planted, with its sign', () => {
    const group = drawn({ every: { 'cluster-ip': -30 }, first: { 'cluster-ip': 50 } });
    const at = (name: Parameters<typeof differenceOf>[1]) => differenceOf(group, name, 'cluster-ip')!;
    expect(at('established, minus pod IP').upper).to.be.within(-30, -20);
    expect(at('new, minus pod IP').lower).to.be.within(10, 20);
    expect(at('new minus established').lower).to.be.above(40);
  });

  it('of an instrument that favours one of two equal paths is refused', () => {
    const group = drawn({ every: { control: 30 } });
    expect(differenceOf(group, 'established, minus pod IP', 'cluster-ip')!.finding.kind).to.equal('not good enough');
  });
});
