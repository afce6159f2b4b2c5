import { sh, type Fault } from './fault.ts';

/** Not a fault of the network: nothing may go red for it. */
export const probeKilled: Fault = {
  name: 'probe killed',
  when: 'checking',
  plant: async ({ lab, pods }) => {
    const victim = pods.find((pod) => pod.node === 'node-2' && pod.probe === 'pod-b');
    const list =
      'for p in /proc/[0-9]*; do tr "\\0" "\\n" < $p/environ 2>/dev/null | grep -q "^FLATNET_UID=UID$" && echo ${p#/proc/}; done';
    const pids = await sh(lab, 'node-2', `${list.replace('UID$', `${victim?.uid}$`)}; true`);
    await sh(lab, 'node-2', `kill -9 ${pids.trim().split('\n').join(' ')}`);
  },
  undo: async () => undefined,
  red: [],
  inconclusive: 'some',
  verdict: 'partial',
  says: [],
  causes: 0,
};
