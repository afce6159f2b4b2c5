/** The curve as Markdown. */
import type { Group } from '../../lib/latency/closed-loop/estimate.ts';
import type { Path } from '../../lib/service-paths/path.ts';
import { differenceOf, regimeWords } from '../../lib/latency/closed-loop/words.ts';
import { signed, us } from '../../lib/latency/numbers.ts';
import type { Interval } from '../../lib/statistics/interval.ts';
import type { Curve, Level, Mode, Proxy } from './curve.ts';
import { kep3866 } from './published.ts';

const names: Record<Path, string> = {
  'pod-ip': 'pod IP',
  control: 'pod IP again',
  'cluster-ip': 'ClusterIP',
  'node-port': 'NodePort',
};
const kinds = (['UDP', 'TCP'] as const).flatMap((protocol) =>
  [0, 5].flatMap((idleMs) => (['other node', 'same node'] as const).map((where) => ({ where, protocol, idleMs }))),
);
const tcpWords =
  'New is the connect, which kernels answer; established is request and response, which passes through two processes: only how the difference rises says something of the rules.';

/** One of the kinds of flow that are measured separately. */
export type Kind = Pick<Group, 'where' | 'protocol' | 'idleMs'>;

/** Tables for each mode: costs and round trips by number of Services, with KEP-3866, and slopes. */
export function markdown({ modes }: Pick<Curve, 'modes'>): string[] {
  return modes.flatMap((mode) => [
    '',
    `## ${mode.proxy}`,
    '',
    `${mode.measuredAt}, kernel ${mode.kernel}, ${mode.tool}, ${mode.cores} cores, ${mode.nodes} nodes on one machine, at most ${mode.seconds} s of measuring for each number of Services. µs; in brackets 95 % intervals; –: no number, since the control sees a difference between two equal paths.`,
    ...kinds.flatMap((kind) => costTable(mode, kind)),
    ...slopeTable(mode),
    '',
    ...mode.levels.flatMap(({ services, remarks }) => remarks.map((remark) => `* ${services}: ${remark}`)),
    ...mode.notReached.map(({ services, reason }) => `* ${services.toLocaleString('en')}: not measured: ${reason}`),
  ]);
}

/** Nothing is published of Cilium. */
function publishedOf(services: number, proxy: Proxy): { p50: number; p99: number } | undefined {
  return proxy === 'cilium' ? undefined : kep3866.find((one) => one.services === services)?.[proxy];
}

function costTable({ proxy, levels }: Mode, kind: Kind): string[] {
  const rows = levels.flatMap((level) => {
    const group = groupOf(level, kind);
    if (group === undefined) return [];
    const published =
      kind.where === 'other node' && kind.protocol === 'UDP' ? publishedOf(level.services, proxy) : undefined;
    return [
      [
        level.services.toLocaleString('en'),
        ...(['pod-ip', 'cluster-ip', 'node-port'] as const).map((path) => costOf(group, path)),
        controlOf(group),
        firstPacket(group, 'pod-ip'),
        firstPacket(group, 'cluster-ip'),
        published === undefined ? '' : `${published.p50} / ${published.p99}`,
        level.load.map((one) => one.toFixed(1)).join(' → '),
      ],
    ];
  });
  if (rows.length === 0) return [];
  const heads = [
    'Service ports',
    'new minus established, pod IP',
    'ClusterIP',
    'NodePort',
    'A/A control (99 %)',
    'first packet by pod IP, p50 / p99',
    'by ClusterIP, p50 / p99',
    'KEP-3866, p50 / p99',
    'load',
  ];
  const about = kind.protocol === 'TCP' ? [tcpWords, ''] : [];
  return ['', `### ${kindWords(kind)}`, '', ...about, ...table(heads, rows)];
}

function slopeTable({ slopes }: Mode): string[] {
  if (slopes.length === 0) return [];
  const rows = slopes.map(({ path, upTo, points, ...slope }) => [
    kindWords(slope),
    names[path],
    `${upTo.toLocaleString('en')} (${points} points)`,
    withInterval(slope, (value) => value.toFixed(1).replace('-', '−')),
  ]);
  return ['', '### Slope', '', ...table(['flows', 'path', 'up to', 'ns a Service port'], rows)];
}

/** The group of one place, protocol and regime. */
export function groupOf({ groups }: Pick<Level, 'groups'>, { where, protocol, idleMs }: Kind): Group | undefined {
  return groups.find((group) => group.where === where && group.protocol === protocol && group.idleMs === idleMs);
}

/** "UDP to another node, back to back". */
export function kindWords({ where, protocol, idleMs }: Kind): string {
  return `${protocol} to ${where === 'same node' ? 'a pod of the same node' : 'another node'}, ${regimeWords({ idleMs })}`;
}

function costOf(group: Group, path: Path): string {
  const found = differenceOf(group, 'new minus established', path);
  if (found === null) return 'not measured';
  return found.finding.kind === 'not good enough' ? '–' : withInterval(found, signed);
}

function controlOf(group: Group): string {
  const found = differenceOf(group, 'new minus established', 'pod-ip');
  return found === null ? '' : withInterval(found.control, signed);
}

function firstPacket(group: Group, path: Path): string {
  const arm = group.arms.find((one) => one.path === path && one.flow === 'new');
  return arm === undefined ? '' : `${us(arm.p50)} / ${us(arm.p99)}`;
}

function withInterval(
  { estimate, lower, upper }: Interval & { estimate: number },
  text: (value: number) => string,
): string {
  return `${text(estimate)} [${text(lower)} ${text(upper)}]`;
}

function table(heads: string[], rows: string[][]): string[] {
  return [heads, heads.map((_, column) => (column === 0 ? '---' : '---:')), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
}
