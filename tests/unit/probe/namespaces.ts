/** Two network namespaces with a cable between them: for what loopback can't show. */
import { execFileSync } from 'node:child_process';

export interface Namespace {
  name: string;
  address: string;
  /** Puts before a command what makes it run inside. */
  inside: string[];
  /** Runs a command inside; throws with what it wrote to stderr. */
  run(...command: string[]): void;
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: 'pipe' });
}

/** Can namespaces and rules be made here? */
export function canIsolate(): boolean {
  try {
    run('iptables', '--version');
    run('ip', 'netns', 'list');
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

/** Makes both; `remove` takes them away, and all that is inside with them. */
export function makeNamespaces(): { near: Namespace; far: Namespace; remove(): void } {
  const [near, far] = ['near', 'far'].map((side, at): Namespace => {
    const name = `unit-flatnet-${process.pid}-${side}`;
    const inside = ['ip', 'netns', 'exec', name];
    return {
      name,
      inside,
      address: `198.18.0.${at + 1}`,
      run: (...command) => run('ip', 'netns', 'exec', name, ...command),
    };
  }) as [Namespace, Namespace];
  const remove = (): void => {
    for (const { name } of [near, far])
      try {
        run('ip', 'netns', 'del', name);
      } catch {
        // Was never made.
      }
  };
  try {
    for (const { name } of [near, far]) run('ip', 'netns', 'add', name);
    run('ip', '-n', near.name, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', far.name);
    for (const { name, address } of [near, far]) {
      run('ip', '-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
      for (const link of ['lo', 'eth0']) run('ip', '-n', name, 'link', 'set', link, 'up');
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { near, far, remove };
}
