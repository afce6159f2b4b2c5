/** How the cost of a new flow rises per Service port. */
import { sampleOf, type Measured, type Series } from '../../lib/latency/closed-loop/measured.ts';
import type { Path } from '../../lib/service-paths/path.ts';
import { seededRandom } from '../../lib/statistics/random.ts';
import { bootstrapSlope } from '../../lib/statistics/bootstrap/slope.ts';
import type { Slope } from './curve.ts';

export interface MeasuredLevel {
  services: number;
  measured: Measured;
}

export const paths = ['pod-ip', 'cluster-ip', 'node-port'] as const;
const resamples = 1_000;
/** The range of nearly every cluster. */
const few = 5_000;

/** For each place, protocol, regime and path: over all levels, and over those up to 5,000 where that makes a difference. */
export function slopesOf(levels: readonly MeasuredLevel[]): Slope[] {
  const all = levels.flatMap(({ measured }) => measured.series);
  const kinds = [...Map.groupBy(all, ({ where, protocol, idleMs }) => `${where} ${protocol} ${idleMs}`).values()].map(
    ([one]) => one!,
  );
  const most = Math.max(...levels.map(({ services }) => services));
  const ranges = most > few ? [most, few] : [most];
  return ranges.flatMap((upTo) =>
    kinds.flatMap((kind) =>
      paths.flatMap((path) => {
        const points = levels
          .filter(({ services }) => services <= upTo)
          .map(({ services, measured }) => ({ x: services, samples: costs(measured, { kind, path }) }))
          .filter(({ samples }) => samples.length > 0);
        if (points.length < 2) return [];
        const { estimate, lower, upper, level } = bootstrapSlope(points, { random: seededRandom(1), resamples });
        const { where, protocol, idleMs } = kind;
        return [{ where, protocol, idleMs, path, upTo, points: points.length, estimate, lower, upper, level }];
      }),
    ),
  );
}

/** Nanoseconds by which new flows were slower than established ones, block by block. */
function costs(
  { series }: Measured,
  { kind, path }: { kind: Pick<Series, 'where' | 'protocol' | 'idleMs'>; path: Path },
): number[] {
  return series
    .filter((one) => one.where === kind.where && one.protocol === kind.protocol && one.idleMs === kind.idleMs)
    .flatMap((one) =>
      one.blocks.flatMap((block) => {
        const [fresh, standing] = (['new', 'established'] as const).map((flow) => sampleOf(one, block, path, flow));
        return block.ns.includes(null) || fresh == null || standing == null ? [] : [fresh - standing];
      }),
    );
}
