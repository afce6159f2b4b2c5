import { expect } from 'chai';
import { describe, it } from 'mocha';
import { about, ratioWords } from '../../../lib/headroom/answer.ts';
import { connectionsAnswer } from '../../../lib/headroom/connections.ts';
import { packetsAnswer } from '../../../lib/headroom/packets.ts';
import { estimateRatio, type Ratio } from '../../../lib/headroom/ratio.ts';
import { inShort, throughputAnswer } from '../../../lib/headroom/throughput.ts';
import { estimateGroup } from '../../../lib/latency/closed-loop/estimate.ts';
import { longChain, made } from '../latency/closed-loop/made-up.ts';
import { round } from './turns.ts';

type About = Parameters<typeof round>[0];

const ratioOf = (change: About = {}): Ratio =>
  estimateRatio(
    [1, 2, 3, 4, 5].map((seed) => round({ seed, ...change })),
    { seed: 1 },
  )!;
const udp = (change: About = {}): Ratio => ratioOf({ protocol: 'UDP', ...change });

describe('the answer on 10G', () => {
  it('is a ratio with its interval, held against what is published', () => {
    const answer = throughputAnswer([ratioOf(), ratioOf({ where: 'same node', ratio: 0.9 })], []);
    expect(answer.sentence).to.match(
      /(1\.00|0\.99)\d \(95 %: 0\.99\d to 1\.00\d\) to another node, 0\.(90|89)\d .* on the same node/,
    );
    expect(answer.sentence).to.include('published: 0.96 to 1.05');
    expect(answer.figure).to.be.closeTo(1, 0.01);
    expect(answer.interval).to.have.property('level', 0.95);
    expect(answer).to.include({ threshold: 0.96, limitedBy: null });
    expect(answer.source).to.include('InfraBuilder');
  });

  it('never says what the network can where the probe is the limit', () => {
    const free = throughputAnswer([ratioOf()], []);
    expect(free.sentence).to.include('one connection got 10 Gbit/s, and neither probe was busy');
    const limited = throughputAnswer([ratioOf({ busy: { receiver: 0.97 } })], []);
    expect(limited.sentence).to.include('generator-limited: one connection got at least 10 Gbit/s');
    expect(limited.limitedBy).to.equal('receiving probe');
    expect(throughputAnswer([ratioOf({ busy: { sender: 0.5, waited: 0.45 } })], []).sentence).to.include(
      'all that the sending probe could handle, 45 % of the time waiting for a CPU',
    );
    const { sentence, limitedBy } = throughputAnswer([ratioOf({ full: 0.9 })], []);
    expect(sentence).to.include('at least 10 Gbit/s, no more than 4 MiB are in flight at once');
    expect(limitedBy).to.equal('window');
    expect(packetsAnswer([udp({ full: 0.9 })])).to.have.property('limitedBy', 'window');
  });

  it('has no number where the control fails, and says when it is wider than aimed at', () => {
    const unsound = throughputAnswer([ratioOf({ control: 1.2 })], []);
    expect(unsound).to.include({ figure: null, interval: null });
    expect(unsound.sentence).to.match(/no number to another node \(the instrument is not good enough here/);
    expect(throughputAnswer([ratioOf({ noise: 0.5 })], []).sentence).to.include('; the aim was ± 1 %');
  });

  it('has a short form, to another node where there is one', () => {
    expect(inShort([ratioOf({ where: 'same node', ratio: 0.9 }), ratioOf(), udp()]).join('; ')).to.match(
      /^throughput through a Service \/ by pod IP (1\.00|0\.99)\d \(95 %: .*\) to another node; packet rate through a Service \/ by pod IP .* to another node$/,
    );
    expect(inShort([])).to.deep.equal([]);
  });

  it('says why there is none', () => {
    expect(throughputAnswer(null, []).sentence).to.include('--headroom');
    expect(throughputAnswer([], []).sentence).to.include('could not be measured');
  });
});

describe('the answer on packets', () => {
  it('is a ratio, a rate that is the probe’s own, and what was lost', () => {
    const answer = packetsAnswer([udp({ busy: { sender: 0.95 } })]);
    expect(answer.sentence).to.match(
      /generator-limited at 200,000 packets\/s, all that the sending probe could handle/,
    );
    expect(answer.sentence).to.include('none was lost');
    expect(answer).to.include({ threshold: null, limitedBy: 'sending probe' });
    expect(packetsAnswer([udp({ lost: 0.02, dropped: 0.01 })]).sentence).to.match(
      /2\.0 % were lost, 1\.0 % for want of room/,
    );
  });

  it('is none of TCP', () => {
    expect(packetsAnswer([ratioOf()]).sentence).to.equal('could not be measured');
    expect(packetsAnswer(null).sentence).to.include('not measured');
  });
});

describe('the answer on connections', () => {
  const fullest = { node: 'node-1', count: 10, max: 1_000, share: 0.01 };
  const ask = (change: Partial<Parameters<typeof connectionsAnswer>[0]> = {}): string =>
    connectionsAnswer({ fullest, services: 1_000, proxyModes: { 'node-1': 'iptables' }, groups: null, ...change })
      .sentence;

  it('takes what was measured in this run before what is published', () => {
    const group = estimateGroup([made({ first: longChain })], { seed: 1 })!;
    const text = ask({ groups: [group] });
    expect(text).to.match(
      /a new flow costs 1[12]\d µs by pod IP \(95 %.*measured in this run, UDP to another node, 5 ms/,
    );
    expect(text).to.match(/8,\d00 to 8,\d00 new flows a second keep one core busy/);
    expect(text).not.to.include('KEP-3866');
  });

  it('takes the published figure where nothing was, or may be nothing', () => {
    const idle = estimateGroup([made({})], { seed: 1 })!;
    for (const groups of [null, [], [idle]]) expect(ask({ groups })).to.match(/published for iptables mode, KEP-3866/);
  });

  it('counts: 100,000 flows a second past 1,000 Services are 2.3 cores, past one they are next to nothing', () => {
    expect(ask()).to.include('100,000 new flows a second × 1000 Services × 23 ns');
    expect(ask()).to.include('= 2.3 cores busy with rules');
    expect(ask({ services: 1 })).to.match(/× 1 Service × .* = 0.002 cores/);
    expect(ask({ proxyModes: { 'node-1': 'nftables' } })).to.equal('990 more entries fit on node-1');
    expect(ask({ services: null, fullest: undefined })).to.equal('conntrack is not reported');
  });
});

describe('figures', () => {
  it('are no more precise than they are', () => {
    expect([43_478, 212_345, 1_234, 87].map(about)).to.deep.equal(['43,000', '210,000', '1,200', '87']);
    expect(ratioWords({ estimate: 0.9971, lower: 0.9931, upper: 1.0012, level: 0.95 })).to.equal(
      '0.997 (95 %: 0.993 to 1.001)',
    );
    expect(ratioWords({ estimate: 0.9971, lower: 0.9531, upper: 1.0312, level: 0.99 })).to.equal(
      '1.00 (99 %: 0.95 to 1.03)',
    );
  });
});
