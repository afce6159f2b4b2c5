/** How the cost of a new flow grows with the number of Services. */
import type { Estimate } from '../lib/statistics/interval.ts';
import { label, polyline, svg } from '../lib/latency/svg-parts.ts';

export interface Curve {
  name: string;
  color: string;
  dash?: string;
  points: ({ services: number } & Pick<Estimate, 'estimate' | 'lower' | 'upper'>)[];
}

const box = { left: 70, top: 80, width: 620, height: 340 };

/** A curve for each path, mode and regime, with a bar for each interval. Both axes linear: a slope is a slope. */
export function curveSvg(title: string, curves: readonly Curve[]): string {
  const points = curves.flatMap((curve) => curve.points);
  const most = Math.max(1, ...points.map(({ services }) => services));
  const high = Math.max(1, ...points.map(({ upper }) => upper)) * 1.05;
  const low = Math.min(0, ...points.map(({ lower }) => lower)) * 1.05;
  const across = (services: number): number => box.left + (services / most) * box.width;
  const up = (us: number): number => box.top + (1 - (us - low) / (high - low)) * box.height;
  const frame = { stroke: '#e4e4e4' };
  const stepY = niceStep(high - low);
  const stepX = niceStep(most);
  const marks = (step: number, from: number, to: number): number[] =>
    Array.from(
      { length: Math.floor(to / step) - Math.ceil(from / step) + 1 },
      (_, n) => (Math.ceil(from / step) + n) * step,
    );
  return svg({ width: 720, height: 480, title }, [
    label(title, { x: box.left, y: 24, size: 15 }),
    ...marks(stepY, low, high).flatMap((us) => [
      polyline(
        [
          [box.left, up(us)],
          [box.left + box.width, up(us)],
        ],
        frame,
      ),
      label(`${us} µs`, { x: box.left - 6, y: up(us) + 4, anchor: 'end', size: 10 }),
    ]),
    ...marks(stepX, 0, most).map((services) =>
      label(services.toLocaleString('en'), {
        x: across(services),
        y: box.top + box.height + 18,
        anchor: 'middle',
        size: 10,
      }),
    ),
    label('Service ports in the cluster', { x: box.left + box.width, y: box.top + box.height + 38, anchor: 'end' }),
    ...curves.flatMap((curve, n) => drawn(curve, { n, across, up })),
  ]);
}

function drawn(
  { name, color, dash, points }: Curve,
  { n, across, up }: { n: number; across: (services: number) => number; up: (us: number) => number },
): string[] {
  const stroke = { stroke: color, width: 1.6, ...(dash === undefined ? {} : { dash }) };
  const legend = { x: box.left + (n % 3) * 215, y: 44 + 16 * Math.floor(n / 3) };
  return [
    polyline(
      [
        [legend.x, legend.y],
        [legend.x + 22, legend.y],
      ],
      stroke,
    ),
    label(name, { x: legend.x + 27, y: legend.y + 4 }),
    polyline(
      points.map(({ services, estimate }) => [across(services), up(estimate)]),
      stroke,
    ),
    ...points.map(({ services, lower, upper }) => {
      const x = across(services) + (n - 2) * 1.5;
      return polyline(
        [
          [x, up(lower)],
          [x, up(upper)],
        ],
        { stroke: color, width: 2 },
      );
    }),
  ];
}

function niceStep(range: number): number {
  const rough = range / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= rough)!;
}
