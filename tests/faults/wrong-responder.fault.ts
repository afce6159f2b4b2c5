import { podsOf } from './breaks.ts';
import { chainFault, familyOf } from './chain.ts';
import type { Scene } from './fault.ts';

/** One node sends what is meant for one pod to its neighbour. */
export const wrongResponder = chainFault({
  name: 'wrong responder',
  when: 'running',
  node: 'node-1',
  hook: 'nat hook prerouting priority -110',
  rules: (scene) => {
    const [meant, other] = [ip(scene, 'pod-a'), ip(scene, 'pod-b')];
    return [`${familyOf(meant)} daddr ${meant} dnat ${familyOf(meant)} to ${other}`];
  },
  breaks: {
    traffic: [
      { symptom: 'wrong responder', by: 'own address', from: podsOf('node-1'), to: { node: 'node-2', roles: ['pod'] } },
    ],
  },
  says: [/node-1/, /node-2\/pod-a/, /pod-b/],
  causes: 2,
  slow: true,
});

function ip({ pods }: Scene, probe: string): string {
  const pod = pods.find((one) => one.node === 'node-2' && one.probe === probe);
  if (pod === undefined) throw new Error(`node-2/${probe} has no address yet`);
  return pod.ip;
}
