import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { controlName, namespacePrefix } from './addresses.ts';
import { hierarchies, makeCgroups } from './cgroups.ts';
import { componentDied } from './errors.ts';
import { homeOf, logOf, sourceFolder } from './places.ts';
import { eventually, type ProcessIdentity, startTimeOf } from './processes.ts';
import { outcomeOf, run, startDetached, type Outcome } from './run.ts';

/** Files that a node starts with, by their path in it. */
export type Files = Readonly<Record<string, string>>;

/** Writes a node's files and service commands, then starts its first process; returns that process once the node's mounts are in place. */
export async function openSpace(
  name: string,
  components: string,
  files: Files,
  services: Readonly<Record<string, readonly string[]>>,
): Promise<ProcessIdentity> {
  const { home, run: runFolder, log } = homeOf(name);
  await Promise.all([mkdir(runFolder, { recursive: true }), mkdir(log, { recursive: true }), makeCgroups(name)]);
  const commands = Object.entries(services).map(
    ([service, argv]) => [`/etc/flatnet/services/${service}`, `exec ${argv.map(quote).join(' ')}\n`] as const,
  );
  const script = await readFile(join(sourceFolder, 'node/service.sh'), 'utf8');
  for (const [path, text] of Object.entries({
    ...files,
    ...Object.fromEntries(commands),
    '/usr/local/sbin/flatnet-service': script,
  }))
    await writeInto(name, path, text);

  const cgroups = (await hierarchies()).map(({ path, type, options }) => `${path}:${type}:${options}`);
  const output = await open(logOf(name, 'first'), 'a');
  const started = startDetached(
    'nsenter',
    [
      `--net=/run/netns/${namespacePrefix}${name}`,
      'sh',
      join(sourceFolder, 'node/first.sh'),
      home,
      components,
      ...cgroups,
    ],
    output.fd,
  );
  await output.close();

  const pidFile = join(runFolder, 'first.pid');
  const read = async () => Number(await readFile(pidFile, 'utf8').catch(() => '0'));
  await eventually(async () => started.ended() || (await read()) > 0, 60_000, 20);
  const pid = await read();
  if (started.ended() || pid === 0)
    throw componentDied('the first process', name, 'unknown', await tail(logOf(name, 'first')), logOf(name, 'first'));
  return { pid, startTime: (await startTimeOf(pid)) ?? '' };
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

async function writeInto(name: string, path: string, text: string): Promise<void> {
  const target = join(homeOf(name).files, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text, { mode: path.startsWith('/usr/local/sbin') ? 0o755 : 0o600 });
}

/** The prefix that makes a command line run inside a node. */
export const enter = (first: ProcessIdentity): [command: string, ...args: string[]] => [
  'nsenter',
  `--target=${first.pid}`,
  '--mount',
  '--uts',
  '--ipc',
  '--net',
  '--pid',
  '--cgroup',
  '--',
];

/** Runs a program inside a node to its end. */
export const outcomeIn = (first: ProcessIdentity, argv: readonly string[], signal?: AbortSignal): Promise<Outcome> => {
  const [command, ...args] = enter(first);
  return outcomeOf(command, [...args, ...argv], {
    signal,
    // The caller knows how long it may take.
    limitMs: Infinity,
    env: { PATH: '/opt/flatnet/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  });
};

/** Starts components of a node, one after the other in a few ms each, without waiting for them. */
export async function startServices(first: ProcessIdentity, names: readonly string[]): Promise<void> {
  const [command, ...args] = enter(first);
  await run(command, [
    ...args,
    'sh',
    '-c',
    'for name in "$@"; do /usr/local/sbin/flatnet-service start "$name"; done',
    'sh',
    ...names,
  ]);
}

/** A component's exit code once it has ended, undefined while it runs or before it was started. */
export async function exitOf(node: string, component: string): Promise<string | undefined> {
  const code = await readFile(join(homeOf(node).run, `${component}.exited`), 'utf8').catch(() => undefined);
  return code?.trim();
}

/** Throws LAB_COMPONENT_DIED for the first of a node's components that has ended. */
export async function checkAlive(node: string, components: readonly string[]): Promise<void> {
  for (const component of components) {
    const code = await exitOf(node, component);
    if (code !== undefined)
      throw componentDied(
        component,
        node === controlName ? 'the control plane' : node,
        code,
        await tail(logOf(node, component)),
        logOf(node, component),
      );
  }
}

const tail = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8').catch(() => '(no log)')).trimEnd().split('\n').slice(-20).join('\n');
