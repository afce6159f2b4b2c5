import type { Probe } from '../cluster/model.ts';
import { measurementOf } from '../verdict/measurement.ts';
import type { Facts } from './facts.ts';
import { namedNodes } from './services/named-nodes.ts';

/** What kube-proxy answers on /proxyMode; anything else comes from another source, or from none. */
const ownWords: ReadonlySet<string> = new Set(['userspace', 'iptables', 'ipvs', 'nftables', 'kernelspace']);

/** KEP-5343 makes nftables the default, and supports both at once while nodes are upgraded; of other modes it says nothing. */
const ofUpgrades: ReadonlySet<string> = new Set(['iptables', 'nftables']);
const supported =
  'iptables on some nodes and nftables on others is supported while a cluster is upgraded (KEP-5343); a new flow then costs what the mode of its node costs';

/**
 * What proxies Services on each node; different modes, as reported by the proxies themselves, are a finding. `plugin`: the network plugin's name,
 * `policies`: of the one that is chained to it; left out: unknown, none. `probes`: of nodes; what they know of their kernels' tables is told where iptables is used.
 */
export function proxyModes(
  byNode: Record<string, string>,
  {
    plugin,
    policies,
    probes = [],
  }: { plugin?: string; policies?: string | undefined; probes?: readonly Pick<Probe, 'node' | 'hello'>[] } = {},
): Facts {
  const nodes = Object.entries(byNode);
  const groups = Map.groupBy(nodes, ([, mode]) => mode);
  const said = nodes.filter(([, mode]) => ownWords.has(mode));
  const modes = new Set(said.map(([, mode]) => mode));
  const mixed = modes.size > 1;
  const list = [...groups].map(([mode, all]) => `${mode} on ${all.length === 1 ? all[0]?.[0] : `${all.length} nodes`}`);
  return {
    expected: 'reported, and the same on every node',
    // bpf_lxc.c, per-packet load balancing: at each pod's interface, whatever kube-proxy-replacement says.
    seen: `${list.join(', ') || 'no node was asked'}${[plugin, policies].includes('cilium') && said.length > 0 ? '; what pods dial by ClusterIP is translated by Cilium' : ''}${backEnds(probes.filter(({ node }) => byNode[node] === 'iptables'))}`,
    violations: [],
    remarks: mixed
      ? [
          `kube-proxy runs in different modes: ${said.map(([node, mode]) => `${node} ${mode}`).join(', ')}`,
          ...(modes.isSubsetOf(ofUpgrades) ? [supported] : []),
        ]
      : [],
    finding: mixed,
    measurements: [...groups].map(([mode, all]) =>
      measurementOf('kube-proxy/nodes', { mode }, { estimate: all.length }),
    ),
  };
}

/** What a sync costs depends on it. Without a legacy nat table it is nft's; where there is one, kube-proxy has made it, or somebody else has. */
function backEnds(probes: readonly Pick<Probe, 'node' | 'hello'>[]): string {
  const known = probes.filter(({ hello }) => hello.legacyTables !== null);
  if (known.length === 0) return '';
  const legacy = known.filter(({ hello }) => hello.legacyTables?.includes('nat') === true).map(({ node }) => node);
  const asked = known.length === probes.length ? '' : ` (${known.length} of ${probes.length} nodes could tell)`;
  if (legacy.length === 0) return `; iptables writes to nft’s tables${asked}`;
  return `; there is a legacy nat table of iptables${legacy.length === known.length ? '' : ` on ${namedNodes(legacy)}`}${asked}`;
}
