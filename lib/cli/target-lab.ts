import { startLab } from '../../lab/index.ts';
import { loadKubeconfig } from '../cluster/index.ts';
import type { Live } from '../report/live.ts';
import type { LabTarget } from './options.ts';
import type { OpenTarget } from './target.ts';

/** Brings up a lab of its own for this run; closing removes it. */
export async function openLab(
  { nodes, proxy, dualStack }: LabTarget,
  { live, signal }: { live: Live; signal: AbortSignal },
): Promise<OpenTarget> {
  const lab = await startLab({
    nodes,
    proxy,
    dualStack,
    topology: 'routed',
    log: (line) => live.say(line),
    passing: (text) => live.now(text),
    signal,
  });
  live.now(null);
  return {
    name: 'lab',
    target: loadKubeconfig({ file: lab.kubeconfigPath }),
    close: async () => {
      live.now('removing the lab');
      await lab.stop();
      live.now(null);
    },
  };
}
