/** What the API says about the cluster, before a single packet is sent. */
import { addressOwners, addressOwnersNow } from './address-owners.ts';
import type { Api } from '../api/api.ts';
import { chainedEngines, type Chained } from './chained.ts';
import { detectCni } from './cni.ts';
import { configMapReader } from './config-maps.ts';
import type { Survey } from '../model.ts';
import { listAll } from '../api/pages.ts';
import { podRanges } from './pod-ranges.ts';
import type { Preflight } from './preflight.ts';
import { configuredProxyMode } from './proxy-mode.ts';
import { allServices, takenPorts } from './taken-ports.ts';
import { serviceRanges } from './service-ranges.ts';

/** Four requests on most clusters, one more for each 500 pods and for a plugin's pools and settings. What may not be read is left out, with a note. */
export async function surveyCluster(
  api: Api,
  { preflight, onNote = () => {} }: { preflight: Preflight; onNote?: (note: string) => void },
): Promise<Survey> {
  const { nodes, rawNodes, version } = preflight;
  const [pods, services, listed] = await Promise.all([
    listAll((page) => api.core.listPodForAllNamespaces(page)),
    serviceRanges(api),
    allServices(api),
  ]);
  const read = configMapReader(api);
  const chained = await chainedEngines(read, { nodes: rawNodes, pods });
  const cni = detectCni(rawNodes, pods, chained);
  const [ranges, proxy] = await Promise.all([
    podRanges(api, { nodes, pods, cni: assigns(cni, chained) }),
    configuredProxyMode(read, { pods, hasCilium: [cni.name, cni.policies?.name].includes('cilium') }),
  ]);
  for (const note of [...services.notes, ...ranges.notes, ...proxy.notes]) onNote(note);
  return {
    server: api.target.server,
    context: api.target.context,
    version,
    nodes,
    podRanges: ranges.ranges,
    serviceRanges: services.ranges,
    owners: addressOwners({ nodes: rawNodes, pods }),
    takenPorts: takenPorts({ pods, services: listed }),
    refreshOwners: () => addressOwnersNow(api),
    cni,
    proxyModeConfigured: proxy.configured,
  };
}

/**
 * Whose pools pods have their addresses from. Calico makes none where another plugin assigns them, and Cilium assigns ranges to nodes all the same:
 * unused ones where it is certain to be chained.
 */
function assigns({ name, policies }: Survey['cni'], chained: ReadonlyMap<string, Chained>): string {
  const engine = policies?.name ?? '';
  const may = name === 'unknown' && chained.has(engine);
  return may && (engine === 'calico' || !chained.get(engine)?.certain) ? engine : name;
}
