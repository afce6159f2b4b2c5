/** The nodes of the lab far away from each other, whatever its network: as in clusters that are stretched over regions, or have sites behind satellites. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Lab } from '../../../lab/index.ts';
import { switchNamespace } from '../../../lab/addresses.ts';
import { run } from '../../../lab/run.ts';
import type { Unsteady } from './delay.ts';

const program = join(import.meta.dirname, 'delay.ts');

/** Works while each node's cable to the switch is long, and undoes that whatever happened. */
export async function farApart<T>(
  { nodes }: Pick<Lab, 'nodes'>,
  unsteady: Unsteady,
  work: () => Promise<T>,
): Promise<T> {
  const cables = nodes.map((node, n) => ({ leg: `v-${node}`, site: `site-${n}`, near: `near-${n}`, far: `far-${n}` }));
  const taps = cables.flatMap(({ near, far }) => [near, far]);
  const inSwitch = (commands: string[]): Promise<unknown> =>
    run('ip', ['-netns', switchNamespace, '-batch', '-'], { input: commands.join('\n') });
  const carrier = spawn(
    'nsenter',
    [
      `--net=/run/netns/${switchNamespace}`,
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      program,
      ...taps,
      JSON.stringify(unsteady),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, UV_THREADPOOL_SIZE: String(taps.length) } },
  );
  const ended = once(carrier, 'exit');
  try {
    await Promise.race([
      once(carrier.stdout, 'data'),
      ended.then(() => Promise.reject(new Error('the cables were not laid'))),
    ]);
    await inSwitch(
      cables.flatMap(({ leg, site, near, far }) => [
        `link add ${site} type bridge mcast_snooping 0`,
        `link set ${site} up`,
        `link set ${near} txqueuelen 10000 master ${site} up`,
        `link set ${far} txqueuelen 10000 master switch up`,
        `link set ${leg} master ${site}`,
      ]),
    );
    return await work();
  } finally {
    await inSwitch(cables.flatMap(({ leg, site }) => [`link set ${leg} master switch`, `link del ${site}`]));
    carrier.kill('SIGKILL');
    await ended;
  }
}
