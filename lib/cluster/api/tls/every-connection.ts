import type { AgentOptions } from 'node:https';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';
import type { ConnectionOptions } from 'node:tls';

type Added = (options: ConnectionOptions) => ConnectionOptions;

/** Where client-node 2.0.1 makes the TLS options of a stream, and those of a request or a watch; its types call the first private. */
interface Seams {
  createAgent(cluster: Cluster | null, options: AgentOptions): unknown;
  createDispatcherOptions: KubeConfig['createDispatcherOptions'];
}

const keptAlive = { keepAlive: true, keepAliveInitialDelay: 30_000 };

/** Adds TLS options to every connection to an API server that this kubeconfig leads to, through a proxy or not; `added` gets what is there already. */
export function onEveryConnection(kubeConfig: KubeConfig, added: Added): void {
  if (!kubeConfig.getCurrentCluster()?.server.startsWith('https:')) return;
  const seams = kubeConfig as unknown as Seams;
  const forSockets = seams.createAgent.bind(kubeConfig);
  seams.createAgent = (cluster, options) => forSockets(cluster, { ...options, ...added(options) });
  const forRequests = seams.createDispatcherOptions.bind(kubeConfig);
  seams.createDispatcherOptions = (cluster, options) => {
    const made = forRequests(cluster, options);
    if (made.type === 'none') return { type: 'agent', connect: { ...keptAlive, ...added({}) } };
    if (made.type === 'agent') return { ...made, connect: { ...made.connect, ...added(made.connect) } };
    return { ...made, requestTls: { ...made.requestTls, ...added(made.requestTls) } };
  };
}
