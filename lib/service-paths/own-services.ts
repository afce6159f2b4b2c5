/** Services over the run's own pods, made once in a run for all clauses that dial them. */
import type { Probe, WantedService } from '../cluster/model.ts';
import type { Destination } from '../mesh/destination.ts';
import type { Session } from '../verdict/session.ts';
import type { WorkKey } from '../verdict/shared-work.ts';
import { byClusterIP, serviceName, wantedFor } from './destinations.ts';
import { chooseBackends } from './who-dials.ts';

export interface OwnServices {
  /** Each with one pod behind it; of very many pods not all have one. */
  single: Destination[];
  /** With one pod of each node behind it, of 50 at most. */
  shared: Destination;
}

/**
 * Ports of the Service with many pods, all of which lead to the same one of theirs: as many dials of each client, each sent to any pod. Of 50 pods
 * one is missed by all of them with a chance of less than 1 in 1,000,000. They are those that Services have most: a filter or a proxy that takes
 * what is for some of them (port 80 on its way to a ClusterIP) leaves the others alone. The first is that of the run's other Services.
 */
export const sharedPorts: readonly number[] = [8080, 80, 443, 3306, 5432, 6379, 8443, 9000, 9090, 9200];

/**
 * A low and an ephemeral port that the last pod of each node has in its own Service as well, for clauses about policies: what enforces them may
 * look at some ports only. The same at the pod: where a Service's port is another one, the API leaves open which of the two a policy means.
 */
const alikePorts: readonly number[] = [1_023, 61_000];

/** From the API server's answer, or the last Service that a node came to know, to the next. */
export const programmedWithinMs = 10_000;

const ownServices: WorkKey<OwnServices> = { name: 'Services over own pods' };

/** By their ClusterIPs; no node needs to know them yet. Throws what `createServices` throws. */
export function servicesOverPods({
  pods,
  createServices,
  once,
}: Pick<Session, 'pods' | 'createServices' | 'once'>): Promise<OwnServices> {
  return once(ownServices, async () => {
    const { own, together } = chooseBackends(pods);
    const last = new Set([...Map.groupBy(own, ({ node }) => node).values()].map((all) => all.at(-1)));
    const alikeOf = (pod: Probe): Pick<WantedService, 'alike'> => (last.has(pod) ? { alike: alikePorts } : {});
    const made = await createServices([
      ...own.map((pod, n) => wantedFor(serviceName(`${pod.name}-of`, pod, n), [pod], alikeOf(pod))),
      wantedFor('pods-of-many-nodes', together, { ports: [...sharedPorts] }),
    ]);
    return {
      single: own.map((pod, n) => byClusterIP(made[n]!, [pod], alikeOf(pod))),
      shared: byClusterIP(made[own.length]!, together),
    };
  });
}

/** Whether another clause has made them, or is about to. */
export function areServicesMade({ begun }: Pick<Session, 'begun'>): boolean {
  return begun(ownServices) !== null;
}

/** By code: a Service is refused as a whole, by permissions, quotas, or the range of ports. */
const refusals: ReadonlySet<string | undefined> = new Set(['permission-missing', 'api-refused', 'admission-refused']);

/** Why the cluster refused to make a Service, in the API server's words. Throws any other error again. */
export function refusalOf(error: unknown): string {
  const { code, detail, message } = error as { code?: string; detail?: string | null; message: string };
  if (!refusals.has(code)) throw error;
  return detail ?? message;
}
