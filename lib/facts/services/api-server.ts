import type { Probe } from '../../cluster/model.ts';
import type { DialRecord } from '../../conversations/dial.ts';
import { isLossy } from '../../mesh/loss.ts';
import type { Facts } from '../facts.ts';
import type { UnansweredWay, Violation } from '../violation.ts';
import { namedNodes } from './named-nodes.ts';

interface Way {
  from: Probe;
  address: string;
  connections: readonly (DialRecord | null)[];
  directly: boolean | null;
  forbidding: string | null;
}

/** What became of connections to the API server's Service: see `lib/service-paths/api-server.ts`. */
interface Connected {
  service: { name: string; port: number } | null;
  without: string | null;
  ways: readonly Way[];
  servers: readonly { address: string; port: number; node: string | null }[] | null;
  leftOut: readonly Probe[];
}

/**
 * Whether pods of all nodes, and the nodes themselves, can connect to the API server by its Service. Where policies of somebody else may forbid that, a
 * way on which nothing opens proves nothing.
 */
export function apiServerReached({ service, without, ways, servers, leftOut }: Connected): Facts {
  const known = ways.filter(({ connections }) => connections.some((one) => one !== null));
  const closed = known.filter(isClosed);
  const forbidden = closed.filter((way) => way.forbidding !== null && !way.connections.some(isOpen));
  const broken = closed.filter((way) => !forbidden.includes(way));
  const doubts = doubtsOf({ ways, known, forbidden, leftOut });
  return {
    expected: 'a connection to the API server by its Service opens, from a pod of each node and from each node itself',
    seen: seenOf({ service, known, closed, leftOut }),
    violations: notReached(broken, { service, servers }),
    ...(broken.length > 0 ? { unanswered: broken.map((way) => unansweredWay(way, { service, servers })) } : {}),
    notApplicable: without,
    inconclusive: doubts.join('; ') || null,
  };
}

function isOpen(record: DialRecord | null): boolean {
  return record?.outcome === 'delivered';
}

/** Nothing opens, or less than chance explains. */
function isClosed({ connections }: Way): boolean {
  const told = connections.filter((one) => one !== null);
  const answered = told.filter(isOpen).length;
  return answered === 0 || isLossy({ sent: told.length, answered });
}

function doubtsOf({
  ways,
  known,
  forbidden,
  leftOut,
}: Record<'ways' | 'known' | 'forbidden', readonly Way[]> & Pick<Connected, 'leftOut'>): string[] {
  const unknown = ways.length - known.length;
  const because = [...new Set(forbidden.map(({ forbidding }) => forbidding))].join('; ');
  return [
    ...(forbidden.length === 0 ? [] : [`nothing opened from ${whoOf(forbidden)}: ${because}`]),
    ...(unknown === 0
      ? []
      : [`of ${unknown} ways nothing is known: a probe's reply did not arrive, or it stood still meanwhile`]),
    ...(ways.length > 0
      ? []
      : [leftOut.length > 0 ? leftOutWords(leftOut) : 'no probe has an address of the family of the Service']),
  ];
}

function seenOf({
  service,
  known,
  closed,
  leftOut,
}: Pick<Connected, 'service' | 'leftOut'> & Record<'known' | 'closed', readonly Way[]>): string {
  const times = known.flatMap(({ connections }) => connections.flatMap((one) => one?.connectMs ?? []));
  const slowest = times.length === 0 ? '' : `, within ${Math.max(...times).toFixed(1)} ms`;
  const left = leftOut.length === 0 ? '' : `; ${leftOutWords(leftOut)}`;
  return `${service?.name ?? 'the API server'} was reached on ${known.length - closed.length} of ${known.length} ways, from pods and nodes${slowest}${left}`;
}

function leftOutWords(leftOut: readonly Probe[]): string {
  return `left out: ${leftOut.map(({ node, name }) => `${node}/${name}`).join(', ')}, whose address another probe has as well`;
}

type About = Pick<Connected, 'service' | 'servers'>;

function notReached(broken: readonly Way[], { service, servers }: About): Violation[] {
  const [first] = broken;
  if (first === undefined || service === null) return [];
  const told = first.connections.filter((one) => one !== null);
  const lost = told.filter((one) => !isOpen(one));
  const addresses = [...new Set(broken.map(({ address }) => address))];
  const at = `${service.name} (${addresses.map((address) => endOf(address, service.port)).join(', ')})`;
  const [{ directly }, ...others] = broken as [Way, ...Way[]];
  const who = whoOf(broken);
  return [
    {
      kind: 'API server not reached',
      who,
      nodes: nodesOf(broken),
      service: at,
      refused: broken.every(({ connections }) => connections.every(isRefusedOrNot)),
      partly: broken.every(({ connections }) => connections.some(isOpen)),
      servers: servers?.map(({ address, port }) => endOf(address, port)).join(', ') ?? null,
      directly: others.every((other) => other.directly === directly) ? directly : null,
      evidence: `${lost.length} of ${told.length} connections from ${first.from.node}/${first.from.name} to ${service.name} at ${endOf(first.address, service.port)} did not open (${lost[0]?.error ?? lost[0]?.outcome}); so from ${who}`,
    },
  ];
}

/** Whoever refuses can be reached: nothing on the way drops it. */
function isRefusedOrNot(record: DialRecord | null): boolean {
  return record === null || isOpen(record) || record.outcome === 'refused';
}

/** Where the servers are is not known without their addresses: in the node itself, or outside of all. */
function unansweredWay(way: Way, { service, servers }: About): UnansweredWay {
  const { from, address, connections } = way;
  const isIPv6 = address.includes(':');
  const some = servers?.filter((one) => one.address.includes(':') === isIPv6);
  const portBehind = some?.[0]?.port;
  return {
    from: { node: from.node, probe: from.name },
    protocol: 'TCP',
    family: isIPv6 ? 'IPv6' : 'IPv4',
    port: service?.port ?? 0,
    isSilent: !connections.some(isOpen),
    to: [...new Set(some?.map(({ node }) => node) ?? [null, from.node])],
    areNodes: true,
    ...(portBehind === undefined ? {} : { portBehind }),
    ...(way.directly === true ? { isDirect: true } : {}),
  };
}

/** "[2001:db8::1]:443". */
function endOf(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** "pods of node-1, node-2 and node-2 itself". */
function whoOf(ways: readonly Way[]): string {
  const { pod = [], node = [] } = Object.groupBy(ways, ({ from }) => from.kind);
  const nodes = nodesOf(node);
  return [
    ...(pod.length === 0 ? [] : [`pods of ${namedNodes(nodesOf(pod))}`]),
    ...(nodes.length === 0 ? [] : [`${namedNodes(nodes)} ${nodes.length === 1 ? 'itself' : 'themselves'}`]),
  ].join(' and ');
}

function nodesOf(ways: readonly Way[]): string[] {
  return [...new Set(ways.map(({ from }) => from.node))].toSorted();
}
