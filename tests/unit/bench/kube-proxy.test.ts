import { expect } from 'chai';
import { XMLValidator } from 'fast-xml-parser';
import { describe, it } from 'mocha';
import { curveCsv } from '../../../bench/kube-proxy/curve-csv.ts';
import { curveSvg } from '../../../bench/kube-proxy/curve-svg.ts';
import { replaceMode, type Mode, type Proxy } from '../../../bench/kube-proxy/curve.ts';
import { slopesOf } from '../../../bench/kube-proxy/slopes.ts';
import { markdown } from '../../../bench/kube-proxy/tables.ts';
import { estimateGroup } from '../../../lib/latency/closed-loop/estimate.ts';
import type { Measured, Series } from '../../../lib/latency/closed-loop/measured.ts';
import { made } from '../latency/closed-loop/made-up.ts';

/** What the first packet pays with so many rules of 20 ns: the whole chain by pod IP, half of it by ClusterIP. */
function seriesAt(services: number): Series {
  const walk = 0.02 * services;
  const first = { 'pod-ip': walk, control: walk, 'cluster-ip': walk / 2, 'node-port': walk };
  return made({ first, blocks: 200, idleMs: 0, seed: services + 1 });
}

function measuredAt(services: number): { services: number; measured: Measured } {
  return { services, measured: { series: [seriesAt(services)] } as Measured };
}

function modeAt(proxy: Proxy, numbers: number[], series = seriesAt): Mode {
  const levels = numbers.map((services) => ({
    services,
    rules: services + 25,
    makeMs: 10,
    programMs: 1_200,
    load: [1, 2] as [number, number],
    groups: [estimateGroup([series(services)], { seed: 1 })!],
    remarks: [],
  }));
  const about = { measuredAt: '', kernel: '6.18', tool: 'iptables v1.8.9', cores: 2, nodes: 3, seconds: 40 };
  return { proxy, ...about, levels, notReached: [], slopes: slopesOf(numbers.map(measuredAt)) };
}

describe('the slopes of a curve', () => {
  const slopes = slopesOf([0, 1_000, 5_000, 10_000].map(measuredAt));

  it('hold what a rule costs, in ns, on each path', () => {
    for (const [path, ns] of [
      ['pod-ip', 20],
      ['cluster-ip', 10],
      ['node-port', 20],
    ] as const)
      for (const slope of slopes.filter((one) => one.path === path))
        expect(ns).to.be.within(slope.lower - 0.5, slope.upper + 0.5);
  });

  it('are told for all numbers of Services and for those up to 5,000', () => {
    expect(slopes.map(({ upTo, points }) => `${upTo} ${points}`)).to.have.members([
      ...Array.from({ length: 3 }, () => '10000 4'),
      ...Array.from({ length: 3 }, () => '5000 3'),
    ]);
  });

  it('need two numbers of Services', () => expect(slopesOf([measuredAt(100)])).to.deep.equal([]));
});

describe('the files of a curve', () => {
  const curve = { modes: [modeAt('iptables', [0, 5_000]), modeAt('nftables', [5_000])] };

  it('have KEP-3866 beside what it has measured, and nothing beside the rest', () => {
    const rows = markdown(curve).filter((line) => /^\| (0|5,000) \|/.test(line));
    expect(rows.map((row) => /47 \/ 154|12 \/ 36/.exec(row)?.[0] ?? '')).to.deep.equal(['', '47 / 154', '12 / 36']);
  });

  it('give no number where the control fails', () => {
    const uneven = (services: number): Series => made({ first: { control: 90 }, idleMs: 0, seed: services + 1 });
    const lines = markdown({ modes: [modeAt('iptables', [5_000], uneven)] });
    expect(lines.find((line) => line.startsWith('| 5,000 |'))).to.match(/^\| 5,000 \| – \| – \| – \|/);
  });

  it('have a row for each path, with as many cells as there are columns', () => {
    const [head, ...rows] = curveCsv(curve).trimEnd().split('\n');
    expect(rows).to.have.length(9);
    for (const row of rows) expect(row.split(',')).to.have.length(head!.split(',').length);
  });

  it('hold a plot that is well-formed, also of nothing', () => {
    for (const one of [curve, { modes: [] }]) {
      const text = curveSvg(one);
      expect(XMLValidator.validate(text)).to.equal(true);
      expect(text).not.to.match(/NaN|Infinity|undefined/);
    }
  });
});

describe('a run of one mode', () => {
  it('replaces what there was of it, and leaves the other', () => {
    const [old, other] = [modeAt('iptables', [0]), modeAt('nftables', [0])];
    const newer = { ...old, measuredAt: 'later' };
    expect(replaceMode({ modes: [old, other] }, newer)).to.deep.equal({ modes: [newer, other] });
  });
});
