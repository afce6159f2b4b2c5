import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { alreadyUp, busy, notUp, notWhole, unknownLab } from './errors.ts';
import { stateFile, stateFolder } from './places.ts';
import { isAlive, livingInLab, ownIdentity, type ProcessIdentity } from './processes.ts';

const identity = z.object({ pid: z.number(), startTime: z.string() });

const labState = z.object({
  /** `starting` and `removing` belong to a live starter; `up` only when `owned`. */
  phase: z.enum(['starting', 'up', 'removing']),
  starter: identity,
  /** True when the lab ends with its starter (a test run), false for `npm run lab -- up`. */
  owned: z.boolean(),
  nodes: z.array(z.string()),
  // Not enums: another checkout may have more values, and its lab is a lab, too.
  proxy: z.string(),
  topology: z.string(),
  families: z.array(z.string()),
  startedAt: z.string(),
  /** First processes of the namespaces, by node; `control` is the control plane. */
  first: z.record(z.string(), identity),
});

/** The state file of the one lab of this machine. */
export type LabState = z.infer<typeof labState>;

/** The lab's state; undefined when there is none, `unreadable` when this checkout can't parse it. */
export async function readState(): Promise<LabState | 'unreadable' | undefined> {
  return parseState(await readFile(stateFile, 'utf8').catch(() => undefined));
}

/** Parses the text of the state file, as `readState` returns it. */
export function parseState(text: string | undefined): LabState | 'unreadable' | undefined {
  if (text === undefined) return undefined;
  try {
    return labState.parse(JSON.parse(text));
  } catch {
    return 'unreadable';
  }
}

/** Who holds the lab: a live starter, a lab that is up, one that this checkout can't read but that is running, leftovers, or nobody. */
export async function holderOf(
  state: LabState | 'unreadable' | undefined,
  living = livingInLab,
): Promise<'starter' | 'lab' | 'unknown' | 'leftovers' | 'nobody'> {
  if (typeof state !== 'object') {
    if ((await living()).length > 0) return 'unknown';
    return state === undefined ? 'nobody' : 'leftovers';
  }
  if (await isAlive(state.starter)) if (state.phase !== 'up' || state.owned) return 'starter';
  if (state.phase !== 'up' || state.owned) return 'leftovers';
  return (await deadNodes(state)).length < Object.keys(state.first).length ? 'lab' : 'leftovers';
}

/** Names of the nodes whose first process has ended. */
async function deadNodes({ first }: LabState): Promise<string[]> {
  const names = Object.keys(first);
  const alive = await Promise.all(names.map((name) => isAlive(first[name]!)));
  return names.filter((_, i) => !alive[i]);
}

/** The state of the lab that is up, whoever started it; throws LAB_NOT_UP when there is none, or it is incomplete. */
export async function liveState(): Promise<LabState> {
  const state = await readState();
  const holder = await holderOf(state);
  if (holder === 'unknown') throw unknownLab();
  if (typeof state !== 'object' || state.phase !== 'up' || holder === 'leftovers')
    throw notUp({ leftovers: holder === 'leftovers' });
  const dead = await deadNodes(state);
  if (dead.length > 0) throw notWhole(dead);
  return state;
}

/** Makes this process the lab's starter. Returns true when it took over from leftovers, which are then to be removed; throws LAB_BUSY or LAB_ALREADY_UP otherwise. */
export async function claim(
  state: Omit<LabState, 'starter' | 'first' | 'phase' | 'startedAt'>,
): Promise<{ state: LabState; leftovers: boolean }> {
  const mine: LabState = {
    ...state,
    phase: 'starting',
    starter: await ownIdentity(),
    startedAt: new Date().toISOString(),
    first: {},
  };
  await mkdir(stateFolder, { recursive: true });
  const draft = `${stateFile}.${process.pid}`;
  let leftovers = false;
  try {
    for (;;) {
      const text = await readFile(stateFile, 'utf8').catch(() => undefined);
      const found = parseState(text);
      const holder = await holderOf(found);
      if (holder === 'starter' && typeof found === 'object') throw busy(found.starter.pid);
      if (holder === 'lab' && typeof found === 'object') throw alreadyUp(found);
      if (holder === 'unknown') throw unknownLab();
      if (holder === 'leftovers') {
        if (!(await putAside(text ?? ''))) continue;
        leftovers = true;
        // Removing the leftovers needs these, too.
        if (typeof found === 'object') mine.first = found.first;
      }
      await writeFile(draft, JSON.stringify(mine));
      // Only link() fails when another starter was faster.
      const won = await link(draft, stateFile).then(
        () => true,
        () => false,
      );
      if (won) return { state: mine, leftovers };
    }
  } finally {
    await rm(draft, { force: true });
  }
}

// Removes the state file if it is still the one that was read; a faster starter's file is put back.
async function putAside(text: string): Promise<boolean> {
  const aside = `${stateFile}.aside.${process.pid}`;
  if (
    !(await rename(stateFile, aside).then(
      () => true,
      () => false,
    ))
  )
    return false;
  const same = (await readFile(aside, 'utf8')) === text;
  if (!same) await link(aside, stateFile).catch(() => undefined);
  await rm(aside, { force: true });
  return same;
}

/** Replaces the state file atomically. */
export async function writeState(state: LabState): Promise<void> {
  const draft = `${stateFile}.${process.pid}`;
  await writeFile(draft, JSON.stringify(state, null, 2));
  await rename(draft, stateFile);
}

/** First processes of all namespaces of the lab. */
export const firstProcesses = (state: LabState): ProcessIdentity[] => Object.values(state.first);
