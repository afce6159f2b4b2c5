/** The receiving ends of a load, each with one Service in front. */
import type { Probe } from '../cluster/model.ts';
import { startListening } from '../service-paths/start-listening.ts';
import type { SocketAddress } from '../conversations/basics.ts';
import type { Session } from '../verdict/session.ts';

const listenForMs = 4 * 60_000;

export type LoadTargets = Map<Probe, { podIP: SocketAddress; clusterIP: SocketAddress }>;

/** Starts a receiver in every target, and makes its Service. Throws an Error with one sentence when a pod can't listen, and what `createServices` throws. */
export async function openTargets(
  { createServices }: Pick<Session, 'createServices'>,
  { targets, tag }: { targets: readonly Probe[]; tag: string },
): Promise<LoadTargets> {
  const ports = await Promise.all(
    targets.map((target) => startListening(target, { kind: 'load-listen', tag, forMs: listenForMs })),
  );
  const made = await createServices(
    targets.map(({ pod }, n) => ({ name: `headroom-${n}`, pods: [pod], targetPort: ports[n]!, type: 'NodePort' })),
  );
  return new Map(
    targets.map((target, n) => {
      const { clusterIP, port } = made[n]!;
      const family = clusterIP.includes(':') ? 'IPv6' : 'IPv4';
      const address = target.addresses[family];
      if (address === undefined)
        throw new Error(`${target.node}/${target.name} has no ${family} address, and its Service has`);
      return [target, { podIP: { address, port: ports[n]! }, clusterIP: { address: clusterIP, port } }];
    }),
  );
}
