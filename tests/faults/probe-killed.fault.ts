import type { Fault } from './fault.ts';
import { sh } from './shell.ts';

/** Not a fault of the network: nothing may go red for it. */
export const probeKilled: Fault = {
  name: 'probe killed',
  when: 'checking',
  plant: async ({ lab, pods }) => {
    const victim = pods.find((pod) => pod.node === 'node-2' && pod.probe === 'pod-b');
    const found = await sh(
      lab,
      'node-2',
      `grep -lzx 'FLATNET_UID=${victim?.uid}' /proc/[0-9]*/environ 2>/dev/null; true`,
    );
    const pids = found.match(/\d+/g) ?? [];
    await sh(lab, 'node-2', `kill -9 ${pids.join(' ')}`);
  },
  undo: async () => undefined,
  breaks: {},
  inconclusive: 'some',
  verdict: 'partial',
  says: [],
  causes: 0,
};
