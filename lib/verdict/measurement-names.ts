/** Every measurement by its name. A name keeps its meaning and its unit for ever: what changes gets a new name. */

export const units = ['µs', 'ms', 'count', 'share', 'ratio', 'bytes', 'bytes/s', 'packets/s', 'bit/s'] as const;

export interface KnownMeasurement {
  unit: (typeof units)[number];
  better: 'lower' | 'higher' | null;
  /** The fields of its subject that distinguish it from others of its name. */
  by: string;
  /** One line. */
  what: string;
}

const flow = 'where, protocol, regime, path';
const stream = 'where, path';

/** What each is, and what distinguishes it from others of its name: `docs/measurements.md` is made from this. */
export const measured = {
  'services/known-after': {
    unit: 'ms',
    better: 'lower',
    by: 'the run',
    what: 'From new Services to an answer through each of them on every node, both protocols and all families',
  },
  'services/replaced-after': {
    unit: 'ms',
    better: 'lower',
    by: '',
    what: 'From the moment when the API had accepted that one pod of a Service takes the place of another until every client was answered by it; bounds, since it was dialled now and then. Absent: not within 10 s',
  },
  'services/emptied-after': {
    unit: 'ms',
    better: 'lower',
    by: '',
    what: 'The same of its last pod, until every client was refused',
  },
  'services/filled-after': {
    unit: 'ms',
    better: 'lower',
    by: '',
    what: 'The same of its first pod, after it had none',
  },
  'dns/slowest-answer': {
    unit: 'ms',
    better: 'lower',
    by: '',
    what: 'The slowest answer of the cluster’s DNS to a pod, of a few from each node',
  },
  'flow/round-trip/p50': {
    unit: 'µs',
    better: 'lower',
    by: `${flow}, flow`,
    what: 'Round trip of the first packet of a flow, or of a later one: the median',
  },
  'flow/round-trip/p90': { unit: 'µs', better: 'lower', by: `${flow}, flow`, what: 'Its 90th percentile' },
  'flow/round-trip/p99': { unit: 'µs', better: 'lower', by: `${flow}, flow`, what: 'Its 99th percentile' },
  'flow/lost': { unit: 'share', better: 'lower', by: `${flow}, flow`, what: 'Samples without an answer' },
  'flow/new-minus-established': {
    unit: 'µs',
    better: 'lower',
    by: flow,
    what: 'How much more the first packet of a flow costs than a later one on the same path',
  },
  'flow/minus-pod-ip': {
    unit: 'µs',
    better: 'lower',
    by: `${flow}, minus, flow`,
    what: 'How much more a path through a Service costs than the pod IP',
  },
  'stream/round-trip/p50': {
    unit: 'µs',
    better: 'lower',
    by: stream,
    what: 'Round trip of 50 packets a second, sent whether answers come or not: the median',
  },
  'stream/round-trip/p99': { unit: 'µs', better: 'lower', by: stream, what: 'Its 99th percentile' },
  'stream/variation/p999': {
    unit: 'µs',
    better: 'lower',
    by: stream,
    what: 'Round trip minus the fastest of the same pair, 99.9th percentile: what ITU-T Y.1541 limits, here for both ways together',
  },
  'stream/jitter': {
    unit: 'µs',
    better: 'lower',
    by: `${stream}, way`,
    what: 'Jitter of RFC 3550 on one way: the median',
  },
  'stream/longest-gap': {
    unit: 'µs',
    better: 'lower',
    by: stream,
    what: 'The longest that a listener waited for the next answer; 20,000 is no gap',
  },
  'stream/lost': { unit: 'share', better: 'lower', by: stream, what: 'Packets without an answer within 1 s' },
  'stream/jitter-minus-pod-ip': {
    unit: 'µs',
    better: 'lower',
    by: `${stream}, minus, way`,
    what: 'How much more the median jitter is than by pod IP',
  },
  'stream/p99-minus-pod-ip': {
    unit: 'µs',
    better: 'lower',
    by: `${stream}, minus`,
    what: 'How much more the 99th percentile of round trips is than by pod IP',
  },
  'load/throughput': {
    unit: 'bytes/s',
    better: 'higher',
    by: 'where, protocol, path',
    what: 'What one TCP connection moved, as received: the median of the turns; at least this, where a probe was the limit',
  },
  'load/packet-rate': {
    unit: 'packets/s',
    better: 'higher',
    by: 'where, protocol, path',
    what: 'UDP datagrams of 64 bytes as received: likewise',
  },
  'load/throughput-ratio': {
    unit: 'ratio',
    better: 'higher',
    by: 'where, protocol, path, minus',
    what: 'TCP throughput by ClusterIP to that by pod IP',
  },
  'load/packet-rate-ratio': {
    unit: 'ratio',
    better: 'higher',
    by: 'where, protocol, path, minus',
    what: 'UDP packet rate by ClusterIP to that by pod IP',
  },
  'load/lost': {
    unit: 'share',
    better: 'lower',
    by: 'where, protocol',
    what: 'UDP datagrams lost at full speed, on all paths',
  },
  'conntrack/fill': {
    unit: 'share',
    better: 'lower',
    by: 'node',
    what: 'How full the node’s connection tracking is',
  },
  'link/speed': {
    unit: 'bit/s',
    better: 'higher',
    by: 'node, link',
    what: 'The speed that a hardware interface reports',
  },
  'services/in-cluster': {
    unit: 'count',
    better: null,
    by: '',
    what: 'Services in the cluster, those of the run aside',
  },
  'services/programmed-after': {
    unit: 'ms',
    better: 'lower',
    by: 'from',
    what: 'From the moment when new Services were made until all of them answered this node',
  },
  'kube-proxy/nodes': { unit: 'count', better: null, by: 'mode', what: 'Nodes whose kube-proxy works in this mode' },
  'pods/started-after': {
    unit: 'ms',
    better: 'lower',
    by: '',
    what: 'From the request for new pods on all nodes until the last one was ready',
  },
  'pods/in-range-of-node': {
    unit: 'share',
    better: null,
    by: '',
    what: 'Pod addresses that lie in the pod range of their node, of those on nodes with one',
  },
  'pods/answered-after': {
    unit: 'ms',
    better: 'lower',
    by: 'node',
    what: 'How long after its Ready a new pod answered everybody; bounds, since it was dialled now and then. Absent: at once',
  },
  'policy/denied-after': {
    unit: 'ms',
    better: 'lower',
    by: '',
    what: 'From the moment when the API had accepted a NetworkPolicy until what it forbids was denied on all nodes; bounds, since it was dialled now and then. Absent: not within 10 s',
  },
  'policy/changed-after': { unit: 'ms', better: 'lower', by: '', what: 'The same of an edit' },
  'policy/new-pods-denied-after': {
    unit: 'ms',
    better: 'lower',
    by: '',
    what: 'With --policies full: from the moment when pods that started under a NetworkPolicy were Ready until what it forbids them was denied on all nodes; bounds. Absent: not within 10 s',
  },
  'policy/lifted-after': { unit: 'ms', better: 'lower', by: '', what: 'The same of the removal of the last one' },
  'port/kept': {
    unit: 'share',
    better: 'lower',
    by: 'protocol, port',
    what: 'Dials between pods that were lost on this port, of those on ways that work by another',
  },
  'flow/idle': {
    unit: 'ms',
    better: null,
    by: '',
    what: 'How long flows between all nodes were idle before they were spoken to, at least',
  },
  'mtu/interface': {
    unit: 'bytes',
    better: null,
    by: 'between, where, family',
    what: 'The MTU of the interfaces of those who send: the smallest of all ways',
  },
  'mtu/path': {
    unit: 'bytes',
    better: 'higher',
    by: 'between, where, family',
    what: 'How large a packet may be by what the kernels of those who send know: the smallest of all ways',
  },
  'protocol/passes': {
    unit: 'share',
    better: null,
    by: 'between, from, to, protocol, family',
    what: 'Whether a protocol that is not required was answered: 1 or 0',
  },
} as const satisfies Record<string, KnownMeasurement>;

export type MeasurementName = keyof typeof measured;
