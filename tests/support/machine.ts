import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { anythingLeft, removeLab } from '../../lab/remove.ts';
import { outcomeOf } from '../../lab/run.ts';
import { holderOf, readState } from '../../lab/state.ts';

/** What a lab could leave on a machine, each as a sorted list of lines; equal before and after means that nothing was left. */
export interface Machine {
  readonly namespaces: readonly string[];
  readonly mounts: readonly string[];
  readonly links: readonly string[];
  readonly routes: readonly string[];
  readonly rules: readonly string[];
  readonly processes: readonly string[];
  readonly cgroups: readonly string[];
  readonly folders: readonly string[];
  readonly sysctls: readonly string[];
}

/** Its state without what a dead lab left: the next start would remove that, and seem to have changed the machine. */
export async function machineWithoutLeftovers(): Promise<Machine> {
  const holder = await holderOf(await readState());
  if (holder === 'leftovers' || (holder === 'nobody' && (await anythingLeft()))) await removeLab();
  return machine();
}

/** Reads the machine's present state. */
export async function machine(): Promise<Machine> {
  return {
    namespaces: (await namespaces()).filter((name) => !isOfUnitTests(name)),
    // Without the ids, which count up with every mount.
    mounts: lines((await readFile('/proc/self/mountinfo', 'utf8')).replaceAll(/^\d+ \d+ /gm, '')).filter(
      (line) => !isOfUnitTests(line),
    ),
    links: lines((await outcomeOf('ip', ['-brief', 'link'])).stdout.replaceAll(/\s+/g, ' ').replaceAll('> ', '>\n')),
    // Without the seconds that a route still has.
    routes: lines((await outcomeOf('ip', ['route', 'show', 'table', 'all'])).stdout.replaceAll(/ expires \d+sec/g, '')),
    rules: lines((await outcomeOf('nft', ['--stateless', 'list', 'ruleset'])).stdout),
    processes: await foreignProcesses(),
    cgroups: await cgroups(),
    folders: (
      await Promise.all(watched.map(async (folder) => ((await stat(folder).catch(() => undefined)) ? [folder] : [])))
    ).flat(),
    sysctls: await Promise.all(
      global.map(async (name) => `${name}=${(await readFile(`/proc/sys/${name}`, 'utf8').catch(() => '?')).trim()}`),
    ),
  };
}

const namespaces = (): Promise<string[]> => readdir('/run/netns').catch(() => []);

// Unit tests that run meanwhile, in another checkout, make namespaces of their own.
const isOfUnitTests = (text: string): boolean => text.includes('unit-flatnet-');

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .toSorted();

/** Folders that Kubernetes components make where they run, and the lab's own. */
const watched = [
  '/run/flatnet',
  '/run/containerd',
  '/run/xtables.lock',
  '/var/lib/flatnet',
  '/var/lib/kubelet',
  '/var/lib/containerd',
  '/var/lib/cni',
  '/var/lib/cilium',
  '/run/cilium',
  '/var/lib/etcd',
  '/var/log/pods',
  '/var/log/containers',
  '/etc/cni',
  '/etc/kubernetes',
  '/etc/containerd',
  '/opt/cni',
  '/opt/containerd',
  '/opt/flatnet',
  '/usr/libexec/kubernetes',
];

/** Settings of the whole machine that the kubelet, kube-proxy, Cilium or the lab like to change. */
const global = [
  'fs/inotify/max_user_instances',
  'net/ipv4/neigh/default/gc_thresh2',
  'net/ipv4/neigh/default/gc_thresh3',
  'net/ipv6/neigh/default/gc_thresh2',
  'net/ipv6/neigh/default/gc_thresh3',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/timer_migration',
  'kernel/unprivileged_bpf_disabled',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
  'net/ipv4/ip_forward',
  'net/ipv6/conf/all/forwarding',
  'net/netfilter/nf_conntrack_max',
  'net/bridge/bridge-nf-call-iptables',
];

// Processes in other network namespaces than this one, and those that run a binary of the lab.
async function foreignProcesses(): Promise<string[]> {
  const others = (await namespaces()).filter(isOfUnitTests);
  const inodes = await Promise.all(others.map((name) => stat(`/run/netns/${name}`).catch(() => undefined)));
  const notOurs = new Set([await readlink('/proc/self/ns/net'), ...inodes.map((found) => `net:[${found?.ino}]`)]);
  const found = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => {
        const read = (file: string) => readlink(`/proc/${pid}/${file}`).catch(() => '');
        const [net, exe] = await Promise.all([read('ns/net'), read('exe')]);
        return (net !== '' && !notOurs.has(net)) || exe.includes('/flatnet/') ? [`${pid} ${exe}`] : [];
      }),
  );
  return found.flat().toSorted();
}

/** Those without a process: what the machine's other programs make and leave meanwhile is theirs. */
async function cgroups(folder = '/sys/fs/cgroup', depth = 0): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  const empty = await Promise.all(folders.map(async (path) => ((await isEmpty(path)) ? [path] : [])));
  return [
    ...empty.flat(),
    ...(depth < 2 ? (await Promise.all(folders.map((path) => cgroups(path, depth + 1)))).flat() : []),
  ].toSorted();
}

async function isEmpty(cgroup: string): Promise<boolean> {
  const here = await readFile(join(cgroup, 'cgroup.procs'), 'utf8').catch(() => '');
  if (here.trim() !== '') return false;
  const below = await readdir(cgroup, { withFileTypes: true }).catch(() => []);
  const children = below.filter((entry) => entry.isDirectory()).map((entry) => isEmpty(join(cgroup, entry.name)));
  return (await Promise.all(children)).every(Boolean);
}
