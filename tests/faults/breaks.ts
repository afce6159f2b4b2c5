/** What a fault breaks, in the terms of the network. Which clauses go red for it is derived: see `expected.ts`. */

/** An ordinary pod of the run, one that starts while the run goes on, the node itself; or the API server, which is on none of the lab's nodes. */
export type Role = 'pod' | 'fresh pod' | 'node' | 'API server';

/** How a probe is dialled: at its own address, or through a Service by its ClusterIP; or the port of a node, whichever pod is behind it. */
export type By = 'own address' | 'ClusterIP' | 'NodePort';

/** Who sends, or receives; what is left out may be any. */
export interface End {
  node?: string;
  roles?: readonly Role[];
}

export type Symptom =
  | 'lost'
  /** Some of the packets of every flow are lost. */
  | 'lossy'
  /** Lost for so short a time that waiting for a new pod gets over it. */
  | 'lost at first'
  | 'refused'
  | 'slow to connect'
  /** Connections lose their first SYN where many are opened at once, and hardly where few are. */
  | 'slow when many'
  /** Packets above a certain size, and no ICMP message says so. */
  | 'large lost'
  /** Short datagrams: those of questions. */
  | 'small lost'
  | 'length lost'
  /** What ends a connection. */
  | 'not closed'
  | 'fragments lost'
  /** Until the other side has talked itself. */
  | 'not met'
  /** Flows that were idle for a while. */
  | 'forgotten'
  /** Flows of datagrams, after some of them; streams, after much of them. */
  | 'cut off'
  | 'damaged'
  | 'wrong responder'
  | 'source address translated'
  | 'source port translated'
  | 'destination address translated';

/** What happens to packets from one end to another, questions and answers alike. */
export interface Damage {
  symptom: Symptom;
  from?: End;
  to?: End;
  /** Left out: all. What a pod sends to itself crosses no network unless through a Service: then it is on the same node. */
  where?: 'same node' | 'across nodes' | 'itself' | 'to others';
  protocol?: 'TCP' | 'UDP';
  family?: 'IPv4' | 'IPv6';
  /** Destination ports, the first and the last; those of answers are ephemeral. */
  ports?: readonly [number, number];
  /** Ports that packets come from; those of requests are ephemeral, but for some of the port spread. */
  sources?: readonly [number, number];
  /** How the pod at the far end was dialled; left out: whichever way. */
  by?: By;
  /** Only packets that open a conversation, as with `ct state new`. */
  opening?: true;
  /** From some time in the run on: what is dialled before is spared. */
  later?: true;
  /** So many of all flows are hit, from 0 to 1; left out: every one. */
  share?: number;
}

/** What is wrong without a packet being sent. */
export type Fact =
  | 'ranges overlap'
  | 'an address has two owners'
  | 'a pod has another address than it is known by'
  | 'a node starts no pods'
  | 'kube-proxy runs in two modes'
  | 'affinity is lost'
  | 'ports of Services are dropped'
  | 'endpoints are not followed'
  | 'DNS is silent on a node'
  | 'policies are ignored'
  | 'policies are ignored on a node'
  | 'policies are bypassed through Services'
  | 'policies leave ports open'
  | 'policies miss new pods'
  | 'policies mix their directions'
  | 'policies forget their peers'
  | 'policies stay in force';

/** Everything that a fault breaks. */
export interface Breaks {
  traffic?: readonly Damage[];
  facts?: readonly Fact[];
}

/** The pods of one node, or of all: those that start later among them. */
export function podsOf(node?: string): End {
  return { roles: ['pod', 'fresh pod'], ...(node === undefined ? {} : { node }) };
}

/** One node itself: its kubelet, whatever uses the host network. */
export function nodeItself(node?: string): End {
  return { roles: ['node'], ...(node === undefined ? {} : { node }) };
}

/** What is behind the Service of the API server. */
export const apiServer: End = { roles: ['API server'] };

/** All that the pods of one node exchange with other nodes, their pods and the API server is lost. */
export function podsCutOff(node: string, only: Pick<Damage, 'protocol' | 'family'> = {}): Damage[] {
  const lost = { symptom: 'lost', where: 'across nodes', ...only } as const;
  return [
    { ...lost, from: podsOf(node) },
    { ...lost, to: podsOf(node) },
  ];
}
