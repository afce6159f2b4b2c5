/** Before anything is created: is the server reachable, are the permissions there, and is there a node to run on? */
import type { V1Node } from '@kubernetes/client-node';
import type { Api } from '../api/api.ts';
import { noReadyNode, statusOf } from '../api/errors.ts';
import type { Extras, NodeFacts } from '../model.ts';
import { nodeFacts } from './nodes.ts';
import { listAll } from '../api/pages.ts';
import { checkPermissions } from './permissions.ts';

export interface Preflight {
  /** "v1.37.2", or "unknown" where the version may not be read. */
  version: string;
  nodes: NodeFacts[];
  /** As the API returned them, for the survey. */
  rawNodes: V1Node[];
  notes: string[];
}

/** Throws a ClusterError at the first reason not to run; creates nothing. `namespace` is the name that the run will use; `extras`: what it will create there besides its probes. */
export async function preflight(
  api: Api,
  { namespace, extras }: { namespace: string; extras: Extras },
): Promise<Preflight> {
  const version = await serverVersion(api);
  const [notes, rawNodes] = await Promise.all([
    checkPermissions(api, { namespace, extras }),
    listAll((page) => api.core.listNode(page)).catch((error: unknown) => {
      // The access reviews report this better: by verb, resource and user.
      if (statusOf(error) === 403) return [];
      throw error;
    }),
  ]);
  const nodes = rawNodes
    .map((node) => nodeFacts(node, api.now()))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  if (!nodes.some(({ skipped }) => skipped === null))
    throw noReadyNode(nodes.map(({ name, skipped }) => `${name} (${skipped})`));
  return { version, nodes, rawNodes, notes };
}

async function serverVersion(api: Api): Promise<string> {
  try {
    return (await api.version.getCode()).gitVersion;
  } catch (error) {
    // Some clusters hide their version from all but administrators, and are reachable nevertheless.
    if (statusOf(error) === 403) return 'unknown';
    throw error;
  }
}
