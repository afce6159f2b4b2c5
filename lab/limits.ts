import { readdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { limitTooLow } from './errors.ts';
import { limitsFile } from './places.ts';

/** A limit that the nodes of a lab share with the whole machine, by its sysctl, and the value that so many nodes need. */
interface Limit {
  readonly name: string;
  readonly needed: (nodes: number, openInotify: number) => number;
}

/** The most neighbours that the nodes together know: each knows all others (in IPv6 by two addresses) and its pods. With 20 nodes more than 512 were seen, where the kernel begins to evict entries. */
const neighbours = (nodes: number): number => nodes * (2 * nodes + 40);

const limits: readonly Limit[] = [
  // Per user, and the whole lab runs as root; above it the kubelet ends with "inotify_init: too many open files".
  // On a node kubelet 6, containerd 2 and kube-proxy 1 were seen with cgroup v1; with v2 each container takes one more.
  // The control plane takes 4; the rest is for whatever else root starts meanwhile.
  { name: 'fs.inotify.max_user_instances', needed: (nodes, open) => open + nodes * 24 + 16 },
  ...['ipv4', 'ipv6'].flatMap((family): Limit[] => [
    { name: `net.${family}.neigh.default.gc_thresh2`, needed: (nodes) => neighbours(nodes) / 2 },
    { name: `net.${family}.neigh.default.gc_thresh3`, needed: neighbours },
  ]),
];

/** By name, a limit's previous value and the one it was raised to. */
const notes = z.record(z.string(), z.object({ before: z.number(), raised: z.number() }));

/** Where the limits are and where they are saved; tests have their own places. */
export interface LimitPlaces {
  readonly sysctls: string;
  readonly processes: string;
  readonly notes: string;
}

const machine: LimitPlaces = { sysctls: '/proc/sys', processes: '/proc', notes: limitsFile };

/** Raises each limit that so many nodes would exceed to what they need, and saves the previous value first; `restoreLimits` restores it. LAB_LIMIT_TOO_LOW when it can't be changed. */
export async function raiseLimits(nodes: number, say: (line: string) => void, places = machine): Promise<void> {
  const open = await openInotify(places.processes);
  const raises = [];
  for (const { name, needed } of limits) {
    const before = await readLimit(name, places);
    const raised = needed(nodes, open);
    if (before !== undefined && before < raised) raises.push({ name, before, raised });
  }
  if (raises.length === 0) return;
  const draft = `${places.notes}.${process.pid}`;
  await writeFile(draft, JSON.stringify(Object.fromEntries(raises.map(({ name, ...values }) => [name, values]))));
  await rename(draft, places.notes);
  for (const { name, before, raised } of raises)
    await writeFile(fileOf(name, places), String(raised)).catch((cause: unknown) => {
      throw limitTooLow(name, { now: before, needed: raised }, cause);
    });
  const told = raises.map(({ name, before, raised }) => `${name} from ${before} to ${raised}`);
  say(`Raised until the lab is removed: ${told.join(', ')}`);
}

/** Restores the limits to their values before the lab; one that somebody changed meanwhile stays. */
export async function restoreLimits(places = machine): Promise<void> {
  const text = await readFile(places.notes, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  for (const [name, { before, raised }] of Object.entries(parseNotes(text)))
    if ((await readLimit(name, places)) === raised) await writeFile(fileOf(name, places), String(before));
  await rm(places.notes);
}

// An unreadable file must not keep a lab from being removed; a limit that stays raised does no harm.
function parseNotes(text: string): z.infer<typeof notes> {
  try {
    return notes.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

const fileOf = (name: string, { sysctls }: LimitPlaces): string => join(sysctls, name.replaceAll('.', '/'));

// Those of the neighbour tables exist in the machine's initial network namespace only.
async function readLimit(name: string, places: LimitPlaces): Promise<number | undefined> {
  const text = await readFile(fileOf(name, places), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text);
}

/** How many are open, whoever opened them. */
async function openInotify(processes: string): Promise<number> {
  const pids = (await readdir(processes)).filter((entry) => /^\d+$/.test(entry));
  const open = await Promise.all(
    pids.map(async (pid) => {
      const folder = join(processes, pid, 'fd');
      // A process may end meanwhile.
      const files = await readdir(folder).catch(() => []);
      const targets = await Promise.all(files.map((file) => readlink(join(folder, file)).catch(() => '')));
      return targets.filter((target) => target === 'anon_inode:inotify').length;
    }),
  );
  return open.reduce((sum, count) => sum + count, 0);
}
