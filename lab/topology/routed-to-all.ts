import type { NodeAddresses } from '../addresses.ts';
import { those } from '../families.ts';
import type { ProcessIdentity } from '../processes.ts';
import { outcomeIn } from '../spaces.ts';
import type { ConnectOptions } from './topology.ts';

/** True when a node has a route to the pods of each other node; otherwise its routes. */
export async function routedToAll(
  node: NodeAddresses,
  first: ProcessIdentity,
  { all, families, signal }: ConnectOptions,
): Promise<true | string> {
  const said = async (...argv: string[]) => (await outcomeIn(first, argv, signal)).stdout;
  const routes = `${await said('ip', 'route')}\n${await said('ip', '-6', 'route')}`;
  const others = all.filter((other) => other !== node);
  const expected = others.flatMap(({ pods }) => those(pods, families));
  // Not `via`: Cilium's VXLAN has none over IPv6 (`2001:2:0:6401::/64 dev cilium_host`).
  return expected.every((range) => routes.split('\n').some((route) => route.startsWith(`${range} `))) || routes;
}
