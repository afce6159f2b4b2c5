/** A delay in user space on the Service path only: does the clause see it, with its sign and size, and only there? */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startLab, type Lab } from '../../lab/index.ts';
import type { Difference, Group } from '../../lib/latency/closed-loop/estimate.ts';
import { regimeWords } from '../../lib/latency/closed-loop/words.ts';
import { brief, measured, type Fact } from './facts.ts';
import { runClause, type Said } from './run-clause.ts';
import { delayServices, type Held } from './user-space-delay.ts';

/** How long packets are held, in µs. Two delays, since the program's own overhead, and that of processors falling idle meanwhile, add to each. */
const delays = { short: 300, long: 800 };
const more = delays.long - delays.short;
const delayed = /every later packet through the ClusterIP: \+.*something on that path handles each packet/;

interface Level {
  us: number;
  said: Said;
  held: Held[];
}

/** Runs the clause in its short form, first without a delay, then with every packet to a Service held for one time and for another, on its own lab. */
export async function proveDelay({ signal }: { signal: AbortSignal }): Promise<Fact[]> {
  console.log(
    `The clause with every packet to a Service held in user space, for ${delays.short} and for ${delays.long} µs: about 3 min.`,
  );
  const folder = await mkdtemp(join(tmpdir(), 'flatnet-delay-'));
  try {
    const program = join(folder, 'delay');
    const source = fileURLToPath(import.meta.resolve('./delay/main.go'));
    await promisify(execFile)('go', ['build', '-o', program, source], { signal });
    const lab = await startLab({
      nodes: 3,
      proxy: 'iptables',
      families: ['IPv4'],
      topology: 'routed',
      log: () => {},
      signal,
    });
    try {
      const kubeconfig = lab.kubeconfigPath;
      const without = await runClause({ kubeconfig, signal });
      const short = await runDelayed(lab, { program, us: delays.short, signal });
      const long = await runDelayed(lab, { program, us: delays.long, signal });
      console.log(`  not held: ${without.sentence}`);
      for (const { us, said } of [short, long]) console.log(`  ${us} µs: ${said.sentence}`);
      return [...saidFacts(without, [short, long]), ...pathFacts({ short, long })];
    } finally {
      await lab.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runDelayed(
  lab: Lab,
  { signal, ...delay }: { program: string; us: number; signal: AbortSignal },
): Promise<Level> {
  const { remove } = await delayServices(lab, delay);
  const said = await runClause({ kubeconfig: lab.kubeconfigPath, signal }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  return { us: delay.us, said, held: await remove() };
}

function saidFacts(without: Said, levels: readonly Level[]): Fact[] {
  return [
    ...levels.flatMap(({ us, held, said }) => [
      {
        fact: `the program held the packets of every node for ${us} µs`,
        holds: held.every(({ packets, p50 }) => packets > 0 && p50 >= us),
        seen: held.map(({ packets, p50, p99 }) => `${packets} packets, p50 ${p50}, p99 ${p99} µs`).join('; '),
      },
      {
        fact: 'the sentence says that something on the Service path handles each packet',
        holds: delayed.test(said.sentence),
        seen: delayedWords(said),
      },
    ]),
    {
      fact: 'and says nothing of the kind without the program',
      holds: !delayed.test(without.sentence),
      seen: delayedWords(without),
    },
  ];
}

function delayedWords({ sentence }: Said): string {
  return delayed.exec(sentence)?.[0] ?? 'not said';
}

/** For every kind of flow that has numbers with both delays. */
function pathFacts({ short, long }: { short: Level; long: Level }): Fact[] {
  const both = long.said.groups.flatMap((after) => {
    const before = short.said.groups.find((one) => kindOf(one) === kindOf(after));
    return before === undefined ? [] : [{ before, after }];
  });
  const facts = (['established, minus pod IP', 'new, minus pod IP'] as const).flatMap((name) =>
    both.flatMap(({ before, after }) =>
      risen(
        after,
        kindOf(after),
        [before, after].map((one) => measured(one, name, 'cluster-ip')),
      ),
    ),
  );
  const nodePorts = both.map(({ after }) => ({
    kind: kindOf(after),
    seen: measured(after, 'established, minus pod IP', 'node-port'),
  }));
  return [
    { fact: 'most kinds of flow have numbers', holds: facts.length >= 12, seen: `${facts.length} of 16` },
    ...facts,
    {
      fact: 'NodePorts are as near to pod IPs as ever',
      holds: nodePorts.every(({ seen }) => isRefused(seen) || seen.lower < delays.short / 3),
      seen: nodePorts.map(({ kind, seen }) => `${kind} ${brief(seen)}`).join('; '),
    },
  ];
}

/** Checks that the delay is seen in full, and the difference between the two delays as well; ignores differences without a number. */
function risen({ where }: Group, kind: string, [from, to]: readonly Difference[]): Fact[] {
  if (!from || !to || isRefused(from) || isRefused(to)) return [];
  const whole = from.upper >= delays.short && to.lower > delays.short && to.upper >= delays.long;
  const [lower, upper] = [to.lower - from.upper, to.upper - from.lower];
  const seen = `${brief(from)}, then ${brief(to)} µs`;
  // The single pair on one node differs from run to run, and its interval represents only that pair.
  if (where === 'same node') return [{ fact: `${kind}, ${from.name}, by ClusterIP: all of it`, holds: whole, seen }];
  const fact = `${kind}, ${from.name}, by ClusterIP: all of it, and ${more} µs more`;
  return [{ fact, holds: whole && lower <= more && more <= upper, seen }];
}

function kindOf(group: Group): string {
  return `${group.protocol} to ${group.where === 'same node' ? 'the same node' : 'another node'}, ${regimeWords(group)}`;
}

function isRefused({ finding }: Difference): boolean {
  return finding.kind === 'not good enough';
}
