/** What the suite knows about a cluster and its own probes there: plain data, and one live object, the channel. */
import type { Family, Protocol } from '../conversations/basics.ts';
import type { HelloRecord } from '../conversations/hello.ts';
import type { Kind, RecordOf, RequestBody } from '../conversations/index.ts';
import type { Direction } from '../policy/objects.ts';

/** What a run makes beside the probes that it begins with, for clauses that need it. */
export type Extra = 'services' | 'fresh pods' | 'policies' | 'moved pod';

/** The extras of a run, each with how to do without it: "with --latency off". */
export type Extras = ReadonlyMap<Extra, string>;

export interface NodeFacts {
  name: string;
  ready: boolean;
  /** Why the node is not Ready, by the kubelet's message; null when it is Ready. */
  notReadyFor: 'network plugin' | 'other' | null;
  /** Why a probe can't be expected here ("not Ready: …", "runs windows"); null when one can. */
  skipped: string | null;
  /** How long ago it joined, by the API server's clock, ms; null where the API does not say. */
  ageMs: number | null;
  /** status.addresses of type InternalIP and ExternalIP, unchanged. */
  addresses: { type: string; address: string }[];
  podCIDRs: string[];
  kubeletVersion: string;
  kernel: string;
  os: string;
  arch: string;
  containerRuntime: string;
}

/** A pod of one name while it was on this node. */
export interface PodPlace {
  node: string;
  addresses: readonly string[];
}

/** An address and its owner according to the API: for `addressing/one-owner-per-ip`. */
export interface AddressOwner {
  kind: 'pod' | 'node';
  /** "namespace/name" or the node's name. */
  name: string;
  node: string;
  address: string;
}

export interface Survey {
  server: string;
  context: string;
  version: string;
  nodes: NodeFacts[];
  /** From node.spec.podCIDRs and from the network plugin's own objects where readable; may be empty. `node` is null for a pool that nodes share. */
  podRanges: { range: string; node: string | null; source: string }[];
  /** From ServiceCIDR objects, or from the API server's own error message, or else single ClusterIPs that were seen. */
  serviceRanges: { range: string; source: string }[];
  /** Pods that own their address (host-network, finished and terminating pods aside) and nodes with their InternalIPs; Ready nodes only. */
  owners: AddressOwner[];
  /** `owners` as of now: lists nodes and pods once more. */
  refreshOwners?: () => Promise<AddressOwner[]>;
  /**
   * Who gives pods their addresses and routes ("flannel", "cilium", …); "unknown" when nothing identifies it.
   * `policies`: who enforces NetworkPolicies, where it is another; `beside`: plugins that call others, or add interfaces.
   */
  cni: { name: string; evidence: string; policies?: { name: string; evidence: string }; beside?: string[] };
  /** Ports of nodes that lead elsewhere; those of Services only where they may be listed. */
  takenPorts: TakenPort[];
  /** kube-proxy's mode from its ConfigMap, or null. */
  proxyModeConfigured: { mode: string; source: string } | null;
}

/** A port of a node, or of every node (null), that leads to something else; `by`: "NodePort of Service a/b". */
export interface TakenPort {
  port: number;
  node: string | null;
  by: string;
}

/** A policy that is not the run's own, and may bear on what its probes send. */
export interface ForeignPolicy {
  /** "CiliumClusterwideNetworkPolicy". */
  kind: string;
  /** null: policies of this kind may not be listed, and there may be none. */
  name: string | null;
  /** Left out: the run's own, or it is of the whole cluster. */
  namespace?: string;
  /** It may select pods of the run, or those that it was asked about: then it decides beside policies that select them as well. */
  selectsPods: boolean;
  /** In which directions, to these pods and to nodes. */
  mayForbid: { pods: readonly Direction[]; nodes: readonly Direction[] };
}

/** What the port where a pod listens is called in its spec: policies may name it. */
export const portNames = { TCP: 'probe-tcp', UDP: 'probe-udp' } as const;

/**
 * `pod-a`, `pod-b`: the two ordinary pods of a node; `node`: host network, speaks as the node; `fresh`: started during the run.
 * For policies: `newcomer`, started while they stand; `guest`, of another namespace.
 */
export type ProbeName = 'pod-a' | 'pod-b' | 'node' | 'fresh' | 'newcomer' | 'guest';

export interface Probe {
  name: ProbeName;
  kind: 'pod' | 'node';
  node: string;
  pod: string;
  /** Left out: the run's own. */
  namespace?: string;
  uid: string;
  /** status.podIPs (for a node probe: the node's addresses), one per family. */
  addresses: Partial<Record<Family, string>>;
  hello: HelloRecord;
  /** Of its container ("cpu 20m, memory 40Mi"); left out: none. */
  limits?: string;
  /** When its pod was first seen Ready, at the latest; milliseconds of this process's clock (`performance.now()`). */
  readyAt: number;
  channel: Channel;
}

/** A probe that can't be used, and why. */
export interface Missing {
  node: string;
  probe: ProbeName;
  /** The kubelet's or scheduler's own event, where there is one. */
  reason: string;
  /** "network": the kubelet reports that the network of the pod's sandbox could not be set up. Any other kind says nothing about the network. */
  kind: 'network' | 'other';
}

/** What admission (webhooks) costs on this cluster. */
export interface Slowness {
  /** How long it took until the last pod of the first probes was made, ms; 0 where their controller was done when it was first asked. */
  letInMs: number;
  /** How long the API server took for a request that makes something, ms. */
  writeMs: number;
}

export interface WantedService {
  name: string;
  /** The pods behind it, by name, and the port there, TCP and UDP. */
  pods: readonly string[];
  targetPort: number;
  type: 'ClusterIP' | 'NodePort';
  /** The Service's own ports, all of which lead to `targetPort`; left out: one. */
  ports?: readonly number[];
  /** Further ports, each of which leads to the same one of its pods; left out: none. */
  alike?: readonly number[];
  /** What else its spec says; left out: the API server's defaults. */
  asks?: {
    internalTrafficPolicy?: 'Local';
    externalTrafficPolicy?: 'Local';
    sessionAffinity?: 'ClientIP';
    /** Headless: there is only a name. */
    clusterIP?: 'None';
  };
}

/** A Service, TCP and UDP on the same ports, in each family that the cluster gives Services. */
export interface MadeService extends Pick<WantedService, 'name' | 'pods'> {
  /** The first of its addresses. */
  clusterIP: string;
  clusterIPs: Partial<Record<Family, string>>;
  /** The first of its ports. */
  port: number;
  /** Those of the first port; null when it has none. */
  nodePorts: Record<Protocol, number | null>;
  /** Why it has none, though it was to: the words of whoever refused. Left out: nobody did. */
  noNodePorts?: string;
}

/** Pods of the run, by name, that come to stand behind one of its Services, and that no longer do. */
export interface PodsBehind {
  service: string;
  add: readonly string[];
  remove: readonly string[];
}

/** The cluster's DNS. */
export interface ClusterDns {
  /** "kube-system/kube-dns". */
  name: string;
  namespace: string;
  /** What its Service selects its pods by. */
  selector: Readonly<Record<string, string>>;
  /** Of its Service, one per family; and its ports, null for a protocol that it does not serve. */
  addresses: Partial<Record<Family, string>>;
  ports: Record<Protocol, number | null>;
  /** Where its pods receive what is sent to these ports: a number, or the name of a port of each pod. */
  targetPorts: Record<Protocol, number | string | null>;
  /** Of the Service default/kubernetes. */
  kubernetes: Partial<Record<Family, string>>;
}

/** What is behind the Service of the cluster's DNS. */
export interface BehindDns {
  /** Nodes on which its pods run; none where that can't be learned. */
  on: string[];
  /** Where they receive what is sent to its ports; null: not served, or not known. */
  ports: Record<Protocol, number | null>;
}

/** The Service by which pods know the API server. */
export interface ApiService {
  /** "default/kubernetes". */
  name: string;
  addresses: Partial<Record<Family, string>>;
  port: number;
}

/** One of the servers behind it, as its EndpointSlices name them. */
export interface ApiEndpoint {
  address: string;
  port: number;
  /** The node whose address that is; null: none that is known. */
  node: string | null;
}

/** Requests to the API server. */
export interface RequestCount {
  total: number;
  /** By HTTP verb in lower case; a watch counts as "watch", an exec stream as "exec". */
  byVerb: Record<string, number>;
}

/** Something that may happen to many at once, and is then reported in one line. Times in ms. */
export type Happening =
  | { kind: 'stream re-established'; who: string; why: string; afterMs: number }
  | { kind: 'stream lost'; who: string; why: string }
  | { kind: 'container restarted'; who: string; why: string }
  | { kind: 'answered late'; who: string; why: string; attempts: number; attemptsAtMost: number }
  | { kind: 'API server away'; doing: string; why: string; waitMs: number }
  | { kind: 'NodePort refused'; why: string };

/** Takes a line for the report. `happening`: the same as data, where it may repeat. */
export type OnNote = (text: string, happening?: Happening) => void;

/** A complete reply: every record arrived, each of a kind that its conversation has, and the digest matches. */
export interface WholeReply<R = RecordOf> {
  whole: true;
  records: R[];
  stallMs: number;
  throttledMs?: number | undefined;
  instance: string;
}

/** Says nothing about the network under test. */
export interface BrokenReply<R = RecordOf> {
  whole: false;
  /** One sentence: what was lost, where ("the exec stream to node-1/pod-a closed before the trailer"). */
  reason: string;
  /** "stream lost": in flight when its stream broke, may be asked again; "restarted": the container and its sockets are new; "deadline"; "not whole": records or digest do not match, or the probe gave up. */
  cause?: 'stream lost' | 'restarted' | 'deadline' | 'not whole' | 'closed';
  /** What did arrive; never enough for a verdict. */
  records: R[];
}

export type Reply<R = RecordOf> = WholeReply<R> | BrokenReply<R>;

/** How long a reply may take beyond the work that it reports, ms: as long as a stream may be silent. With 16 nodes on two cores some took more than 15 s, and nothing was wrong. */
export const channelMs = 30_000;

export interface RequestOptions<R = RecordOf> {
  /** For the whole reply: the work itself, and `channelMs`. */
  deadlineMs: number;
  /** Gets each record as it arrives, before it is known whether the reply is complete: for progress, never for a verdict. */
  onRecord?: ((record: R) => void) | undefined;
}

export interface Channel {
  /** The records are those of the conversation. Never throws for a lost stream or a passed deadline: that is a `BrokenReply`. */
  request<K extends Kind>(body: RequestBody<K>, options: RequestOptions<RecordOf<K>>): Promise<Reply<RecordOf<K>>>;
  close(): void;
}
