/** What is run, and where. */
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type as system } from 'node:os';
import { execa } from 'execa';
import type { Row } from './row.ts';

/** Changes elsewhere, for instance in a document, do not affect runs; changes to faults do not affect runs without faults. */
const matters = [
  'lib',
  'specs',
  'lab',
  'tests/support',
  ...['circumstances', 'judge', 'trial'].map((file) => `scripts/soak/${file}.ts`),
  'package-lock.json',
];

export interface State extends Pick<Row, 'date' | 'commit' | 'machine'> {
  /** All is committed: the same commit runs the same code. */
  readonly isClean: boolean;
}

/** The last commit that changed the code that is run, and whether anything has changed since. */
export async function stateNow({ faults }: { faults: boolean }): Promise<State> {
  const paths = faults ? [...matters, 'tests/faults'] : matters;
  const { stdout: last } = await execa('git', ['log', '-1', '--format=%h', '--', ...paths]);
  const { stdout: changes } = await execa('git', ['status', '--porcelain', '--', ...paths]);
  const isClean = changes === '';
  const date = new Date().toISOString().slice(0, 10);
  return { date, commit: isClean ? last : `${last} with changes`, isClean, machine: machine() };
}

function machine(): string {
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  const cgroup = / \/sys\/fs\/cgroup\/\S+ cgroup /.test(mounts) ? 'v1' : 'v2';
  const kernel = /^[\d.]+/.exec(release())?.[0] ?? release();
  return `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${system()} ${kernel}, cgroup ${cgroup}`;
}
