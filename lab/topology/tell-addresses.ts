import type { NodeAddresses } from '../addresses.ts';
import type { Api } from '../api.ts';
import { type Family, those } from '../families.ts';

/** Reports a node's addresses in its status, as its kubelet does later. A DaemonSet's pod starts after the kubelet; here a plugin is started first, and exits without them. */
export async function tellAddresses(api: Api, known: NodeAddresses, families: readonly Family[]): Promise<void> {
  const { name } = known;
  const path = `/api/v1/nodes/${name}`;
  const node = JSON.parse((await api('GET', path)).body) as { status?: object };
  const addresses = those(known, families).map((address) => ({ type: 'InternalIP', address }));
  const { status, body } = await api('PUT', `${path}/status`, { ...node, status: { ...node.status, addresses } });
  if (status !== 200) throw new Error(`The API server did not take the addresses of ${name}: ${body}`);
}
