/** How the cost of a new flow grows with the number of Services. */
import type { Path } from '../../lib/service-paths/path.ts';
import { label, polyline, svg } from '../../lib/latency/closed-loop/svg-parts.ts';
import { differenceOf } from '../../lib/latency/closed-loop/words.ts';
import type { Estimate } from '../../lib/statistics/interval.ts';
import type { Curve, Proxy } from './curve.ts';
import { paths } from './slopes.ts';
import { groupOf, kindWords, type Kind } from './tables.ts';

type Point = { services: number } & Pick<Estimate, 'estimate' | 'lower' | 'upper'>;

interface Line {
  proxy: Proxy;
  path: Path;
  points: Point[];
}

const rows: Kind[] = [
  { where: 'other node', protocol: 'UDP', idleMs: 0 },
  { where: 'same node', protocol: 'UDP', idleMs: 0 },
  { where: 'other node', protocol: 'UDP', idleMs: 5 },
];
const few = 5_000;
const colors: Record<Path, string> = {
  'pod-ip': '#1f5fa8',
  control: '#9a9a9a',
  'cluster-ip': '#d2691e',
  'node-port': '#2e8b57',
};
const panel = { left: 64, top: 92, width: 430, height: 260, across: 520, down: 338 };

/** A row of panels per kind of flow; left all numbers of Services, right those up to 5,000. A line per path and mode, a bar per 95 % interval; both axes are linear, so that slopes can be compared. */
export function curveSvg(curve: Curve): string {
  const title = 'New minus established flows by number of Service ports';
  const all = rows.map((kind) => ({ kind, lines: linesOf(curve, kind) }));
  const parts = all.flatMap(({ kind, lines }, row) =>
    [Infinity, few].flatMap((upTo, column) => {
      const x = panel.left + column * panel.across;
      const y = panel.top + row * panel.down;
      const shown = lines.map((line) => ({ ...line, points: line.points.filter(({ services }) => services <= upTo) }));
      const text = `${kindWords(kind)}${column === 0 ? '' : `, up to ${few.toLocaleString('en')}`}`;
      return [label(text, { x, y: y - 8, size: 12 }), ...panelParts(shown, { x, y })];
    }),
  );
  const size = { width: 2 * panel.across + 20, height: panel.top + rows.length * panel.down - 20 };
  return svg({ ...size, title }, [label(title, { x: panel.left, y: 24, size: 15 }), ...legend(curve), ...parts]);
}

function linesOf({ modes }: Curve, kind: Kind): Line[] {
  return modes.flatMap(({ proxy, levels }) =>
    paths.map((path) => ({
      proxy,
      path,
      points: levels.flatMap((level) => {
        const group = groupOf(level, kind);
        const found = group ? differenceOf(group, 'new minus established', path) : null;
        return found === null || found.finding.kind === 'not good enough'
          ? []
          : [{ services: level.services, ...found }];
      }),
    })),
  );
}

function panelParts(lines: readonly Line[], { x, y }: { x: number; y: number }): string[] {
  const points = lines.flatMap((line) => line.points);
  const most = Math.max(1, ...points.map(({ services }) => services));
  const high = Math.max(1, ...points.map(({ upper }) => upper)) * 1.05;
  const low = Math.min(0, ...points.map(({ lower }) => lower)) * 1.05;
  const across = (services: number): number => x + (services / most) * panel.width;
  const up = (us: number): number => y + (1 - (us - low) / (high - low)) * panel.height;
  const bottom = y + panel.height;
  return [
    ...ticks(low, high).flatMap((us) => [
      segment([x, up(us)], [x + panel.width, up(us)], { stroke: '#e4e4e4' }),
      label(`${us} µs`, { x: x - 6, y: up(us) + 4, anchor: 'end', size: 10 }),
    ]),
    ...ticks(0, most).flatMap((services) => [
      segment([across(services), bottom], [across(services), bottom + 4], { stroke: '#999' }),
      label(services.toLocaleString('en'), { x: across(services), y: bottom + 16, anchor: 'middle', size: 10 }),
    ]),
    label('Service ports', { x: x + panel.width, y: bottom + 32, anchor: 'end', size: 10 }),
    ...lines.flatMap((line, n) => lineParts(line, { across, up, shift: (n - (lines.length - 1) / 2) * 1.5 })),
  ];
}

function lineParts(
  { proxy, path, points }: Line,
  { across, up, shift }: { across: (services: number) => number; up: (us: number) => number; shift: number },
): string[] {
  const stroke = strokeOf(proxy, path);
  const place = ({ services }: Point): number => across(services) + shift;
  return [
    polyline(
      points.map((point): [number, number] => [place(point), up(point.estimate)]),
      stroke,
    ),
    ...points.map((point) => {
      const x = place(point);
      return segment([x, up(point.lower)], [x, up(point.upper)], { stroke: stroke.stroke, width: 2 });
    }),
  ];
}

function legend({ modes }: Curve): string[] {
  return modes.flatMap(({ proxy }, row) =>
    paths.flatMap((path, column) => {
      const [x, y] = [panel.left + column * 160, 40 + row * 14];
      return [segment([x, y], [x + 26, y], strokeOf(proxy, path)), label(`${proxy}, ${path}`, { x: x + 32, y: y + 4 })];
    }),
  );
}

function strokeOf(proxy: Proxy, path: Path): { stroke: string; width: number; dash?: string } {
  const stroke = { stroke: colors[path], width: 1.6 };
  const dashes = { iptables: null, nftables: '5 4', cilium: '1 3' };
  const dash = dashes[proxy];
  return dash === null ? stroke : { ...stroke, dash };
}

function segment(from: [number, number], to: [number, number], stroke: Parameters<typeof polyline>[1]): string {
  return polyline([from, to], stroke);
}

/** Round numbers within the range, five or six of them. */
function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough)!;
  const first = Math.ceil(low / step);
  return Array.from(
    { length: Math.floor(high / step) - first + 1 },
    (_, n) => Math.round((first + n) * step * 1e6) / 1e6,
  );
}
