import type { NodeAddresses } from '../addresses.ts';
import type { Api } from '../api.ts';
import type { Output } from '../build/progress.ts';
import type { Family } from '../families.ts';
import type { ProcessIdentity } from '../processes.ts';
import type { Files } from '../spaces.ts';

export interface ConnectOptions {
  readonly all: readonly NodeAddresses[];
  readonly families: readonly Family[];
  readonly signal?: AbortSignal | undefined;
}

/** Components that run once a cluster, beside the control plane; started before those of the nodes. */
export interface Central {
  readonly components: readonly string[];
  /** Files that the control plane's namespace starts with. */
  files(families: readonly Family[]): Promise<Files>;
  /** The components' command lines, by name. */
  services(families: readonly Family[]): Readonly<Record<string, readonly string[]>>;
}

/** How pods reach pods on other nodes: everything in which one network of the lab differs from another. */
export interface Topology {
  /** Components that it runs on each node besides those of every lab, in start order: after the API server, before the kubelet. */
  readonly components: readonly string[];
  /** API users that need a certificate, by name. */
  readonly users: readonly string[];
  /** Programs that it calls besides those of every lab, each with the Debian package that contains it. */
  readonly tools: Readonly<Record<string, string>>;
  /** Whether Services are kube-proxy's. */
  readonly kubeProxy: boolean;
  /** What it runs once a cluster. */
  readonly central?: Central;
  /** `ip` commands for one node, once all its interfaces are up. */
  routes(node: NodeAddresses, all: readonly NodeAddresses[], families: readonly Family[]): string[];
  /** Builds what the components need, the first time: files and folders of this machine, by their path in a node (and beside the control plane, where something `central` runs). */
  build(output: Output, signal?: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Files that a node starts with. */
  files(node: NodeAddresses, families: readonly Family[]): Promise<Files>;
  /** The components' command lines, by name. */
  services(node: NodeAddresses, families: readonly Family[]): Readonly<Record<string, readonly string[]>>;
  /** Objects that the API needs before the components are started. */
  register(api: Api, nodes: readonly NodeAddresses[], families: readonly Family[]): Promise<void>;
  /** Between the start of its components on a node and that of the kubelet: resolves once the node has its CNI configuration and a route to the pods of all others; otherwise rejects with LAB_COMPONENT_DIED or LAB_NOT_READY. */
  connect(node: NodeAddresses, first: ProcessIdentity, options: ConnectOptions): Promise<void>;
}
