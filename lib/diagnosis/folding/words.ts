import type { Edge } from '../../verdict/run.ts';
import type { Fold } from './explained.ts';
import type { Symptom } from './observations.ts';
import { isRefusedAtTimes } from './refused.ts';
import { probeName, type Pattern, type Place, type PortRange, type Roles } from './pattern.ts';

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

/** One sentence of evidence: what, how, how often. */
export function describeFold(fold: Fold): string {
  return `${describePattern(fold.pattern)} ${howItFails(fold)} (${countWords(fold)}${besidesWords(fold)})`;
}

function howItFails({ symptom, edges, partly }: Fold): string {
  const atTimes = partly || isRefusedAtTimes({ symptom, edges }) ? ' at times' : '';
  const [edge] = edges;
  const example = edge?.detail == null ? '' : `: ${edge.detail}`;
  switch (symptom) {
    case 'lost':
      return edges.every((one) => one.problems[0] === 'unreachable')
        ? `is unreachable${atTimes}${example}`
        : `is lost${atTimes}`;
    case 'lossy':
      return `loses packets: ${lossOf(edges)}`;
    case 'refused':
      return `is ${edges.find(({ outcome }) => outcome !== 'timeout')?.outcome ?? 'refused'}${atTimes}`;
    case 'source translated':
      return `arrives from another address${atTimes}${example}`;
    case 'port translated':
      return `arrives from another port${atTimes}${example}`;
    case 'destination translated':
      return `does not reach its destination${atTimes}${example}`;
    case 'damaged':
      return `arrives damaged${atTimes}`;
    case 'let through':
      return `gets through${atTimes}, though it must not${example}`;
    case 'too large':
      return `is lost${atTimes} ${fromWhichSize(edges)}`;
    case 'cut off':
      return `is cut off${atTimes} ${afterHowMuch(edges)}`;
    case 'not closed':
      return `is not closed${atTimes}${example}`;
    case 'too small':
      return `is lost${atTimes} ${belowWhichSize(edges)}`;
    case 'length lost':
      return `is lost${atTimes} ${ofWhichLength(edges)}`;
    case 'fragments lost':
      return `is lost${atTimes} in fragments, ${fromWhichSize(edges)}`;
    case 'not met':
      return `is lost${atTimes} before the other side has talked itself`;
    case 'forgotten':
      return `is forgotten while it is idle${atTimes}${example}`;
    case 'responder forgotten':
      return `is lost${atTimes} where the responder speaks first over a flow that was idle${example}`;
    case 'slow':
      return `is slow to connect${atTimes}${example}`;
  }
}

/** "above 1372 bytes of UDP (packets of 1400 bytes)", where that was searched, else "at 1472 bytes of UDP". */
export function fromWhichSize(edges: Edge[]): string {
  const searched = edges.filter(({ size }) => size?.passes !== undefined);
  const telling = searched.find(({ protocol }) => protocol === 'UDP') ?? searched[0] ?? edges[0];
  const same = searched.filter(({ protocol }) => protocol === telling?.protocol);
  const least = same.toSorted((one, other) => (one.size?.passes ?? 0) - (other.size?.passes ?? 0))[0] ?? telling;
  if (least?.size === undefined) return 'from a certain size on';
  const { passes, bytes } = least.size;
  if (passes === undefined) return `at ${bytes} bytes of ${least.protocol}`;
  if (least.protocol === 'TCP') return `above ${passes} bytes of a TCP stream`;
  return `above ${passes} bytes of UDP ${inPackets(passes, least.family)}`;
}

const longBytes = 256 * 1_024;

/** "after 10 datagrams and 29083 bytes of a TCP stream": the longest flow of datagrams of the dial that passes least, of those asked calmly, and the shortest stream. */
export function afterHowMuch(edges: readonly Edge[]): string {
  const calm = edges.filter(({ rounds, protocol }) => protocol === 'UDP' && rounds.length > 1);
  const telling = calm.length > 0 ? calm : edges;
  const datagrams = telling.flatMap(({ rounds }) => rounds.at(-1)?.cutOff?.most ?? []);
  const bytes = edges.flatMap(({ protocol, size }) => (protocol === 'TCP' ? (size?.passes ?? []) : []));
  const parts = [
    ...(datagrams.length === 0 ? [] : [`${Math.min(...datagrams)} datagrams`]),
    ...(bytes.length === 0 ? [] : [`${bytesWords(Math.min(...bytes))} of a TCP stream`]),
  ];
  return `after ${parts.join(' and ')}`;
}

/** What is long is not searched to the byte. */
function bytesWords(bytes: number): string {
  return bytes < longBytes ? `${bytes} bytes` : `about ${Math.round(bytes / 1_024)} KiB`;
}

/** "below 32 bytes of UDP (packets of 60 bytes)", where that was searched, else "at 15 bytes of UDP". */
export function belowWhichSize(edges: Edge[]): string {
  const searched = edges.filter(({ size }) => size?.passes !== undefined);
  const most = searched.toSorted((one, other) => (other.size?.passes ?? 0) - (one.size?.passes ?? 0))[0] ?? edges[0];
  const { passes, bytes = 0 } = most?.size ?? {};
  if (passes === undefined) return `at ${bytes} bytes of UDP`;
  return `below ${passes} bytes of UDP ${inPackets(passes, most?.family)}`;
}

const rangesNamed = 3;

/** "in datagrams of 513 bytes of UDP (packets of 541 bytes)", "in datagrams of 100 to 107, 513 and 600 bytes of UDP". */
export function ofWhichLength(edges: Edge[]): string {
  const ranges = edges.flatMap(({ size }) => size?.alone ?? []);
  const all = [...new Map(ranges.map((one) => [`${one.least} ${one.most}`, one])).values()];
  const inOrder = all.toSorted((one, other) => one.least - other.least);
  const named = inOrder
    .slice(0, rangesNamed)
    .map(({ least, most }) => (least === most ? `${least}` : `${least} to ${most}`));
  const more = inOrder.length - named.length;
  const words = [...named, ...(more > 0 ? [`${more} more lengths`] : [])];
  const last = words.pop() ?? '';
  const [only] = all.length === 1 ? all : [];
  const packets = only !== undefined && only.least === only.most ? ` ${inPackets(only.least, edges[0]?.family)}` : '';
  return `in datagrams of ${words.length === 0 ? '' : `${words.join(', ')} and `}${last} bytes of UDP${packets}`;
}

/** With the headers of UDP and IP. */
function inPackets(bytes: number, family: Edge['family'] | undefined): string {
  return `(packets of ${bytes + (family === 'IPv6' ? 48 : 28)} bytes)`;
}

function lossOf(edges: Edge[]): string {
  const { sent, lost } = countLoss(edges);
  if (edges.every(isBrokenOff))
    return `${lost} of ${sent} streams, which were connected, did not end, ${Math.round((100 * lost) / sent)} %`;
  const what = edges.every(({ protocol }) => protocol === 'TCP') ? 'SYNs' : 'datagrams';
  return `${lost} of ${sent} ${what} or their answers, ${Math.round((100 * lost) / sent)} %`;
}

/** Whether it is a long stream of which no SYN was sent again: what is missing was connected, and did not come to its end. */
export function isBrokenOff({ protocol, size, attempts, answered, rounds }: Edge): boolean {
  const unended = rounds.reduce((sum, one) => sum + Math.max(one.deadFlows, one.answered === 0 ? 1 : 0), 0);
  return protocol === 'TCP' && size !== undefined && attempts - answered <= unended;
}

/** The share of what was sent that was not answered, from 0 to 1. */
export function lossRate(edges: Edge[]): number {
  const { sent, lost } = countLoss(edges);
  return lost / sent;
}

/** The same as numbers of packets. */
export function countLoss(edges: Edge[]): { sent: number; lost: number } {
  const sent = edges.reduce((sum, edge) => sum + edge.attempts, 0);
  return { sent, lost: sent - edges.reduce((sum, edge) => sum + edge.answered, 0) };
}

/** One sentence on failing edges that no pattern was found for, the first of them by name. */
export function describeRest(rest: Edge[]): string {
  const named = rest
    .slice(0, 3)
    .map(
      ({ from, to, protocol, port, outcome }) =>
        `${probeName(from)} to ${targetName(to)} over ${protocol} on port ${port}: ${outcome}`,
    );
  const more = rest.length - named.length;
  return `${named.join('; ')}${more > 0 ? `; and ${more} more dials` : ''}`;
}

/** "node-2/pod-a", "node-2/pod-a through the ClusterIP of one". */
function targetName(to: Edge['to']): string {
  return to.via === undefined ? probeName(to) : `${probeName(to)} through the ${to.via.kind} of ${to.via.service}`;
}

function countWords({ edges, partly, tried }: Fold): string {
  return partly && tried !== null ? `${edges.length} of ${dials(tried)}` : dials(edges.length);
}

function besidesWords({ symptom, besides, edges }: Fold): string {
  const { through = [], others = [] } = Object.groupBy(besides, ({ to }) =>
    to.via === undefined ? 'others' : 'through',
  );
  const parts = [otherWords(symptom, others), throughWords(through, edges)].filter((part) => part !== '');
  return parts.map((part) => `; ${part}`).join('');
}

function otherWords(symptom: Symptom, others: Edge[]): string {
  if (others.length === 0) return '';
  const how = symptom === 'lossy' ? 'got nothing through' : 'from or to the same addresses fail otherwise';
  return `${dials(others.length)} more ${how}`;
}

/** Of a Service's own fault those whose backend nobody knows, of a path's those that it takes down. */
function throughWords(through: Edge[], edges: Edge[]): string {
  if (through.length === 0) return '';
  const isServices = edges.every(({ to }) => to.via !== undefined);
  return `${dials(through.length)} more through ${isServices ? 'a Service with several backends' : 'Services'}`;
}

function dials(count: number): string {
  return count === 1 ? '1 dial' : `${count} dials`;
}
