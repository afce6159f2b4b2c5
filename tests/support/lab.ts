import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before } from 'mocha';
import { attachLab, startLab, type Lab } from '../../lab/index.ts';
import { connectApi, loadKubeconfig, type Api } from '../../lib/cluster/index.ts';
import { checkLab } from './check-lab.ts';
import { namesOfNamespaces } from './namespaces.ts';

export interface BorrowedLab {
  lab: Lab;
  api: Api;
}

/** For a hook that may be the first to bring up a lab on a machine: that compiles Kubernetes. */
export const bringUpMs = 2_700_000;

let borrowed: Promise<BorrowedLab & { isOurs: boolean }> | null = null;

/** The lab that is up, or one brought up for these tests: once for all test files, removed after the last of them. */
export async function borrowLab(): Promise<BorrowedLab> {
  return (borrowed ??= borrow());
}

/** For the tests of one suite: the lab, and the namespaces that it had before them, which must be all that it has after each. Filled before the first. */
export function borrowingLab(): BorrowedLab & { earlier: string[] } {
  const found = { earlier: [] as string[] } as BorrowedLab & { earlier: string[] };
  before('a lab is up', async function () {
    this.timeout(bringUpMs);
    const { lab, api } = await borrowLab();
    Object.assign(found, { lab, api, earlier: await namesOfNamespaces(api) });
  });
  return found;
}

async function borrow(): Promise<BorrowedLab & { isOurs: boolean }> {
  const attached = await attachLab().catch(() => null);
  const lab = attached ?? (await startLab({ ...checkLab, log: (line) => console.log(`    ${line}`) }));
  if (attached === null) removeAtSignals();
  const api = connectApi(loadKubeconfig({ file: lab.kubeconfigPath }));
  return { lab, api, isOurs: attached === null };
}

/** Ctrl-C ends mocha before the hook below runs, so a separate process removes the lab. */
function removeAtSignals(): void {
  const remove = (): void =>
    spawn(process.execPath, [join(import.meta.dirname, '../../lab/main.ts'), 'down'], {
      detached: true,
      stdio: 'ignore',
    }).unref();
  process.once('SIGINT', remove);
  process.once('SIGTERM', () => {
    remove();
    process.exit(143);
  });
}

// Outside every suite, so that it runs after the last.
after('a lab that these tests brought up is removed', async function () {
  this.timeout(120_000);
  const found = await borrowed?.catch(() => null);
  if (found?.isOurs === true) await found.lab.stop();
});
