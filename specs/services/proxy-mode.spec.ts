/**
 * > kube-proxy is on the data path when connecting to a pod or container, and it's not particularly fast (relies on userland proxying or iptables).
 *
 * INFO: which proxy each node has: userspace, iptables, ipvs, nftables, or none. Different modes at once are a finding: iptables and nftables side by side are supported while a cluster is upgraded (KEP-5343), and not meant to stay.
 *
 * Verified by: asking kube-proxy on each node (/proxyMode on port 10249 of its loopback address); where it does not answer, its ConfigMap, and Cilium's. Not told: whether iptables writes legacy tables or nft's. kube-proxy does not say, and what it has written only root can read (kernel 6.18: /proc/net/ip_tables_names, which lists legacy tables, has mode 0440; that it exists says no more than that somebody loaded their module).
 * Would be missed by: reading the ConfigMap alone; a node that was not restarted still runs the old mode.
 */
import { clause, expect, proxyModes } from '../../lib/index.ts';

export default clause(
  {
    id: 'services/proxy-mode',
    level: 'INFO',
    promise: 'kube-proxy is on the data path: which mode does it run in?',
  },
  async (session) => {
    const { name, policies } = session.survey.cni;
    expect(proxyModes(session.proxyModes, { plugin: name, policies: policies?.name })).to.hold();
  },
);
