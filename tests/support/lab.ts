import { attachLab, startLab, type Lab } from '../../lab/index.ts';
import { connectApi, loadKubeconfig, type Api } from '../../lib/cluster/index.ts';

export interface BorrowedLab {
  lab: Lab;
  api: Api;
  /** Removes the lab when these tests brought it up; one that was up already stays. */
  giveBack: () => Promise<void>;
}

/** The lab that is up, else one brought up for these tests. */
export async function borrowLab(options: { nodes?: number; dualStack?: boolean } = {}): Promise<BorrowedLab> {
  const attached = await attachLab().catch(() => null);
  const lab =
    attached ??
    (await startLab({
      nodes: options.nodes ?? 3,
      proxy: 'iptables',
      dualStack: options.dualStack ?? false,
      topology: 'routed',
      log: (line) => console.log(`    ${line}`),
    }));
  return {
    lab,
    api: connectApi(loadKubeconfig({ file: lab.kubeconfigPath })),
    giveBack: async () => {
      if (attached === null) await lab.stop();
    },
  };
}
