/** What the levels of a benchmark tell: a table beside the published one, slopes, a plot. */
import { mkdir, writeFile } from 'node:fs/promises';
import type { Group } from '../lib/latency/estimate.ts';
import type { Where } from '../lib/latency/measured.ts';
import { differenceOf, signed, us } from '../lib/latency/words.ts';
import { bootstrapSlope } from '../lib/statistics/slope.ts';
import { seededRandom } from '../lib/statistics/random.ts';
import { curveSvg, type Curve } from './curve-svg.ts';
import { kep3866 } from './published.ts';
import type { Measurement } from './run-clause.ts';

const paths = ['pod-ip', 'cluster-ip', 'node-port'] as const;
const colors = { 'pod-ip': '#1f5fa8', 'cluster-ip': '#d2691e', 'node-port': '#2e8b57' };

export type Mode = 'iptables' | 'nftables';
export type Level = Measurement & { services: number };

interface Regime {
  where: Where;
  idle: boolean;
}

const regimes: Regime[] = [
  { where: 'other node', idle: false },
  { where: 'other node', idle: true },
  { where: 'same node', idle: false },
  { where: 'same node', idle: true },
];

function groupOf({ groups }: Measurement, { where, idle }: Regime): Group | undefined {
  return groups.find((group) => group.where === where && group.protocol === 'UDP' && group.idleMs > 0 === idle);
}

/** Microseconds by which new flows were slower than established ones, block by block. */
function differences({ blocks }: Measurement, { path, where, idle }: Regime & { path: string }): number[] {
  const column = path.replace('-', '_');
  return blocks
    .filter((row) => row['where'] === where && row['protocol'] === 'UDP' && Number(row['idle_ms']) > 0 === idle)
    .filter((row) => row[`${column}_new`] !== '' && row[`${column}_established`] !== '')
    .map((row) => (Number(row[`${column}_new`]) - Number(row[`${column}_established`])) / 1000);
}

/** Lines of text: a row for each number of Services, in every place and regime, and the slope of each path. */
export function tableOf(mode: Mode, levels: readonly Level[]): string[] {
  const lines = [`\n${mode}, UDP, µs: new flows less established ones (95 %), and new flows' p50 / p99`];
  for (const regime of regimes) {
    lines.push(`  ${regime.where}, ${regime.idle ? '5 ms idle before every sample' : 'back to back'}`);
    for (const level of levels) {
      const group = groupOf(level, regime);
      const cells = paths.map((path) => {
        const found = group && differenceOf(group, 'new minus established', path);
        const arm = group?.arms.find((one) => one.path === path && one.flow === 'new');
        if (!found || !arm) return `${path} not measured`;
        return `${path} ${signed(found.estimate)} [${signed(found.lower)} ${signed(found.upper)}] ${us(arm.p50)} / ${us(arm.p99)}`;
      });
      const published = kep3866.find(({ services }) => services === level.services);
      const kep = published ? `   KEP-3866: ${published[mode].join(' / ')}` : '';
      lines.push(`  ${String(level.services).padStart(7)}  ${cells.join('   ')}${kep}`);
    }
    if (new Set(levels.map(({ services }) => services)).size < 2) continue;
    for (const path of paths) {
      const samples = levels.map((level) => ({ x: level.services, samples: differences(level, { path, ...regime }) }));
      const slope = bootstrapSlope(
        samples.filter((one) => one.samples.length > 0),
        { random: seededRandom(1) },
      );
      const [estimate, lower, upper] = [slope.estimate, slope.lower, slope.upper].map((each) =>
        (each * 1000).toFixed(1),
      );
      lines.push(`  slope, ${path}: ${estimate} ns a Service port (95 %: ${lower} to ${upper})`);
    }
  }
  return lines;
}

/** Table, plot and estimates into reports/bench-kube-proxy-<mode>; again after every level, so that a broken run leaves what it had. */
export async function write(mode: Mode, levels: readonly Level[]): Promise<void> {
  const folder = `reports/bench-kube-proxy-${mode}`;
  await mkdir(folder, { recursive: true });
  const curves = paths.flatMap((path) =>
    [false, true].map((idle): Curve => ({
      name: `${path}, ${idle ? '5 ms idle' : 'back to back'}`,
      color: colors[path],
      ...(idle ? { dash: '5 4' } : {}),
      points: levels.flatMap((level) => {
        const group = groupOf(level, { where: 'other node', idle });
        const found = group ? differenceOf(group, 'new minus established', path) : null;
        return found === null ? [] : [{ services: level.services, ...found }];
      }),
    })),
  );
  const title = `What a new UDP flow costs more than an established one to another node, kube-proxy in ${mode} mode`;
  const data = levels.map(({ services, groups, programmedMs }) => ({ services, programmedMs, groups }));
  await Promise.all([
    writeFile(`${folder}/curve.svg`, curveSvg(title, curves)),
    writeFile(`${folder}/table.txt`, `${tableOf(mode, levels).join('\n')}\n`),
    writeFile(`${folder}/data.json`, `${JSON.stringify(data, null, 1)}\n`),
  ]);
}
