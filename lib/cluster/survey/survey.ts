/** What the API says about the cluster, before a single packet is sent. */
import { addressOwners, addressOwnersNow } from './address-owners.ts';
import type { Api } from '../api/api.ts';
import { detectCni } from './cni.ts';
import type { Survey } from '../model.ts';
import { listAll } from '../api/pages.ts';
import { podRanges } from './pod-ranges.ts';
import type { Preflight } from './preflight.ts';
import { configuredProxyMode } from './proxy-mode.ts';
import { allServices, takenPorts } from './taken-ports.ts';
import { serviceRanges } from './service-ranges.ts';

/** Four requests on most clusters, one more for each 500 pods and for a plugin's pools. What may not be read is left out, with a note. */
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
  const cni = detectCni(rawNodes, pods);
  const [ranges, proxy] = await Promise.all([
    podRanges(api, { nodes, pods, cni: cni.name }),
    configuredProxyMode(api, { pods, cni: [cni.name, cni.policies?.name].includes('cilium') ? 'cilium' : cni.name }),
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
