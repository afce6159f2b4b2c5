import { alignColumns } from '../columns.ts';
import type { Difference, Group } from './estimate.ts';
import { differenceOf } from './words.ts';
import { signed, us } from '../numbers.ts';

const heads = [
  ['', ''],
  ['established', 'p50'],
  ['new', 'p50'],
  ['new minus established', 'by pod IP'],
  ['', 'by ClusterIP'],
  ['', 'by NodePort'],
  ['new: ClusterIP', 'minus pod IP'],
];

/** One small table, a row for each place, protocol and regime: lines of text, as wide as they need to be. */
export function tableLines(groups: readonly Group[]): string[] {
  if (groups.length === 0) return [];
  const rows = [heads.map(([top]) => top!), heads.map(([, bottom]) => bottom!), ...groups.map(cellsOf)];
  return [
    'µs; in brackets 95 % intervals; –: no number, since the control sees a difference between two equal paths',
    ...alignColumns(rows),
    'TCP: new is the connect, which kernels answer; established is request and response, which passes through two processes.',
  ];
}

function cellsOf(group: Group): string[] {
  const p50 = (flow: 'established' | 'new'): string => {
    const arm = group.arms.find((one) => one.path === 'pod-ip' && one.flow === flow);
    return arm === undefined ? '' : us(arm.p50);
  };
  return [
    `${group.where} ${group.protocol}, ${group.idleMs > 0 ? `${group.idleMs} ms idle` : 'back to back'}`,
    p50('established'),
    p50('new'),
    ...(['pod-ip', 'cluster-ip', 'node-port'] as const).map((path) =>
      brief(differenceOf(group, 'new minus established', path)),
    ),
    brief(differenceOf(group, 'new, minus pod IP', 'cluster-ip')),
  ];
}

function brief(difference: Difference | null): string {
  if (difference === null) return 'not measured';
  if (difference.finding.kind === 'not good enough') return '–';
  const { estimate, lower, upper } = difference;
  return `${signed(estimate)} [${signed(lower)} ${signed(upper)}]`;
}
