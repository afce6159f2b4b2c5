import type { Fault } from './fault.ts';
import { sh } from './shell.ts';

const configuration = '/etc/kubernetes/kube-proxy.json';
const kept = '/run/kube-proxy.json';

/** An upgrade that has not come to one node: kube-proxy there runs in another mode than everywhere else. */
export const twoProxyModes: Fault = {
  name: 'two proxy modes',
  when: 'before',
  plant: async ({ lab }) => {
    const other = `sed -E 's/"mode": ?"iptables"/"mode":"nftables"/; t; s/"mode": ?"nftables"/"mode":"iptables"/'`;
    await sh(
      lab,
      'node-3',
      `cp ${configuration} ${kept} && ${other} ${kept} >${configuration} && flatnet-service restart kube-proxy`,
    );
    await sh(
      lab,
      'node-3',
      `for n in $(seq 100); do curl -sf http://localhost:10249/proxyMode && exit; sleep 0.1; done; exit 1`,
    );
  },
  undo: async ({ lab }) =>
    void (await sh(
      lab,
      'node-3',
      `test ! -e ${kept} || { mv ${kept} ${configuration} && flatnet-service restart kube-proxy; }`,
    )),
  breaks: { facts: ['kube-proxy runs in two modes'] },
  inconclusive: 'none',
  verdict: 'conformant',
  says: [],
  tells: [/kube-proxy runs in different modes: .*node-3 (iptables|nftables)/, /supported while a cluster is upgraded/],
  causes: 0,
};
