import type { NodeAddresses } from '../addresses.ts';
import type { Api } from '../api.ts';
import { type Family, those } from '../families.ts';

/** Controllers change a new node a few times in its first second. */
const tries = 10;

/** Reports a node's addresses in its status, as its kubelet does later. A DaemonSet's pod starts after the kubelet; here a plugin is started first, and exits without them. */
export async function tellAddresses(api: Api, known: NodeAddresses, families: readonly Family[]): Promise<void> {
  const { name } = known;
  const path = `/api/v1/nodes/${name}`;
  const addresses = those(known, families).map((address) => ({ type: 'InternalIP', address }));
  for (let n = 1; ; n += 1) {
    const node = JSON.parse((await api('GET', path)).body) as { status?: object };
    const { status, body } = await api('PUT', `${path}/status`, { ...node, status: { ...node.status, addresses } });
    if (status === 200) return;
    // Somebody else changed it in between: read again what it is now.
    if (status !== 409 || n === tries) throw new Error(`The API server did not take the addresses of ${name}: ${body}`);
  }
}
