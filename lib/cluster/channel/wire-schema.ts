/** The runner checks what probes write: a line that does not fit says nothing about the network. */
import { z } from 'zod';
import type {
  DialRecord,
  EchoRecord,
  HalfOpenRecord,
  HelloRecord,
  Identity,
  KernelRecord,
  ListenRecord,
  LoadRecord,
  LoopbackRecord,
  MeasureRecord,
  OpenLoopRecord,
  RawRecord,
  ReplyRecord,
  ResponderView,
  SeenRecord,
  StallRecord,
  SocketAddress,
  Trailer,
} from '../../probe/wire.ts';

const socketAddress = z.object({
  address: z.string(),
  port: z.int().min(0).max(65_535),
}) satisfies z.ZodType<SocketAddress>;
const identity = z.object({
  pod: z.string(),
  uid: z.string(),
  node: z.string(),
  instance: z.string(),
}) satisfies z.ZodType<Identity>;
const protocol = z.enum(['TCP', 'UDP']);
const ms = z.number().min(0);

const hello = z.object({
  kind: z.literal('hello'),
  identity,
  port: z.int().min(1).max(65_535),
  interfaces: z.array(
    z.object({ name: z.string(), address: z.string(), family: z.enum(['IPv4', 'IPv6']), mtu: z.number().nullable() }),
  ),
  declaredIPs: z.array(z.string()),
  nodeVersion: z.string(),
  kernel: z.string(),
  arch: z.string(),
  noRawSockets: z.string().nullable(),
}) satisfies z.ZodType<HelloRecord>;

const listen = z.object({
  kind: z.literal('listen'),
  protocol,
  port: z.int(),
  error: z.string().nullable(),
}) satisfies z.ZodType<ListenRecord>;

const view = z.object({ who: identity, local: socketAddress, peer: socketAddress }) satisfies z.ZodType<ResponderView>;

const outcome = z.enum([
  'delivered',
  'refused',
  'reset',
  'timeout',
  'unreachable',
  'wrong responder',
  'corrupted',
  'inconclusive',
]);

const dial = z.object({
  kind: z.literal('dial'),
  nonce: z.string(),
  outcome,
  attempts: z.int().min(0),
  answered: z.int().min(0),
  firstAnswerMs: ms.nullable(),
  connectMs: ms.nullable(),
  lostSyns: z.int().min(0),
  failed: outcome.nullable(),
  failedPorts: z.array(z.int()),
  local: socketAddress.nullable(),
  views: z.array(view),
  error: z.string().nullable(),
}) satisfies z.ZodType<DialRecord>;

const seen = z.object({
  kind: z.literal('seen'),
  nonce: z.string(),
  received: z.int().min(0),
  peer: socketAddress,
  lateMs: ms,
}) satisfies z.ZodType<SeenRecord>;

const halfOpen = z.object({
  kind: z.literal('half-open'),
  connections: z.array(z.object({ local: socketAddress, peer: socketAddress })),
}) satisfies z.ZodType<HalfOpenRecord>;

const raw = z.object({
  kind: z.literal('raw'),
  address: z.string(),
  protocol: z.enum(['ICMP echo', 'IP protocol 253', 'SCTP']),
  result: z.enum(['answered', 'no answer', 'not checked']),
  reason: z.string().nullable(),
}) satisfies z.ZodType<RawRecord>;

const stall = z.object({
  kind: z.literal('stall'),
  longestMs: ms,
  droppedDatagrams: z.int().min(0),
}) satisfies z.ZodType<StallRecord>;

const loopback = z.object({
  kind: z.literal('loopback'),
  status: z.int().nullable(),
  body: z.string(),
  error: z.string().nullable(),
}) satisfies z.ZodType<LoopbackRecord>;

const echo = z.object({
  kind: z.literal('echo'),
  protocol,
  address: z.string(),
  port: z.int(),
  afterMs: ms.nullable(),
  attempts: z.int().min(0),
}) satisfies z.ZodType<EchoRecord>;

const measured = z.object({
  kind: z.literal('measure'),
  protocol,
  idleMs: ms,
  cells: z.array(
    z.object({
      path: z.enum(['pod-ip', 'control', 'cluster-ip', 'node-port']),
      flow: z.enum(['established', 'new']),
    }),
  ),
  blocks: z.int().min(0),
  ns: z.base64(),
  order: z.base64(),
  services: z.base64(),
  startedUs: z.base64(),
  lost: z.array(z.int().min(0)),
  stopped: z.enum(['blocks', 'time', 'narrow', 'ports', 'lost', 'unwanted']),
  durationMs: ms,
  longestStallMs: ms,
  throttledMs: ms.nullable(),
  sourcePortsUsed: z.int().min(0),
}) satisfies z.ZodType<MeasureRecord>;

const openLoop = z.object({
  kind: z.literal('open-loop'),
  address: z.string(),
  port: z.int(),
  packets: z.int().min(0),
  scheduledUs: z.base64(),
  lateNs: z.base64(),
  roundTripNs: z.base64(),
  responderNs: z.base64(),
  duplicates: z.int().min(0),
  tooLate: z.int().min(0),
  error: z.string().nullable(),
  longestStallMs: ms,
  throttledMs: ms.nullable(),
}) satisfies z.ZodType<OpenLoopRecord>;

const kernel = z.object({
  kind: z.literal('kernel'),
  conntrack: z.object({ count: z.int().min(0), max: z.int().min(0) }).nullable(),
  links: z.array(
    z.object({
      name: z.string(),
      addresses: z.array(z.string()),
      hardware: z.boolean(),
      speedMbps: z.number().min(0).nullable(),
    }),
  ),
}) satisfies z.ZodType<KernelRecord>;

const share = z.number().min(0).max(1);
const busy = z.object({ cpu: share, waited: share, loop: share });

const load = z.object({
  kind: z.literal('load'),
  protocol,
  turns: z.array(
    z.object({
      block: z.int().min(0),
      path: z.enum(['pod-ip', 'control', 'cluster-ip']),
      sent: z.int().min(0),
      received: z.int().min(0),
      ms,
      dropped: z.int().min(0),
      full: share,
      sender: busy,
      receiver: busy,
    }),
  ),
  stopped: z.enum(['blocks', 'time', 'bytes', 'unwanted', 'lost']),
  durationMs: ms,
  sentBytes: z.int().min(0),
  throttledMs: ms.nullable(),
}) satisfies z.ZodType<LoadRecord>;

/** One record of a reply. */
export const recordSchema = z.discriminatedUnion('kind', [
  hello,
  listen,
  dial,
  seen,
  halfOpen,
  stall,
  raw,
  loopback,
  echo,
  measured,
  openLoop,
  kernel,
  load,
]) satisfies z.ZodType<ReplyRecord>;

/** The end of a reply. */
export const trailerSchema = z.object({
  records: z.int().min(0),
  digest: z.string(),
  stallMs: ms,
  instance: z.string(),
  error: z.string().nullable(),
}) satisfies z.ZodType<Trailer>;

/** Which of the three kinds of line this is; what is in it is checked by the schemas above. */
export const envelopeSchema = z.union([
  z.object({ id: z.string(), record: z.unknown() }).strict(),
  z.object({ id: z.string(), end: z.unknown() }).strict(),
  z.object({ heartbeat: z.object({ instance: z.string(), stallMs: ms }) }).strict(),
]);
