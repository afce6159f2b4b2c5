/** The files of a curve. */
import { mkdir, writeFile } from 'node:fs/promises';
import { rawCsv } from '../../lib/latency/closed-loop/raw-csv.ts';
import { curveCsv } from './curve-csv.ts';
import { curveSvg } from './curve-svg.ts';
import type { Curve, Proxy } from './curve.ts';
import type { MeasuredLevel } from './slopes.ts';
import { markdown } from './tables.ts';

export const folder = 'reports/kube-proxy-curve';

/** Writes estimates, tables and the plot, overwriting existing ones. */
export async function write(curve: Curve): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(`${folder}/curve.json`, `${JSON.stringify(curve, null, 1)}\n`),
    writeFile(`${folder}/curve.csv`, curveCsv(curve)),
    writeFile(`${folder}/curve.md`, `${markdown(curve).join('\n')}\n`),
    writeFile(`${folder}/curve.svg`, curveSvg(curve)),
  ]);
}

/** Every sample of one level, in the format of the suite's own raw data. */
export async function writeRaw(proxy: Proxy, { services, measured }: MeasuredLevel): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/raw-${proxy}-${services}.csv`, rawCsv(measured));
}
