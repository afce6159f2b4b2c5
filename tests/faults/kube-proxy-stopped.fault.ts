import { apiServer, nodeItself, podsOf, type Damage } from './breaks.ts';
import type { Fault, Scene } from './fault.ts';
import { sh } from './shell.ts';

/** Whatever node-2 and its pods dial through a new Service finds no rule; what others dial comes to its pods. */
const fromNode2 = { symptom: 'lost', by: 'ClusterIP', from: { node: 'node-2' }, opening: true } as const;
const throughNew: Damage = { ...fromNode2, to: podsOf() };
/** That of the API server is an old one. */
const throughOld: Damage = { ...fromNode2, to: apiServer };
/** At a new port of the node nobody listens. */
const atNode2: Damage = { symptom: 'refused', by: 'NodePort', to: nodeItself('node-2') };

/** kube-proxy on one node is stuck: it serves what it knew, and learns of no new Service. */
export const kubeProxyStopped: Fault = {
  name: 'kube-proxy stopped',
  when: 'before',
  plant: async ({ lab }) => void (await sh(lab, 'node-2', 'flatnet-service stop kube-proxy')),
  undo: startAgain,
  breaks: { traffic: [throughNew, atNode2] },
  inconclusive: 'none',
  verdict: 'not conformant',
  says: [/kube-proxy, .*has no working rules for all traffic through ClusterIPs from node-2 \(the Services pod-/],
  causes: 1,
  // A node that knows no new Service is waited for, for a minute.
  slow: true,
};

/** Somebody loaded a firewall anew on one node, which took the rules of all Services, and kube-proxy does not notice. */
export const rulesFlushed: Fault = {
  ...kubeProxyStopped,
  name: "kube-proxy's rules flushed",
  breaks: { traffic: [throughNew, throughOld, atNode2] },
  plant: async (scene) => {
    await kubeProxyStopped.plant(scene);
    const tables = ['ip', 'ip6'].map((family) => `nft delete table ${family} kube-proxy 2>/dev/null`);
    const flush = [...tables, 'iptables -t nat -F', 'ip6tables -t nat -F'].join('; ');
    await sh(scene.lab, 'node-2', `${flush}; true`);
  },
};

async function startAgain({ lab }: Scene): Promise<void> {
  await sh(lab, 'node-2', 'flatnet-service restart kube-proxy');
  const asked = 'curl -sf http://localhost:10249/proxyMode';
  await sh(lab, 'node-2', `for n in $(seq 100); do ${asked} && exit; sleep 0.1; done; exit 1`);
}
