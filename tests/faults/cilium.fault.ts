import { bringBack, ciliumAgent } from './agents.ts';
import type { Fault, Scene } from './fault.ts';
import { sh } from './shell.ts';
import { tunnelPortDropped } from './tunnel.fault.ts';

/** Until it has set up its programs again, for every pod of the node. */
async function restart({ lab }: Scene): Promise<void> {
  await bringBack(lab, 'node-2', { agent: ciliumAgent, by: 'restart' });
}

/** Its programs go on carrying packets; only new pods wait for it. */
export const ciliumStopped: Fault = {
  name: 'Cilium’s agent stopped',
  when: 'running',
  plant: async ({ lab }) => void (await sh(lab, 'node-2', 'flatnet-service stop cilium-agent')),
  undo: restart,
  breaks: { facts: ['a node starts no pods'] },
  onlyOn: ['cilium', 'cilium-native', 'cilium-kube-proxy-free', 'cilium-native-kube-proxy-free'],
  // Services that are made meanwhile it does not learn of: kube-proxy beside it serves them there, and masquerades, or nobody does.
  args: ['addressing', 'flat-network', 'protocols'].flatMap((folder) => ['--clause', folder]),
  inconclusive: 'none',
  verdict: 'not conformant',
  says: [/node-2/, /cilium/i],
  causes: 1,
  slow: true,
};

/** What comes by the tunnel meets no program, and is not for the node itself. */
export const ciliumDetached: Fault = {
  ...tunnelPortDropped,
  name: 'Cilium’s programs detached from the tunnel',
  plant: async ({ lab }) => void (await sh(lab, 'node-2', 'rm /sys/fs/bpf/cilium/devices/cilium_vxlan/links/*')),
  undo: restart,
  onlyOn: ['cilium', 'cilium-kube-proxy-free'],
};
