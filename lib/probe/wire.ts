/**
 * Every message between the runner and a probe: one JSON object a line, both ways.
 * The runner's side checks replies with the schemas of `lib/cluster/channel/wire-schema.ts`.
 * Units are in the names; addresses are textual IPs without brackets or zone.
 */

export const wireVersion = 1;
export const heartbeatIntervalMs = 10_000;

export type Family = 'IPv4' | 'IPv6';
export type Protocol = 'TCP' | 'UDP';

export interface SocketAddress {
  address: string;
  port: number;
}

/** Who an agent is. `instance` is made anew at every start, so that a restarted container is told apart. */
export interface Identity {
  pod: string;
  uid: string;
  node: string;
  instance: string;
}

/** The environment variables that a probe pod is given; the values come from the downward API but for the last two. */
export const probeEnvironment = {
  pod: 'FLATNET_POD',
  uid: 'FLATNET_UID',
  node: 'FLATNET_NODE',
  podIPs: 'FLATNET_POD_IPS',
  hostIPs: 'FLATNET_HOST_IPS',
  /** "pod" or "node" (host network). */
  kind: 'FLATNET_KIND',
  /** The port to listen on; empty or "0" leaves it to the kernel. */
  port: 'FLATNET_PORT',
} as const;

/** Where the agent listens for the bridge that an exec stream runs; a file, since abstract sockets are shared on a host network. */
export const agentSocketPath = '/tmp/flatnet.sock';

// ---------------------------------------------------------------- requests

interface RequestHead {
  version: typeof wireVersion;
  /** Echoed in every line of the reply. */
  id: string;
}

/** Who are you, where do you listen, what do you see of yourself? One `HelloRecord`. */
export interface HelloRequest extends RequestHead {
  kind: 'hello';
}

/** Listen on more ports, on every address of the probe, both protocols. A `ListenRecord` for each port and protocol. */
export interface ListenRequest extends RequestHead {
  kind: 'listen';
  ports: number[];
}

/** Stop listening on the ports of all earlier listen requests. No records. */
export interface UnlistenRequest extends RequestHead {
  kind: 'unlisten';
}

/** Dial all of these, in this order, at most `concurrency` in flight. A `DialRecord` for each, as it ends. */
export interface DialRequest extends RequestHead {
  kind: 'dial';
  concurrency: number;
  /** Pause between the starts of two dials; left out: none. */
  spacingMs?: number;
  dials: Dial[];
}

export interface Dial {
  /** Unique in the run; the responder remembers it, so that a lost request can be told from a lost reply. 1 to 64 printable ASCII characters, no space. */
  nonce: string;
  protocol: Protocol;
  address: string;
  port: number;
  /** From the first packet to the verdict; for UDP counted from the last datagram. Stalls of the dialler's event loop beyond 100 ms do not count. */
  timeoutMs: number;
  /** UDP only: how many datagrams, each answered by itself. */
  datagrams?: number;
  /** Pause between two datagrams (UDP), or between the starts of two flows (TCP). */
  intervalMs?: number;
  /** How many flows, each from a source port of its own: connections (TCP), or sockets that share the datagrams evenly (UDP). Left out: one. */
  flows?: number;
  /** Bytes of payload that follow a head of 128 bytes; the answer is at least as long, and both are checked. TCP: at most 8 MiB; UDP: at most 65,379 (with the head a datagram of 65,507). */
  payloadBytes?: number;
  /** Of the first flow; 0 or left out: the kernel's choice. */
  sourcePort?: number;
}

/** What did you receive of these nonces, and which TCP handshakes stand half open, did you stand still? One `SeenRecord` for each nonce seen, one `HalfOpenRecord`, one `StallRecord`. */
export interface SeenRequest extends RequestHead {
  kind: 'seen';
  nonces: string[];
  /** How far back to look for a stall; at most 30 s. */
  withinMs: number;
}

export type RawProtocol = 'ICMP echo' | 'IP protocol 253' | 'SCTP';

/** Try protocols that nobody promised. A `RawRecord` for each protocol and target. */
export interface RawRequest extends RequestHead {
  kind: 'raw';
  targets: { address: string; protocols: RawProtocol[] }[];
  timeoutMs: number;
}

/** Answer IP protocol 253 for this long, so that a `raw` request of another probe finds somebody. No records; does nothing without CAP_NET_RAW. */
export interface RawListenRequest extends RequestHead {
  kind: 'raw-listen';
  forMs: number;
}

/** GET from a server on the probe's own loopback address (kube-proxy's `/proxyMode`). One `LoopbackRecord`. */
export interface LoopbackRequest extends RequestHead {
  kind: 'loopback';
  port: number;
  path: string;
  timeoutMs: number;
}

/** Echo measuring packets that carry `tag` on this port (0: the kernel's choice), both protocols, on every address of the probe; an earlier one ends. A `ListenRecord` for each protocol. */
export interface EchoListenRequest extends RequestHead {
  kind: 'echo-listen';
  port: number;
  tag: string;
  forMs: number;
}

/** Try each of these until it echoes, side by side, with a fresh socket each time. An `EchoRecord` for each. */
export interface AwaitEchoRequest extends RequestHead {
  kind: 'await-echo';
  targets: ({ protocol: Protocol } & SocketAddress)[];
  tag: string;
  deadlineMs: number;
}

/** Times round trips to one echo by several paths, in blocks of one sample a cell. A `MeasureRecord` for each regime, as it ends. */
export interface MeasureRequest extends RequestHead {
  kind: 'measure';
  protocol: Protocol;
  tag: string;
  podIP: SocketAddress;
  /** Each has the same one endpoint; blocks take turns with them. */
  services: { clusterIP: SocketAddress; nodePort: SocketAddress | null }[];
  /** Exchanges on each path's established flows, then samples of all cells, that are thrown away. */
  warmUp: { exchanges: number; samples: number };
  /** One after the other. `idleMs` passes before every cell; ends at `blocks` or when `budgetMs` is over. */
  regimes: { idleMs: number; blocks: number; budgetMs: number }[];
  /** Ends a regime early once the median of every path's new-minus-established is known to ± max(`ns`, `ofMedian` × the median of its new flows); null: never. */
  narrowEnough: { ns: number; ofMedian: number } | null;
  seed: number;
  /** Source ports of new flows come from here, and none comes back to the same pod while the agent lives. */
  sourcePorts: { from: number; to: number };
  /** A sample without an answer by then is lost. */
  timeoutMs: number;
}

/**
 * Sends packets of 172 bytes on every flow at a steady rate, whether answers come or not, to echoes that stamp their answers. Flows
 * share each interval evenly, in another order every `turnPackets` packets. An `OpenLoopRecord` for each flow, in their order, at the end.
 */
export interface OpenLoopRequest extends RequestHead {
  kind: 'open-loop';
  tag: string;
  flows: SocketAddress[];
  /** On each flow, after `leadIn` that open it and are not told of. */
  packets: number;
  leadIn: number;
  intervalMs: number;
  turnPackets: number;
  seed: number;
  /** A packet without an answer so long after it was sent is lost. */
  timeoutMs: number;
}

/** What the kernel says of the network namespace that the probe is in: on a host-network probe, the node's. One `KernelRecord`. */
export interface KernelRequest extends RequestHead {
  kind: 'kernel';
}

/** Take and count what `load` requests of other probes send, on one port of every address of the probe, both protocols; an earlier one ends. A `ListenRecord` for each protocol. */
export interface LoadListenRequest extends RequestHead {
  kind: 'load-listen';
  tag: string;
  forMs: number;
}

/**
 * Send at full speed to one probe that listens for it, in blocks of three turns: by pod IP, by ClusterIP and by pod IP again, in
 * random order, each on a flow that stands. One `LoadRecord`, of whole blocks. Ends at the first of its limits, and at once
 * when the connection that the request came by ends. `load-bounds.ts` has limits of its own.
 */
export interface LoadRequest extends RequestHead {
  kind: 'load';
  protocol: Protocol;
  tag: string;
  podIP: SocketAddress;
  clusterIP: SocketAddress;
  /** How long both paths are tried until they answer. */
  openMs: number;
  /** Of each turn: sent and not counted, then counted. */
  rampMs: number;
  countedMs: number;
  blocks: number;
  /** From the first turn on, and of all that is sent; a first turn on each flow, that is thrown away, included. */
  budgetMs: number;
  budgetBytes: number;
  seed: number;
}

export type Request =
  | HelloRequest
  | ListenRequest
  | UnlistenRequest
  | DialRequest
  | SeenRequest
  | RawRequest
  | RawListenRequest
  | LoopbackRequest
  | EchoListenRequest
  | AwaitEchoRequest
  | MeasureRequest
  | OpenLoopRequest
  | KernelRequest
  | LoadListenRequest
  | LoadRequest;

// ---------------------------------------------------------------- replies

export interface HelloRecord {
  kind: 'hello';
  identity: Identity;
  /** One number for TCP and UDP, on every address of the probe. */
  port: number;
  /** Of the probe's own interfaces, loopback and link-local aside. */
  interfaces: { name: string; address: string; family: Family; mtu: number | null }[];
  /** What the downward API told the pod. */
  declaredIPs: string[];
  nodeVersion: string;
  kernel: string;
  arch: string;
  /** null when raw sockets can be opened, else why not. */
  noRawSockets: string | null;
}

export interface ListenRecord {
  kind: 'listen';
  protocol: Protocol;
  port: number;
  /** null when it listens, else the error code (EADDRINUSE, EACCES, …). */
  error: string | null;
}

/** `wrong responder` is said by the probe only when what answered does not speak the probe's protocol at all; who *should* answer is the runner's to judge. */
export type DialOutcome =
  | 'delivered'
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'unreachable'
  | 'wrong responder'
  | 'corrupted'
  | 'inconclusive';

export interface ResponderView {
  who: Identity;
  /** The responder's own end of the socket. */
  local: SocketAddress;
  /** The address and port from which the dialler seemed to come. */
  peer: SocketAddress;
}

export interface DialRecord {
  kind: 'dial';
  nonce: string;
  /** Of several flows: `delivered` when any of them was, unless somebody else answered or bytes were damaged. */
  outcome: DialOutcome;
  /** Connections tried and SYNs that had to be sent again (TCP), or datagrams sent (UDP). */
  attempts: number;
  /** Whole, correct answers. Fewer than `attempts` in a delivered dial is loss. */
  answered: number;
  /** From connect or first datagram to the first whole answer (null without one). */
  firstAnswerMs: number | null;
  /** TCP: until the connection was established, of several the slowest (null when none ever was). UDP: null. */
  connectMs: number | null;
  /** TCP: SYNs that the kernel must have sent again, by the time that connecting took: it does so after 1, 3 and 7 s. */
  lostSyns: number;
  /** Of several flows: how those ended that got no answer at all, most of them; null when all got one, or there is one flow only. */
  failed: DialOutcome | null;
  /** Source ports of those flows, 16 at most. */
  failedPorts: number[];
  /** The dialler's own socket (null when there was none). */
  local: SocketAddress | null;
  /** Every different view that answers carried; one, on a healthy network. */
  views: ResponderView[];
  /** errno name or a short reason, where there is one. */
  error: string | null;
}

export interface SeenRecord {
  kind: 'seen';
  nonce: string;
  /** Connections or datagrams received with this nonce. */
  received: number;
  peer: SocketAddress;
  /** How late the responder's event loop was at most as it read one of them, in ms: what comes on top is the network's. */
  lateMs: number;
}

/** TCP handshakes in SYN_RECV: the SYN came, the final ACK did not. */
export interface HalfOpenRecord {
  kind: 'half-open';
  connections: { local: SocketAddress; peer: SocketAddress }[];
}

/** What the responder did to the packets itself: how long its event loop stood still at most, and what its sockets had no room for. */
export interface StallRecord {
  kind: 'stall';
  longestMs: number;
  /** Of all its UDP sockets, since they were opened (/proc/net/udp, udp6). */
  droppedDatagrams: number;
}

export interface RawRecord {
  kind: 'raw';
  address: string;
  protocol: RawProtocol;
  result: 'answered' | 'no answer' | 'not checked';
  reason: string | null;
}

export interface LoopbackRecord {
  kind: 'loopback';
  status: number | null;
  body: string;
  error: string | null;
}

export interface EchoRecord {
  kind: 'echo';
  protocol: Protocol;
  address: string;
  port: number;
  /** From the request's start to the end of the attempt that was echoed; null: none was. */
  afterMs: number | null;
  attempts: number;
}

/** `control` is the pod IP once more: what differs between the two is the instrument's own. */
export interface MeasuredCell {
  path: 'pod-ip' | 'control' | 'cluster-ip' | 'node-port';
  flow: 'established' | 'new';
}

export interface MeasureRecord {
  kind: 'measure';
  protocol: Protocol;
  idleMs: number;
  cells: MeasuredCell[];
  blocks: number;
  /** Base64 of little-endian Int32, nanoseconds, block after block, a number for each cell; -1: lost. */
  ns: string;
  /** Base64 of bytes, as many as `ns` has numbers: the cells of each block in the order in which they were sampled. */
  order: string;
  /** Base64 of bytes, one a block: which of the Services. */
  services: string;
  /** Base64 of little-endian Uint32, one a block: microseconds from the regime's start. */
  startedUs: string;
  /** Samples without an answer, by cell. */
  lost: number[];
  stopped: 'blocks' | 'time' | 'narrow' | 'ports' | 'lost' | 'unwanted';
  durationMs: number;
  /** Of the event loop, while this regime went on. */
  longestStallMs: number;
  /** CPU time that the container's limit took from it meanwhile; null when that can't be read. */
  throttledMs: number | null;
  sourcePortsUsed: number;
}

/** Arrays are base64 of little-endian numbers, one a packet in the order of the schedule. */
export interface OpenLoopRecord {
  kind: 'open-loop';
  address: string;
  port: number;
  packets: number;
  /** Uint32: microseconds from the schedule's start. */
  scheduledUs: string;
  /** Int32, nanoseconds: how much later than scheduled it was sent. */
  lateNs: string;
  /** Int32, nanoseconds from the actual send to the answer; -1: lost. */
  roundTripNs: string;
  /** Float64, nanoseconds of the responder's own clock from its first answer on this flow: when it had the packet; NaN: lost. */
  responderNs: string;
  /** Answers that came twice, and ones that came after the timeout. */
  duplicates: number;
  tooLate: number;
  /** What the socket said first (ECONNREFUSED: nobody listens there); null: nothing. */
  error: string | null;
  /** Of the event loop, while all flows went on. */
  longestStallMs: number;
  /** CPU time that the container's limit took from it meanwhile; null when that can't be read. */
  throttledMs: number | null;
}

export interface KernelRecord {
  kind: 'kernel';
  /** Connections that are tracked now, and how many fit; null where the kernel tracks none, or does not tell. */
  conntrack: { count: number; max: number } | null;
  /** Loopback aside. `hardware`: a device is behind it; the speed of any other is made up by its driver. */
  links: { name: string; addresses: string[]; hardware: boolean; speedMbps: number | null }[];
}

/** How much of one core a probe's thread took, how long it waited for one (0 where the kernel does not tell), and how long its event loop had something to do; each of 1. */
export interface Busy {
  cpu: number;
  waited: number;
  loop: number;
}

/** One turn of a load, without its ramp-up. */
export interface LoadTurn {
  block: number;
  /** `control` is the pod IP once more, on a flow of its own. */
  path: 'pod-ip' | 'control' | 'cluster-ip';
  /** TCP: bytes; UDP: datagrams. What was received is the receiver's own count. */
  sent: number;
  received: number;
  /** From the first to the last of what was received, by the receiver's clock. */
  ms: number;
  /** Datagrams for which the receiver's sockets had no room. */
  dropped: number;
  /** How long all that may be on the way at once was, and had not to wait in a queue: the share of the time during which the sender's own window was the limit. */
  full: number;
  sender: Busy;
  receiver: Busy;
}

export interface LoadRecord {
  kind: 'load';
  protocol: Protocol;
  turns: LoadTurn[];
  /** `lost`: a turn of which the receiver did not tell within a second what it had received. */
  stopped: 'blocks' | 'time' | 'bytes' | 'unwanted' | 'lost';
  /** From the first turn, and all that was sent: what ramps up and what was thrown away included; datagrams with their headers. */
  durationMs: number;
  sentBytes: number;
  /** CPU time that the container's limit took from it meanwhile; null when that can't be read. */
  throttledMs: number | null;
}

export type ReplyRecord =
  | HelloRecord
  | ListenRecord
  | DialRecord
  | SeenRecord
  | HalfOpenRecord
  | StallRecord
  | RawRecord
  | LoopbackRecord
  | EchoRecord
  | MeasureRecord
  | OpenLoopRecord
  | KernelRecord
  | LoadRecord;

/** What a probe writes: records of a request, then its trailer; heartbeats in between. */
export type Line =
  | { id: string; record: ReplyRecord }
  | { id: string; end: Trailer }
  | { heartbeat: { instance: string; stallMs: number } };

export interface Trailer {
  /** Lines with a record that went before, so that a lost one is noticed. */
  records: number;
  /** SHA-256, hex, of those records' JSON texts, each followed by "\n". */
  digest: string;
  /** The longest time that the agent's event loop stood still while it worked on this request. */
  stallMs: number;
  instance: string;
  /** null, or why the request could not be carried out as a whole. */
  error: string | null;
}
