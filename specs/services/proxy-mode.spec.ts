/**
 * > kube-proxy is on the data path when connecting to a pod or container, and it's not particularly fast (relies on userland proxying or iptables).
 *
 * INFO: which proxy each node has: userspace, iptables, ipvs, nftables, or none. Different modes at once are a finding: iptables and nftables side by side are supported while a cluster is upgraded (KEP-5343), and not meant to stay.
 *
 * Verified by: asking kube-proxy on each node (/proxyMode on port 10249 of its loopback address); where it does not answer, its ConfigMap, and Cilium's. Where it is iptables, which tables it writes to: legacy ones are listed by the kernel (/proc/net/ip_tables_names), for root alone, so that it is not told where nodes' probes may not run as root.
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
    const told = proxyModes(session.proxyModes, { plugin: name, policies: policies?.name, probes: session.nodes });
    expect(told).to.hold();
  },
);
