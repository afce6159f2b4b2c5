/** The relevant part of a NetworkPolicy: the fields of networking.k8s.io/v1, so that API objects can be used directly. */
export interface Policy {
  metadata: { name: string; namespace: string };
  spec: {
    podSelector: Selector;
    /** Left out: Ingress, and Egress where there are egress rules. */
    policyTypes?: Direction[];
    ingress?: { from?: Peer[]; ports?: Port[] }[];
    egress?: { to?: Peer[]; ports?: Port[] }[];
  };
}

/** What decides who may talk to whom in one namespace. */
export interface Rules {
  policies: readonly Policy[];
  /** Labels that pods have beside those that they always have, by the kind of pod ("pod-a"); left out: none. */
  labels?: MoreLabels;
  /** Labels that the other namespace has beside those that it always has; left out: none. */
  guestLabels?: Readonly<Record<string, string>>;
}

export type MoreLabels = Readonly<Record<string, Readonly<Record<string, string>>>>;

export type Direction = 'Ingress' | 'Egress';

/** Selects by labels; an empty one selects everything. */
export interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[];
}

/** Pods by their labels, by their namespace's, or by both; or addresses. */
export interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: { cidr: string; except?: string[] };
}

/** A number, the name of a container's port, or a range of numbers; without a port all ports of the protocol. */
export interface Port {
  protocol?: Protocol;
  port?: number | string;
  endPort?: number;
}

export type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** One end of a conversation. */
export type End = PodEnd | OutsideEnd;

/** A pod of the pod network. */
export interface PodEnd {
  kind: 'pod';
  namespace: string;
  name: string;
  node: string;
  labels: Record<string, string>;
  namespaceLabels: Record<string, string>;
  addresses: readonly string[];
  /** Named ports of its containers. */
  ports?: readonly { name: string; port: number; protocol: Protocol }[];
}

/** Anything that is not a pod of the pod network: a node, its host-network pods, an outside host. `node`: which node it is. */
export interface OutsideEnd {
  kind: 'outside';
  node: string | null;
  addresses: readonly string[];
}
