import { expect } from 'chai';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, it } from 'mocha';
import { decode } from '../../../../lib/latency/closed-loop/decode.ts';
import { ecdfSvg } from '../../../../lib/latency/closed-loop/ecdf-svg.ts';
import { estimateGroup, groupsOf } from '../../../../lib/latency/closed-loop/estimate.ts';
import type { Measured } from '../../../../lib/latency/closed-loop/measured.ts';
import { rawCsv } from '../../../../lib/latency/closed-loop/raw-csv.ts';
import { median } from '../../../../lib/statistics/quantile.ts';
import type { MeasureRecord } from '../../../../lib/conversations/closed-loop.ts';
import { made } from './made-up.ts';

const measured: Measured = {
  form: 'short',
  seed: 5,
  series: [made({ blocks: 40 }), made({ blocks: 30, idleMs: 0, from: 'node-"2"', withoutNodePort: true })],
  programmed: [],
  services: { made: 5, perTarget: 5, inCluster: 7 },
  proxyModes: {},
  beforeKubeProxy: false,
  kernels: {},
  conntrack: {},
  remarks: [],
};

describe('the raw data of a measurement', () => {
  const lines = rawCsv(measured).trimEnd().split('\n');
  const head = lines.find((line) => line.startsWith('where'))!.split(',');
  const rows = lines
    .filter((line) => !line.startsWith('#') && !line.startsWith('where'))
    .map((line) => line.split(','));

  it('has a line for each block, and says what its columns are', () => {
    expect(rows).to.have.length(70);
    for (const row of rows) expect(row).to.have.length(head.length);
    for (const column of ['started_us', 'idle_ms', 'order', 'control'])
      expect(lines.some((line) => line.startsWith('#') && line.includes(column))).to.equal(true);
  });

  it('is enough to compute an estimate again', () => {
    const column = (name: string): number[] => rows.slice(0, 40).map((row) => Number(row[head.indexOf(name)]));
    const standing = column('pod_ip_established');
    const differences = column('pod_ip_new').map((ns, n) => (ns - standing[n]!) / 1000);
    const group = estimateGroup([measured.series[0]!], { seed: 5 })!;
    expect(median(differences)).to.be.closeTo(group.differences[0]!.estimate, 1e-9);
  });

  it('leaves empty what was not measured', () => {
    expect(rows.at(-1)![head.indexOf('node_port_new')]).to.equal('');
    expect(rows[0]!.at(-1)).to.equal('12345678');
  });
});

describe('the plot of a measurement', () => {
  const groups = groupsOf(measured.series).map((series) => estimateGroup(series, { seed: 1 })!);
  const text = ecdfSvg('UDP', { groups, series: measured.series })!;

  it('is one small well-formed picture that needs nothing from elsewhere', () => {
    expect(XMLValidator.validate(text)).to.equal(true);
    expect(text.length).to.be.below(60_000);
    expect(text.replace('http://www.w3.org/2000/svg', '')).not.to.match(/https?:|<script|<image|NaN|Infinity/);
  });

  it('has a curve and a median with its interval for every arm', () => {
    const { svg } = new XMLParser({ ignoreAttributes: false }).parse(text) as {
      svg: { circle: unknown[]; polyline: { '@_points': string }[] };
    };
    expect(svg.circle).to.have.length(8 + 6);
    expect(svg.polyline.filter((line) => line['@_points'].split(' ').length > 50)).to.have.length(8 + 6);
  });

  it('is not drawn where nothing was measured', () =>
    expect(ecdfSvg('TCP', { groups, series: measured.series })).to.equal(null));
});

describe('a probe’s numbers', () => {
  const base64 = (numbers: Int32Array | Uint32Array | Uint8Array): string =>
    Buffer.from(numbers.buffer).toString('base64');
  const record: MeasureRecord = {
    kind: 'measure',
    protocol: 'UDP',
    idleMs: 5,
    cells: [
      { path: 'pod-ip', flow: 'established' },
      { path: 'pod-ip', flow: 'new' },
    ],
    blocks: 2,
    ns: base64(Int32Array.of(100, 200, -1, 400)),
    order: base64(Uint8Array.of(0, 1, 1, 0)),
    services: base64(Uint8Array.of(0, 1)),
    startedUs: base64(Uint32Array.of(0, 3_000_000_000)),
    lost: [1, 0],
    stopped: 'blocks',
    durationMs: 1,
    longestStallMs: 0,
    throttledMs: null,
    sourcePortsUsed: 2,
  };
  const about = { where: 'other node', from: 'a', to: 'b' } as const;

  it('are unpacked, lost ones as null', () => {
    const { blocks } = decode(record, about);
    expect(blocks).to.deep.equal([
      { ns: [100, 200], order: [0, 1], service: 0, startedUs: 0 },
      { ns: [null, 400], order: [1, 0], service: 1, startedUs: 3_000_000_000 },
    ]);
  });

  it('are refused when they are not as many as announced', () =>
    expect(() => decode({ ...record, blocks: 3 }, about)).to.throw('not as many'));
});
