import { nodeItself, type End } from './breaks.ts';
import { familyOf } from './chain.ts';
import type { Fault, Scene } from './fault.ts';
import { sh } from './shell.ts';

const wrong = '02:00:00:00:de:ad';
const bridge = 'cni0';
const fresh: End = { node: 'node-2', roles: ['fresh pod'] };

/** The addresses of a node that no pod has yet. */
function free({ podRange, pods }: Scene): string[] {
  const range = podRange('node-2');
  const [network = ''] = range.split(familyOf(range) === 'ip' ? '0/' : '/');
  const taken = new Set(pods.flatMap(({ ips }) => ips));
  return Array.from(
    { length: 253 },
    (_, n) => `${network}${(n + 2).toString(familyOf(range) === 'ip' ? 10 : 16)}`,
  ).filter((address) => !taken.has(address));
}

/** A node still knows the interface that had the next pod's address before. Pods of the same node ask for themselves. */
export const staleNeighbour: Fault = {
  name: 'stale neighbour',
  reported: ['aws/amazon-vpc-cni-k8s#3628', 'containernetworking/plugins#858'],
  when: 'running',
  plant: async (scene) => {
    const lines = free(scene).map((ip) => `neigh replace ${ip} lladdr ${wrong} dev ${bridge} nud permanent`);
    await sh(scene.lab, 'node-2', `ip -batch - <<'END'\n${lines.join('\n')}\nEND`);
  },
  undo: async ({ lab }) => void (await sh(lab, 'node-2', `ip neigh flush nud permanent dev ${bridge}`)),
  breaks: {
    traffic: [
      { symptom: 'lost', to: fresh, where: 'across nodes', family: 'IPv4' },
      { symptom: 'lost', from: fresh, where: 'across nodes', family: 'IPv4' },
      { symptom: 'lost', from: nodeItself('node-2'), to: fresh, family: 'IPv4' },
      { symptom: 'lost', from: fresh, to: nodeItself('node-2'), family: 'IPv4' },
    ],
  },
  onlyOn: ['routed', 'flannel', 'flannel-host-gw', 'flannel-udp'],
  inconclusive: 'none',
  verdict: 'not conformant',
  says: [
    /node-2 does not pass on to node-2\/fresh what it routes, .* a neighbour entry from whoever had the address before/,
  ],
  causes: 2,
  slow: true,
};
