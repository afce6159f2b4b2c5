import type { NodeAddresses } from '../addresses.ts';
import type { ProcessIdentity } from '../processes.ts';
import { outcomeIn } from '../spaces.ts';
import type { ConnectOptions } from './topology.ts';

/** True when a node has a route to the pods of each other node; otherwise its routes. */
export async function routedToAll(
  node: NodeAddresses,
  first: ProcessIdentity,
  { all, dualStack, signal }: ConnectOptions,
): Promise<true | string> {
  const said = async (...argv: string[]) => (await outcomeIn(first, argv, signal)).stdout;
  const routes = (await said('ip', 'route')) + (await said('ip', '-6', 'route'));
  const others = all.filter((other) => other !== node);
  const expected = others.flatMap(({ pods: { ipv4, ipv6 } }) => (dualStack ? [ipv4, ipv6] : [ipv4]));
  return expected.every((range) => routes.includes(`${range} via `)) || routes;
}
