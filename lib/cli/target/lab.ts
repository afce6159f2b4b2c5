import type { Lab, LabOptions, startLab } from '../../../lab/index.ts';
import type { TopologyName } from '../../../lab/topology/names.ts';
import { loadKubeconfig, type Target } from '../../cluster/index.ts';
import type { Live } from '../../report/live.ts';
import type { OpenTarget } from './open-target.ts';

// What the options need to know about the lab. The lab itself is loaded only when one is started.
export { familiesAskedFor, familiesNames, type FamiliesName } from '../../../lab/families.ts';
export { mostNodes } from '../../../lab/addresses.ts';
export { topologyList, type TopologyName, topologyNames, topologyTable } from '../../../lab/topology/names.ts';

export interface LabTarget {
  kind: 'lab';
  nodes: number;
  proxy: 'iptables' | 'nftables';
  /** Its IP families, the primary one first. */
  families: LabOptions['families'];
  /** The lab's network. */
  topology: TopologyName;
}

/** Brings up a lab for this run; closing removes it. */
export async function openLab(
  { nodes, proxy, families, topology }: LabTarget,
  { live, signal, start: given }: { live: Live; signal: AbortSignal; start?: typeof startLab },
): Promise<OpenTarget> {
  const start = given ?? (await import('../../../lab/index.ts')).startLab;
  const lab = await start({
    nodes,
    proxy,
    families,
    topology,
    dns: true,
    log: (line) => live.say(line),
    passing: (text) => live.now(text),
    signal,
  });
  live.now(null);
  return {
    name: 'lab',
    target: await targetOf(lab),
    close: async () => {
      live.now('removing the lab');
      await lab.stop();
      live.now(null);
    },
  };
}

/** A lab that can't be used must not be left running. */
async function targetOf({ kubeconfigPath, stop }: Lab): Promise<Target> {
  try {
    return loadKubeconfig({ file: kubeconfigPath });
  } catch (error) {
    await stop();
    throw error;
  }
}
