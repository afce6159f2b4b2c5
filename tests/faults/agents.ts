import type { Lab } from '../../lab/index.ts';
import { sh } from './shell.ts';

/** A component that runs on each node, its line in the log that says that it works, and what must be true besides. */
export interface Agent {
  readonly service: 'kube-router' | 'cilium-agent';
  readonly says: string;
  readonly and?: string;
}

export const kubeRouter: Agent = { service: 'kube-router', says: 'Peer Up' };
/** Some 2 s after "Daemon initialization completed" it attaches its programs anew, and would take back what is planted until then. */
export const ciliumAgent: Agent = { service: 'cilium-agent', says: 'Restored endpoint' };

/** Starts it on a node, or ends it first, and waits until it works. */
export async function bringBack(
  lab: Lab,
  node: string,
  { agent: { service, says, and = 'true' }, by }: { agent: Agent; by: 'start' | 'restart' },
): Promise<void> {
  const log = `/var/log/flatnet/${service}.log`;
  const command = `before=$(wc -l < ${log}); flatnet-service ${by} ${service}
    for n in $(seq 600); do if tail -n +$((before + 1)) ${log} | grep -q '${says}' && ${and}; then exit 0; fi; sleep 0.1; done; exit 1`;
  await sh(lab, node, command);
}
