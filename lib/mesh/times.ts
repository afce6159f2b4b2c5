export interface ExchangeTimes {
  /** How long a connection may take, answer included: a lost SYN is sent again after 1 s, and then after 3 s. */
  dialTimeoutMs: number;
  /** The same for a datagram: nothing sends it again, so that a second is long, even with an ARP request in between. */
  datagramTimeoutMs: number;
  /** A stream that goes on is waited for until then, and is not judged after: no promise says how fast a network is. */
  flowingMs: number;
  /** TCP: connections a dial in the first round, opened at once, each from a source port of its own. */
  connections: number;
  /** UDP: datagrams a dial. Twenty see 30 % loss with 99.9 % certainty. */
  datagrams: number;
  /** UDP: they go out by so many sockets, each from a source port of its own. */
  datagramFlows: number;
  datagramIntervalMs: number;
  /** What failed is asked again, calmly; that decides. */
  calm: CalmTimes;
  /** Flows from other source ports, where a responder saw another port than the dialler's: of one in eight that are translated, one at least is among them 199 times of 200. */
  otherPorts: { flows: number; intervalMs: number };
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
  /** What got no answer at all at first is asked a little first; all of the above only where some of that is answered. */
  few: FewTimes;
  /** Dials that send at the same moment: in all, and from or to the probes of one node. Those that got answers at first count double, those that are asked a little a quarter. */
  inAll: number;
  perNode: number;
  /** Of one path (two nodes, pods or nodes at either end, protocol, family, how it failed) so many are asked; when all fail, they stand for the rest. */
  perPath: number;
  /** Of a longer path of which some are answered so many are asked; when half fail, they stand for the rest. More than `perPath`. */
  sampleOfPath: number;
  /** When so many were asked and not one was answered, they stand for all that have an end in common with several of them, or all of their kind. */
  standAfter: number;
  /** So many are asked at a time. More are asked as long as nearly all of those were answered: then the load was too high, and nothing is broken. */
  wave: number;
  /** No wave, and no round for what a probe spoilt itself, begins later than this, ms: a clause has 180 s. */
  wavesMs: number;
  /** What is more than this is left without a verdict. */
  atMost: number;
}

/**
 * Asking a little, time-outs as above: as spread out as a whole calm round. A network that loses one packet in a hundred loses all of it once
 * in 10^16 times, one that loses half of all flows, once in 256: that is told as dead, and is as broken.
 */
export interface FewTimes {
  connections: number;
  connectionIntervalMs: number;
  datagrams: number;
  datagramFlows: number;
  datagramIntervalMs: number;
}

export const defaultTimes: ExchangeTimes = {
  dialTimeoutMs: 2_000,
  datagramTimeoutMs: 2_000,
  flowingMs: 30_000,
  connections: 1,
  datagrams: 20,
  datagramFlows: 1,
  datagramIntervalMs: 1,
  calm: {
    connections: 20,
    connectionIntervalMs: 50,
    connectionTimeoutMs: 2_000,
    datagrams: 200,
    datagramFlows: 10,
    datagramIntervalMs: 5,
    datagramTimeoutMs: 2_000,
    few: { connections: 8, connectionIntervalMs: 100, datagrams: 16, datagramFlows: 8, datagramIntervalMs: 50 },
    inAll: 16,
    perNode: 8,
    perPath: 2,
    sampleOfPath: 16,
    standAfter: 32,
    wave: 256,
    wavesMs: 45_000,
    atMost: 2_048,
  },
  otherPorts: { flows: 40, intervalMs: 25 },
  youngMs: 5_000,
  youngEveryMs: 500,
};

/** Sizes up to the MTU: each datagram is as much as seven of a few bytes, a stream as many as 360. */
export const wholeTimes = {
  datagrams: 4,
  calm: {
    ...defaultTimes.calm,
    connections: 4,
    connectionIntervalMs: 250,
    connectionTimeoutMs: 4_000,
    datagrams: 50,
    datagramFlows: 5,
  },
} satisfies Partial<ExchangeTimes>;

/**
 * Datagrams of up to 45 fragments, of which a socket has room for four. Asked calmly they are 2.6 Mbit/s: one every 20 ms was too much for a healthy link of 10 Mbit/s. So that each takes
 * 4 s, and two at a time are from or to a node: where none get into one node of ten, samples of 32 took longer than a clause has.
 */
export const fragmentTimes = {
  datagrams: 2,
  datagramIntervalMs: 10,
  calm: {
    ...defaultTimes.calm,
    datagrams: 20,
    datagramFlows: 2,
    datagramIntervalMs: 200,
    inAll: 4,
    perNode: 2,
    standAfter: 8,
  },
} satisfies Partial<ExchangeTimes>;

/** One flow of many: programs and devices that take over flows which have lasted (flow tables, offload, eBPF) do so after some packets, tens mostly. */
export const lastingTimes = {
  datagrams: 80,
  datagramIntervalMs: 5,
  calm: { ...defaultTimes.calm, datagrams: 100, datagramIntervalMs: 15 },
} satisfies Partial<ExchangeTimes>;

/** Lengths of datagrams that a whole flow lost: each is asked by itself. */
export const lengthTimes = {
  datagramTimeoutMs: 1_000,
  datagrams: 3,
  datagramIntervalMs: 5,
  calm: { ...defaultTimes.calm, datagrams: 20, datagramFlows: 2, inAll: 8, perNode: 4, perPath: 64, standAfter: 256 },
} satisfies Partial<ExchangeTimes>;

/** A flow on few ways, of so many datagrams at least, and as many as there are lengths of a packet of 1,500 bytes. */
export const datagramsOfLengths = { least: 1_000, most: 1_500 };

export const longFlowTimes = {
  datagrams: datagramsOfLengths.least,
  datagramIntervalMs: 1,
  calm: { ...defaultTimes.calm, inAll: 4, perNode: 2 },
} satisfies Partial<ExchangeTimes>;

/** So many are sent again where one stalled. */
export const longStreamsAgain = 2;

/** Streams of some MiB, on few ways: sound where anything of them moves every 2 s. They are not judged where that takes too long. */
export const longStreamTimes = {
  dialTimeoutMs: 4_000,
  flowingMs: 15_000,
  calm: { ...defaultTimes.calm, connectionTimeoutMs: 4_000, inAll: 4, perNode: 2 },
} satisfies Partial<ExchangeTimes>;

/** Two flows of each protocol a way, which are left open: four that send no more packets than one connection and twenty datagrams do, with their answers. */
export const holdingTimes = { datagrams: 7 } satisfies Partial<ExchangeTimes>;

/** Over a connection that was idle: its kernel sends what is lost again, five times within this; datagrams nobody does, and there are two flows a way. */
export const heldTimes = {
  dialTimeoutMs: 5_000,
  datagrams: 5,
  datagramIntervalMs: 50,
} satisfies Partial<ExchangeTimes>;

/** One goes ahead of those that count: what it meets (an address to be resolved, a smaller MTU that a router tells of) they need not. */
export const aheadTimes = { datagrams: 1, datagramTimeoutMs: 300 } satisfies Partial<ExchangeTimes>;

/** Looking for the largest size that passes, on ways where small ones were answered at once. */
export const searchTimes = {
  dialTimeoutMs: 1_500,
  datagramTimeoutMs: 500,
  datagrams: 3,
  datagramIntervalMs: 5,
  calm: {
    ...defaultTimes.calm,
    connections: 2,
    connectionTimeoutMs: 1_500,
    datagrams: 20,
    datagramFlows: 2,
    datagramTimeoutMs: 500,
    inAll: 8,
    perNode: 4,
  },
} satisfies Partial<ExchangeTimes>;

/** Where nobody may answer: what does not within this is taken for unanswered; others answer within a few ms. */
export const unansweredTimes = {
  dialTimeoutMs: 800,
  datagramTimeoutMs: 800,
  datagrams: 3,
} satisfies Partial<ExchangeTimes>;

/** Several flows, of which it is only asked who answers. */
export const severalTimes = {
  dialTimeoutMs: 1_000,
  datagramTimeoutMs: 1_000,
  connections: 4,
  datagrams: 3,
} satisfies Partial<ExchangeTimes>;

/** A look at what may change from one moment to the next; one packet each, so that as many ICMP errors are asked for. */
export const watchTimes = {
  dialTimeoutMs: 400,
  datagramTimeoutMs: 400,
  datagrams: 1,
} satisfies Partial<ExchangeTimes>;

/**
 * The same where nobody may answer. Kernel 6.18: an ICMP error that comes back while the socket is still in connect(), as from the node itself, does not end it;
 * the one for the second SYN does, after a second.
 */
export const refusalTimes = { ...watchTimes, dialTimeoutMs: 1_500 } satisfies Partial<ExchangeTimes>;

/** A way on which some flows got through: as many flows as tell a port that is translated now and then tell one that is lost. */
export const partlyTimes = {
  connections: defaultTimes.otherPorts.flows,
  datagrams: 2 * defaultTimes.otherPorts.flows,
  datagramFlows: defaultTimes.otherPorts.flows,
  calm: { ...defaultTimes.calm, datagramFlows: defaultTimes.otherPorts.flows },
} satisfies Partial<ExchangeTimes>;

/** So many connections at once, and as many at once again where some took a second SYN: what only strikes many at a time does not show in a calm round. */
export function atOnce(connections: number): Partial<ExchangeTimes> {
  return { connections, calm: { ...defaultTimes.calm, connections, connectionIntervalMs: 0 } };
}
