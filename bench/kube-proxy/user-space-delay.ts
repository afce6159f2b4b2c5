/** A program in user space through which every packet to a Service goes, as through a proxy: for proofs only. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { nodeAddresses, ranges } from '../../lab/addresses.ts';
import type { Lab } from '../../lab/index.ts';

/** How long the program of one node held its packets. Microseconds. */
export interface Held {
  packets: number;
  p50: number;
  p99: number;
}

const queue = '7';
const endsWithinMs = 5_000;

/**
 * On every node of the lab, holds each packet from a pod to a ClusterIP for this many µs, in that direction only; packets to
 * pod IPs and NodePorts do not pass the program. The rule comes before address translation, so it sees later packets of a
 * flow as well as the first. `remove` undoes all of it, and reports what each node's program did. If this process dies, the
 * programs end with it, and the rules let packets pass. Throws an Error with the program's output when it can't be started.
 */
export async function delayServices(
  lab: Pick<Lab, 'nodes' | 'execInNode'>,
  { program, us }: { program: string; us: number },
): Promise<{ remove: () => Promise<Held[]> }> {
  const started: ChildProcess[] = [];
  const remove = async (): Promise<Held[]> => {
    for (const node of lab.nodes) await rule(lab, { node, verb: '-D' });
    return Promise.all(started.map(end));
  };
  try {
    for (const [n] of lab.nodes.entries())
      started.push(await start(program, { namespace: nodeAddresses(n + 1).namespace, us }));
    for (const node of lab.nodes) {
      const { exitCode, stderr } = await rule(lab, { node, verb: '-A' });
      if (exitCode !== 0) throw new Error(`${node} takes no rule for a queue: ${stderr.trim()}`);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { remove };
}

/** Not nft: this kernel has the queue as a target of iptables only. */
async function rule(
  lab: Pick<Lab, 'execInNode'>,
  { node, verb }: { node: string; verb: '-A' | '-D' },
): ReturnType<Lab['execInNode']> {
  const toServices = ['PREROUTING', '-d', ranges.services.ipv4];
  const target = ['-j', 'NFQUEUE', '--queue-num', queue, '--queue-bypass'];
  return lab.execInNode(node, ['iptables', '-w', '-t', 'mangle', verb, ...toServices, ...target]);
}

async function start(program: string, { namespace, us }: { namespace: string; us: number }): Promise<ChildProcess> {
  const child = spawn('nsenter', [`--net=/run/netns/${namespace}`, program, queue, String(us)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
  const [first] = (await Promise.race([once(child.stdout, 'data'), once(child, 'close')])) as [Buffer | number | null];
  if (String(first).trim() !== 'ready') throw new Error(`the program that delays did not start: ${words.trim()}`);
  return child;
}

/** Removes what a program left that died before, for instance by Ctrl-C. */
async function end(child: ChildProcess): Promise<Held> {
  let said = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (said += text));
  const late = setTimeout(() => child.kill('SIGKILL'), endsWithinMs);
  child.stdin!.on('error', () => {}).end();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  clearTimeout(late);
  return said === '' ? { packets: 0, p50: 0, p99: 0 } : (JSON.parse(said) as Held);
}
