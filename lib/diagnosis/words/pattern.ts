import type { Fold } from '../folding/explained.ts';
import type { Pattern, Place, PortRange, Roles } from '../folding/pattern.ts';

const subjects: Record<Roles, string> = {
  any: 'all traffic',
  'to pods': 'all traffic to pods',
  'from pods': 'all traffic from pods',
  'pod to pod': 'pod-to-pod traffic',
  'pod to node': 'pod-to-node traffic',
  'node to pod': 'node-to-pod traffic',
  'node to node': 'node-to-node traffic',
  'to nodes': 'all traffic to nodes',
  'from nodes': 'all traffic from nodes',
};

const addresses = { ClusterIP: 'ClusterIPs', NodePort: 'NodePorts', name: 'names of Services', any: 'Services' };

const ways = { requests: 'newly opened', answers: 'answering' };

/** "all traffic to pods from node-1 to node-2 over UDP on ports 40001-65535", "answering traffic through ClusterIPs into node-2 over TCP". */
export function describePattern(pattern: Pattern): string {
  const over = [pattern.protocol, pattern.family].filter((word) => word !== null).join(' and ');
  const subject = subjects[pattern.roles];
  return [
    pattern.way === null ? subject : `${ways[pattern.way]} ${subject.replace(/^all /, '')}`,
    pattern.via === null ? '' : `through ${addresses[pattern.via]}`,
    placeWords(pattern.place),
    over === '' ? '' : `over ${over}`,
    pattern.low === true ? 'from source ports below 1024' : '',
    pattern.ports === null ? '' : portWords(pattern.ports),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** Of each of its patterns: "pod-to-pod traffic within node-2 and all traffic into node-2". */
export function describePatterns({ pattern, also = [] }: Fold): string {
  const all = [pattern, ...also].map(describePattern);
  const last = all.pop() ?? '';
  return all.length === 0 ? last : `${all.join(', ')} and ${last}`;
}

function placeWords(place: Place): string {
  switch (place.kind) {
    case 'everywhere':
      return 'everywhere';
    case 'into':
    case 'out of':
    case 'into and out of':
    case 'at':
    case 'within':
    case 'from':
      return `${place.kind} ${place.node}`;
    case 'forwarded by':
      return `that ${place.node} forwards`;
    case 'routed by':
      return `that ${place.node} routes`;
    case 'translated by':
      return translatedWords[place.only ?? 'all'](place.node, place.ordinary === true ? 'ordinary pods' : 'pods');
    case 'routed to':
      return `that is routed to ${place.probe}`;
    case 'pods of':
      return `between the pods of ${place.node} and other nodes`;
    case 'to themselves':
      return `from each pod of ${place.node} to itself`;
    case 'each to itself':
      return 'from each pod to itself';
    case 'from one to other':
    case 'probe to probe':
    case 'node to probe':
    case 'probe to node':
      return `from ${place.one} to ${place.other}`;
    case 'between':
      return `between ${place.one} and ${place.other}`;
    case 'certain pairs':
      return `${placeWords(place.of)} between ${place.pairs.size} of ${place.among} pairs of addresses`;
    case 'within every node':
      return 'within each node';
    case 'across nodes':
      return 'between nodes';
    case 'to probe':
      return `to ${place.probe}`;
    case 'from probe':
      return `from ${place.probe}`;
    case 'of probe':
      return `to and from ${place.probe}`;
  }
}

type Pods = 'pods' | 'ordinary pods';

/** Those on the host network are not among them. */
function toOrdinary(pods: Pods): string {
  return pods === 'pods' ? '' : ` to ${pods}`;
}

/** What it and its pods dial it translates itself, by its own ports as well. */
const translatedWords = {
  all: (node: string, pods: Pods) => `that ${node} translates${toOrdinary(pods)}`,
  own: (node: string, pods: Pods) => `from ${node} that it translates itself${toOrdinary(pods)}`,
  'to others': (node: string, pods: Pods) => `that ${node} translates to ${pods} of other nodes`,
};

function portWords(ports: PortRange): string {
  return ports.from === ports.to ? `on port ${ports.from}` : `on ports ${ports.from}-${ports.to}`;
}
