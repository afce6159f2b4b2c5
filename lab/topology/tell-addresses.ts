import type { NodeAddresses } from '../addresses.ts';
import type { Api } from '../api.ts';

/** Reports a node's addresses in its status, as its kubelet does later. A DaemonSet's pod starts after the kubelet; here a plugin is started first, and exits without them. */
export async function tellAddresses(api: Api, { name, ipv4, ipv6 }: NodeAddresses, dualStack: boolean): Promise<void> {
  const path = `/api/v1/nodes/${name}`;
  const node = JSON.parse((await api('GET', path)).body) as { status?: object };
  const addresses = (dualStack ? [ipv4, ipv6] : [ipv4]).map((address) => ({ type: 'InternalIP', address }));
  const { status, body } = await api('PUT', `${path}/status`, { ...node, status: { ...node.status, addresses } });
  if (status !== 200) throw new Error(`The API server did not take the addresses of ${name}: ${body}`);
}
