export interface ExchangeTimes {
  /** How long a connection may take, answer included: a lost SYN is sent again after 1 s and 3 s. */
  dialTimeoutMs: number;
  /** The same for a datagram: nothing sends it again, so that a second is long, even with an ARP request in between. */
  datagramTimeoutMs: number;
  /** UDP: datagrams a dial. Twenty see 30 % loss with 99.9 % certainty. */
  datagrams: number;
  datagramIntervalMs: number;
  /** What failed is asked again, calmly; that decides. */
  calm: CalmTimes;
  /** For a reply on the control channel, beyond the time that the dials may take. */
  channelMs: number;
  /** A new pod may lag behind its own Ready by so long: programming it everywhere takes a moment. */
  youngMs: number;
  /** How often a dial is made while a new pod's lag is waited for. */
  youngEveryMs: number;
}

/** Asking again: its size is fixed beforehand, and all of it counts. */
export interface CalmTimes {
  /** Connections, each from a source port of its own, the first from the one that failed. One lost packet of twenty is chance, two are not. */
  connections: number;
  connectionIntervalMs: number;
  /** Long enough for a second SYN, which counts as a lost one. */
  connectionTimeoutMs: number;
  /** 200 datagrams tell 3 % loss from the 1 % that is tolerated, three times of four; they go out by so many sockets. */
  datagrams: number;
  datagramFlows: number;
  datagramIntervalMs: number;
  datagramTimeoutMs: number;
  /** Dials that send at the same moment: in all, and from or to the probes of one node. Those that got answers at first count double. */
  inAll: number;
  perNode: number;
  /** Of one path (two nodes, pods or nodes at either end, protocol, family, how it failed) so many are asked; when all fail, they stand for the rest. */
  perPath: number;
  /** When so many were asked and not one was answered, they stand for all others. */
  standAfter: number;
  /** What is more than this is left without a verdict. */
  atMost: number;
}

export const defaultTimes: ExchangeTimes = {
  dialTimeoutMs: 3_000,
  datagramTimeoutMs: 2_000,
  datagrams: 20,
  datagramIntervalMs: 1,
  calm: {
    connections: 20,
    connectionIntervalMs: 50,
    connectionTimeoutMs: 2_000,
    datagrams: 200,
    datagramFlows: 10,
    datagramIntervalMs: 5,
    datagramTimeoutMs: 2_000,
    inAll: 16,
    perNode: 8,
    perPath: 2,
    standAfter: 32,
    atMost: 256,
  },
  channelMs: 15_000,
  youngMs: 5_000,
  youngEveryMs: 500,
};
