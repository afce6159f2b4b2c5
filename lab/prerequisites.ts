import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ranges, hostLink } from './addresses.ts';
import { hierarchies } from './cgroups.ts';
import { addressesTaken, installFailed, missingTools, noGo, notLinux, notRoot, noCgroup2, noTun } from './errors.ts';
import { type Family, primary } from './families.ts';
import { outcomeOf, run } from './run.ts';

/** Every program that the lab calls, and the Debian package that contains it. */
const always: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  tar: 'tar',
  ldd: 'libc-bin',
  openssl: 'openssl',
  iptables: 'iptables',
  nft: 'nftables',
  gcc: 'gcc',
  'pkg-config': 'pkg-config',
};

export interface PrerequisiteOptions {
  /** The version of Go that the components need. */
  readonly goNeeded: string;
  /** Programs that the topology calls besides, each with the Debian package that contains it. */
  readonly tools: Readonly<Record<string, string>>;
  readonly families: readonly Family[];
}

/** Makes sure that the lab can run here: Linux, root, Go, tools (installed on Debian; `more`: those of one topology), free addresses. Throws a LabError that names what is missing. */
export async function checkPrerequisites(
  { goNeeded, tools, families }: PrerequisiteOptions,
  log: (line: string) => void,
): Promise<void> {
  if (process.platform !== 'linux') throw notLinux();
  if (process.getuid?.() !== 0) throw notRoot();
  await checkTools({ ...always, ...tools }, log);
  await checkGo(goNeeded);
  await checkAddresses(families);
}

/** Makes sure that the kernel has TUN devices; nodes see this machine's /dev. Otherwise throws LAB_NO_TUN. */
export async function requireTun(): Promise<void> {
  if (await exists('/dev/net/tun')) return;
  await outcomeOf('modprobe', ['tun']);
  if (!(await exists('/dev/net/tun'))) throw noTun();
}

/** Makes sure that nodes have cgroups of version 2 of their own: what attaches BPF programs to its root cgroup would otherwise do so for the whole machine. Otherwise throws LAB_NO_CGROUP2. */
export async function requireCgroup2(): Promise<void> {
  if (!(await hierarchies()).some(({ type }) => type === 'cgroup2')) throw noCgroup2();
}

async function checkTools(tools: Readonly<Record<string, string>>, log: (line: string) => void): Promise<void> {
  const missing = await missingNow(tools);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))];
  const problem = missingTools(
    missing.map(([tool]) => tool),
    packages,
  );
  if (!(await exists('/etc/debian_version')) || !(await inPath('apt-get'))) throw problem;
  log(`Installing what the lab needs and this machine lacks: ${packages.join(' ')}`);
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, limitMs: 10 * 60_000 };
  await run('apt-get', ['update', '-q'], options).catch((cause: unknown) => {
    throw installFailed(packages, cause);
  });
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], options).catch(
    (cause: unknown) => {
      throw installFailed(packages, cause);
    },
  );
  if ((await missingNow(tools)).length > 0) throw problem;
}

async function missingNow(tools: Readonly<Record<string, string>>): Promise<[tool: string, packageName: string][]> {
  const found = await Promise.all(
    Object.entries(tools).map(async ([tool, name]) => ((await inPath(tool)) ? [] : [[tool, name] as [string, string]])),
  );
  const missing = found.flat();
  // runc is linked with libseccomp; without its seccomp support every sandbox fails ("seccomp not supported").
  const seccomp =
    (await inPath('pkg-config')) && (await outcomeOf('pkg-config', ['--exists', 'libseccomp'])).exitCode === 0;
  return seccomp ? missing : [...missing, ['libseccomp', 'libseccomp-dev']];
}

async function checkGo(needed: string): Promise<void> {
  const { exitCode, stdout } = await outcomeOf('go', ['env', 'GOVERSION', 'GOTOOLCHAIN']);
  if (exitCode !== 0) throw noGo(undefined, needed);
  const [version = '', toolchain = ''] = stdout.split('\n');
  // An older Go fetches the one that go.mod names, unless GOTOOLCHAIN is local.
  if (toolchain === 'local' && isOlder(version.replace(/^go/, ''), needed)) throw noGo(version, needed);
}

async function checkAddresses(families: readonly Family[]): Promise<void> {
  const range = primary(ranges.reserved, families);
  const family = primary({ ipv4: '-4', ipv6: '-6' }, families);
  const { stdout } = await outcomeOf('ip', [family, '-o', 'route', 'show', 'table', 'all', 'root', range]);
  const taken = stdout.split('\n').find((line) => line.trim() !== '' && !line.includes(hostLink));
  if (taken !== undefined) throw addressesTaken(range, taken.trim());
}

const isOlder = (version: string, than: string): boolean => {
  const [left, right] = [version, than].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i++) if ((left?.[i] ?? 0) !== (right?.[i] ?? 0)) return (left?.[i] ?? 0) < (right?.[i] ?? 0);
  return false;
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const inPath = async (tool: string): Promise<boolean> =>
  (
    await Promise.all(
      [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'].map((folder) => exists(join(folder, tool))),
    )
  ).some(Boolean);
