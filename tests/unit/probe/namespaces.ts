/** Network namespaces of processes, for what loopback can't show: without a name, so that `ip netns` makes no folder a mount point. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Namespace {
  /** Puts before a command what makes it run inside. */
  inside: string[];
  /** Of the process that keeps it: what `ip link … netns` takes. */
  pid: number;
  /** Runs a command inside; throws with what it wrote to stderr. */
  run(...command: string[]): void;
  remove(): void;
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: 'pipe' });
}

/** Can namespaces and rules be made here? */
export function canIsolate(): boolean {
  try {
    run('iptables', '--version');
    run('unshare', '--version');
    run('nsenter', '--version');
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

/** Makes one, with its own /sys, which tells the MTU; it is gone with the last process inside, and its keeper ends with this process. */
export function makeNamespace(): Namespace {
  const keeper = spawn('unshare', ['--net', '--mount', 'sh', '-c', 'mount -t sysfs sysfs /sys && exec cat'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const { pid } = keeper;
  if (pid === undefined) throw new Error('unshare could not be started');
  for (let tries = 0; readFileSync(`/proc/${pid}/comm`, 'utf8') !== 'cat\n'; tries++) {
    if (tries === 500) throw new Error('unshare made no network namespace within 5 s');
    run('sleep', '0.01');
  }
  const enter = ['--target', String(pid), '--net', '--mount'];
  return {
    inside: ['nsenter', ...enter],
    pid,
    run: (...command) => run('nsenter', ...enter, ...command),
    remove: () => void keeper.kill(),
  };
}

/** Makes two with a cable between them, and an address each; `remove` takes them away, and all that is inside with them. */
export function makeNamespaces(): { near: Cabled; far: Cabled; remove(): void } {
  const made: Cabled[] = [];
  const remove = (): void => made.forEach((one) => one.remove());
  try {
    for (const address of ['198.18.0.1', '198.18.0.2']) made.push({ ...makeNamespace(), address });
    const [near, far] = made as [Cabled, Cabled];
    near.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(far.pid));
    for (const one of made) {
      one.run('ip', 'addr', 'add', `${one.address}/24`, 'dev', 'eth0');
      for (const link of ['lo', 'eth0']) one.run('ip', 'link', 'set', link, 'up');
    }
    return { near, far, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

export interface Cabled extends Namespace {
  address: string;
}
