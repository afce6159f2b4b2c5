import type { Fault } from './fault.ts';
import { sh } from './shell.ts';

/** A package upgrade wiped the CNI binaries: old pods work, new ones never start. */
export const noNewPods: Fault = {
  name: 'no new pods',
  when: 'running',
  plant: async ({ lab }) => void (await sh(lab, 'node-3', 'mv /opt/cni/bin/bridge /opt/cni/bin/bridge.away')),
  undo: async ({ lab }) =>
    void (await sh(
      lab,
      'node-3',
      'test ! -e /opt/cni/bin/bridge.away || mv /opt/cni/bin/bridge.away /opt/cni/bin/bridge',
    )),
  breaks: { facts: ['a node starts no pods'] },
  inconclusive: 'none',
  verdict: 'not conformant',
  says: [/node-3/, /failed to find plugin "bridge"|network/],
  causes: 1,
  slow: true,
};
