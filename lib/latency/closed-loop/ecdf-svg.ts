/** The distribution of every arm, and how well its median is known. */
import type { Protocol } from '../../conversations/basics.ts';
import { sorted } from '../../statistics/samples.ts';
import { quantileOfSorted } from '../../statistics/quantile.ts';
import type { Arm, Group } from './estimate.ts';
import { sampleOf, type Series } from './measured.ts';
import type { Path } from '../../service-paths/path.ts';
import { label, logTicks, polyline, svg } from './svg-parts.ts';
import { regimeWords } from './words.ts';
import { us } from '../numbers.ts';

const panel = { width: 430, height: 250, left: 58, top: 34, strip: 92 };
const legendHeight = 66;
const colors: Record<Path, string> = {
  'pod-ip': '#1f5fa8',
  control: '#9a9a9a',
  'cluster-ip': '#d2691e',
  'node-port': '#2e8b57',
};
const names: Record<Path, string> = {
  'pod-ip': 'pod IP',
  control: 'pod IP again',
  'cluster-ip': 'ClusterIP',
  'node-port': 'NodePort',
};
/** A curve of more points than the eye can tell apart only makes the file larger. */
const pointsPerCurve = 100;

/** Empirical distributions of one protocol, a panel for each place and regime; below each panel the medians with their 95 % intervals. null when there is nothing to draw. */
export function ecdfSvg(
  protocol: Protocol,
  { groups, series }: { groups: readonly Group[]; series: readonly Series[] },
): string | null {
  const shown = groups.filter((group) => group.protocol === protocol);
  if (shown.length === 0) return null;
  const drawn = shown.map((group) => ({ group, curves: group.arms.map((arm) => curveOf(arm, group, series)) }));
  const range = rangeOf(drawn.flatMap(({ curves }) => curves));
  const columns = Math.min(2, shown.length);
  const rows = Math.ceil(shown.length / columns);
  const cell = { width: panel.left + panel.width + 16, height: panel.top + panel.height + panel.strip + 30 };
  const title = `Round trips over ${protocol}: new and established flows by path`;
  const parts = drawn.flatMap(({ group, curves }, n) => {
    const x = (n % columns) * cell.width + panel.left;
    const y = legendHeight + Math.floor(n / columns) * cell.height + panel.top;
    return panelParts(group, curves, { x, y, range });
  });
  const size = { width: columns * cell.width, height: legendHeight + rows * cell.height };
  return svg({ ...size, title }, [...legend(title, shown), ...parts]);
}

interface Curve {
  arm: Arm;
  ascending: Float64Array;
}

function curveOf(arm: Arm, group: Group, series: readonly Series[]): Curve {
  const mine = series.filter(
    (one) => one.where === group.where && one.protocol === group.protocol && one.idleMs === group.idleMs,
  );
  const samples = mine.flatMap((one) =>
    one.blocks.flatMap((block) => (block.ns.includes(null) ? [] : [sampleOf(one, block, arm.path, arm.flow)])),
  );
  return { arm, ascending: sorted(samples.filter((ns) => ns !== null).map((ns) => ns / 1000)) };
}

/** From the fastest sample to the largest 99.5th percentile: a tail of seconds would press the rest against the left edge. */
function rangeOf(curves: readonly Curve[]): { from: number; to: number } {
  const from = Math.min(...curves.map(({ ascending }) => ascending[0]!));
  const to = Math.max(...curves.map(({ ascending }) => quantileOfSorted(ascending, { probability: 0.995 })));
  return { from: Math.max(0.1, from * 0.95), to: Math.max(to, from * 1.5) };
}

function panelParts(
  group: Group,
  curves: readonly Curve[],
  { x, y, range }: { x: number; y: number; range: { from: number; to: number } },
): string[] {
  const scale = Math.log(range.to / range.from);
  const across = (value: number): number =>
    x + Math.min(1, Math.max(0, Math.log(value / range.from) / scale)) * panel.width;
  const up = (share: number): number => y + (1 - share) * panel.height;
  const grid = '#e4e4e4';
  const bottom = y + panel.height + panel.strip;
  return [
    label(
      `${group.where}, ${regimeWords(group)}: ${group.blocks} blocks, ${group.pairs} pair${group.pairs === 1 ? '' : 's'}`,
      {
        x,
        y: y - 8,
        size: 12,
      },
    ),
    ...[0, 0.25, 0.5, 0.75, 0.9, 0.99].flatMap((share) => [
      polyline(
        [
          [x, up(share)],
          [x + panel.width, up(share)],
        ],
        { stroke: grid },
      ),
      label(`${Math.round(share * 100)} %`, { x: x - 5, y: up(share) + 4, anchor: 'end', size: 9 }),
    ]),
    ...logTicks(range.from, range.to).flatMap((tick) => [
      polyline(
        [
          [across(tick), y],
          [across(tick), bottom],
        ],
        { stroke: grid },
      ),
      label(us(tick), { x: across(tick), y: bottom + 12, anchor: 'middle', size: 9 }),
    ]),
    label('µs', { x: x + panel.width, y: bottom + 24, anchor: 'end', size: 9 }),
    label('medians,', { x: x - 5, y: y + panel.height + 20, anchor: 'end', size: 9 }),
    label('95 %', { x: x - 5, y: y + panel.height + 32, anchor: 'end', size: 9 }),
    ...curves.map(({ arm, ascending }) => polyline(stepsOf(ascending, { across, up, to: range.to }), strokeOf(arm))),
    ...curves.flatMap(({ arm }, n) =>
      medianMark(arm, { across, y: y + panel.height + 12 + (n * (panel.strip - 16)) / curves.length }),
    ),
  ];
}

function stepsOf(
  ascending: Float64Array,
  { across, up, to }: { across: (value: number) => number; up: (share: number) => number; to: number },
): [number, number][] {
  const points = Array.from({ length: pointsPerCurve + 1 }, (_, n) => n / pointsPerCurve);
  return points
    .map((share): [number, number] => [quantileOfSorted(ascending, { probability: share }), share])
    .filter(([value]) => value <= to)
    .map(([value, share]) => [across(value), up(share)]);
}

function medianMark(arm: Arm, { across, y }: { across: (value: number) => number; y: number }): string[] {
  const [left, right, middle] = [arm.interval.lower, arm.interval.upper, arm.p50].map(across) as [
    number,
    number,
    number,
  ];
  const line = { ...strokeOf(arm), width: 1.5 };
  const cap = { stroke: line.stroke, width: 1.5 };
  return [
    polyline(
      [
        [left, y],
        [right, y],
      ],
      line,
    ),
    polyline(
      [
        [left, y - 3],
        [left, y + 3],
      ],
      cap,
    ),
    polyline(
      [
        [right, y - 3],
        [right, y + 3],
      ],
      cap,
    ),
    `<circle cx="${middle.toFixed(1)}" cy="${y.toFixed(1)}" r="2.6" fill="${arm.flow === 'new' ? line.stroke : '#fff'}" stroke="${line.stroke}"/>`,
  ];
}

function strokeOf({ path, flow }: Arm): { stroke: string; width: number; dash?: string } {
  const stroke = { stroke: colors[path], width: path === 'control' ? 1 : 1.6 };
  return flow === 'new' ? stroke : { ...stroke, dash: '4 3' };
}

function legend(title: string, groups: readonly Group[]): string[] {
  const paths = [...new Set(groups.flatMap(({ arms }) => arms.map(({ path }) => path)))];
  const entries = [
    ...paths.map((path) => ({ text: names[path], stroke: { stroke: colors[path], width: 2.5 } })),
    { text: 'new flow', stroke: { stroke: '#333', width: 1.6 } },
    { text: 'established', stroke: { stroke: '#333', width: 1.6, dash: '4 3' } },
  ];
  return [
    label(title, { x: panel.left, y: 22, size: 15 }),
    ...entries.flatMap(({ text, stroke }, n) => {
      const x = panel.left + n * 122;
      return [
        polyline(
          [
            [x, 46],
            [x + 22, 46],
          ],
          stroke,
        ),
        label(text, { x: x + 27, y: 50 }),
      ];
    }),
  ];
}
