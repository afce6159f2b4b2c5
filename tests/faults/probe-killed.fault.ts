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
    // One that serves an exec stream may have ended meanwhile.
    await sh(
      lab,
      'node-2',
      `for pid in ${pids.join(' ')}; do kill -9 $pid 2>/dev/null && killed=yes; done; test "$killed"`,
    );
  },
  undo: async () => undefined,
  breaks: {},
  inconclusive: 'some',
  verdict: 'partial',
  says: [],
  causes: 0,
};
