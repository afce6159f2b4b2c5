import { differenceOf } from '../../lib/latency/closed-loop/words.ts';
import type { Curve } from './curve.ts';
import { paths } from './slopes.ts';

const columns = [
  'proxy',
  'services',
  'service_ports_in_rules',
  'where',
  'protocol',
  'idle_ms',
  'path',
  'blocks',
  'cost',
  'cost_lower',
  'cost_upper',
  'control',
  'control_lower',
  'control_upper',
  'finding',
  'new_p50',
  'new_p50_lower',
  'new_p50_upper',
  'new_p99',
  'established_p50',
  'established_p99',
];

/** The estimates, one line per mode, number of Services, place, protocol, regime and path. Microseconds, 95 % intervals; cost: new minus established. */
export function curveCsv({ modes }: Curve): string {
  const lines = modes.flatMap(({ proxy, levels }) =>
    levels.flatMap(({ services, rules, groups }) =>
      groups.flatMap((group) =>
        paths.flatMap((path) => {
          const cost = differenceOf(group, 'new minus established', path);
          const [fresh, standing] = (['new', 'established'] as const).map((flow) =>
            group.arms.find((arm) => arm.path === path && arm.flow === flow),
          );
          if (cost === null || fresh === undefined || standing === undefined) return [];
          const { control } = cost;
          const numbers = [cost.estimate, cost.lower, cost.upper, control.estimate, control.lower, control.upper];
          const about = [proxy, services, rules, group.where, group.protocol, group.idleMs, path, group.blocks];
          const flows = [fresh.p50, fresh.interval.lower, fresh.interval.upper, fresh.p99, standing.p50, standing.p99];
          const [costs, times] = [numbers, flows].map((some) => some.map((one) => one.toFixed(3)));
          return [[...about, ...costs!, cost.finding.kind, ...times!].join(',')];
        }),
      ),
    ),
  );
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}
