import { alignColumns } from '../columns.ts';
import type { Path } from '../../service-paths/path.ts';
import type { OpenLoopArm } from './arms.ts';
import type { OpenLoopDifference, OpenLoopGroup } from './estimate.ts';
import type { EstimatedOpenLoop } from './open-loop.ts';
import { foremostPlace, tailFrom } from './where.ts';
import { us, withInterval } from '../numbers.ts';

const heads = [
  ['', ''],
  ['', 'packets'],
  ['round trip', 'p50'],
  ['', 'p99'],
  ['', 'slowest'],
  ['jitter (RFC 3550)', 'there'],
  ['', 'back'],
  ['lost', ''],
  ['probe late', 'p50, p99'],
];
const shown: Path[] = ['pod-ip', 'cluster-ip', 'node-port'];
/** Tails below this are not looked into. */
const worthAskingUs = 1_000;

/** One small table, a row for each place, and what ClusterIP minus pod IP comes to. */
export function openLoopLines({ openLoop, groups }: EstimatedOpenLoop): string[] {
  if (groups.length === 0) return [];
  const rows = [heads.map(([top]) => top!), heads.map(([, bottom]) => bottom!), ...groups.map(cellsOf)];
  const { packetsPerSecond, packetBytes } = openLoop;
  return [
    `open loop: ${packetsPerSecond} packets/s of ${packetBytes} bytes on each path, sent on time whether answers come or not; µs, by pod IP / ClusterIP / NodePort`,
    ...alignColumns(rows),
    lessWords(groups),
  ];
}

function cellsOf({ where, arms, late }: OpenLoopGroup): string[] {
  const each = (pick: (arm: OpenLoopArm) => number | null | undefined): string =>
    shown
      .map((path) => {
        const arm = arms.find((one) => one.path === path);
        const value = arm === undefined ? null : pick(arm);
        return value == null ? '–' : us(value);
      })
      .join(' / ');
  const counts = arms.filter(({ path }) => shown.includes(path));
  return [
    where,
    String(arms[0]?.packets ?? 0),
    each(({ roundTrip }) => roundTrip?.p50),
    each(({ roundTrip }) => roundTrip?.p99),
    each(({ roundTrip }) => roundTrip?.slowest),
    each(({ jitterThere }) => jitterThere?.p50),
    each(({ jitterBack }) => jitterBack?.p50),
    counts.map(({ lost }) => lost).join(' / '),
    `${us(late.p50)}, ${late.p99 === null ? '–' : us(late.p99)}`,
  ];
}

function lessWords(groups: readonly OpenLoopGroup[]): string {
  const group = foremostPlace(groups)!;
  const differences = group.differences.filter(({ path }) => path === 'cluster-ip');
  const words = differences.map((difference) => `${difference.name} ${differenceWords(difference)}`);
  const service = group.arms.find(({ path }) => path === 'cluster-ip')?.variation;
  const asks = service == null || (service.p99 ?? service.slowest) > worthAskingUs;
  return [
    `ClusterIP minus pod IP, ${group.where}: ${words.join('; ') || 'too few packets'}`,
    ...(asks ? [`the tail: ${tailFrom(groups)}`] : []),
  ].join('; ');
}

/** No number where the control fails; never "no difference". */
function differenceWords({ finding, threshold, ...difference }: OpenLoopDifference): string {
  if (finding.kind === 'not good enough') return '– (the control sees a difference between two equal paths)';
  const seen = withInterval(difference);
  const resolution = `(could have seen ${us(finding.resolution)} µs or more)`;
  if (difference.upper < 0) return `${seen}, less ${resolution}`;
  switch (finding.kind) {
    case 'below threshold':
      return `${seen}, below ${us(threshold)} µs ${resolution}`;
    case 'at least':
      return `${seen}, at least ${us(finding.x)} µs ${resolution}`;
    case 'undecided':
      return `${seen}, may be nothing ${resolution}`;
  }
}
