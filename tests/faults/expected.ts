import type { Breaks, Damage, End, Role, Symptom } from './breaks.ts';
import { covers, type Dials } from './covers.ts';

/** What a run must say of a fault, by the ids of clauses. */
export interface Expected {
  /** They fail. */
  red: string[];
  /** They may fail besides, by chance: the fault hits some flows only. */
  mayBeRed: string[];
  /** INFO clauses with a finding. */
  findings: string[];
  mayFind: string[];
}

/** A clause that would miss a fault more often than that is not held to it. */
const missedAtMost = 0.001;

/** Reads off what a fault breaks, and what each clause covers, which clauses fail; in the order of the table. Of a cluster of so many nodes. */
export function expectedOf(breaks: Breaks, { nodes = 3 }: { nodes?: number } = {}): Expected {
  const expected: Expected = { red: [], mayBeRed: [], findings: [], mayFind: [] };
  for (const [id, { finds }] of Object.entries(covers)) {
    const [surely, maybe] =
      finds === undefined ? [expected.red, expected.mayBeRed] : [expected.findings, expected.mayFind];
    const missed = missing({ id, nodes }, breaks);
    if (missed <= missedAtMost) surely.push(id);
    else if (missed < 1) maybe.push(id);
  }
  return expected;
}

/** A clause, and how many nodes there are. */
interface ClauseThere {
  id: string;
  nodes: number;
}

/** With what chance a clause says nothing of it. What begins later may come too late for any clause. */
function missing(clause: ClauseThere, { traffic = [], facts = [] }: Breaks): number {
  const ever = missedBy(clause, { traffic, facts });
  const atOnce = missedBy(clause, { traffic: traffic.filter(({ later }) => later !== true), facts });
  return ever < atOnce ? Math.max(ever, atOnce / 2) : ever;
}

function missedBy({ id, nodes }: ClauseThere, { traffic, facts }: Required<Breaks>): number {
  const { facts: judged, finds } = covers[id] ?? {};
  if (judged?.some((fact) => facts.includes(fact))) return 0;
  const all = dialledIn(nodes).get(id) ?? [];
  if (finds === 'what is uneven') return missingUneven(all, traffic);
  return all.reduce((chance, dial) => chance * (1 - dial.made + dial.made * sparing(dial, traffic)), 1);
}

/** Ways on which anything fails on the ordinary port say nothing; of the others, a port does the same on all within nodes, and on all between them. */
function missingUneven(all: Dial[], traffic: readonly Damage[]): number {
  const telling = all.filter((dial) => ordinary(dial).every((one) => sparing(one, traffic) === 1));
  const alike = [...Map.groupBy(telling, ({ port: [port], from, to }) => `${port} ${from.node === to.node}`).values()];
  const isUneven = (some: Dial[]): boolean => new Set(some.map((dial) => sparing(dial, traffic) === 1)).size > 1;
  if (alike.some(isUneven)) return 0;
  // What strikes at random may spare the ordinary port alone.
  const atRandom = traffic.filter(({ symptom, share }) => symptom === 'lossy' || share !== undefined);
  return all.some((dial) => sparing(dial, atRandom) < 1) ? 0.5 : 1;
}

/** The dials between the same two probes where they listen anyway. */
function ordinary({ from, to, brokenBy }: Dial): Dial[] {
  return protocols.flatMap((protocol) =>
    families.map((family) => ({ from, to, protocol, family, port: ownPort(to), by: 'own address', made: 1, brokenBy })),
  );
}

interface Probe {
  node: string;
  name: string;
  role: Role;
}

interface Dial extends Required<Pick<Dials, 'brokenBy' | 'by'>>, Pick<Dials, 'excused'> {
  from: Probe;
  to: Probe;
  protocol: 'TCP' | 'UDP';
  family: 'IPv4' | 'IPv6';
  port: Ports;
  /** With what chance it is made. */
  made: number;
}

type Ports = readonly [number, number];

const protocols = ['TCP', 'UDP'] as const;
const families = ['IPv4', 'IPv6'] as const;
/** Of an even share of pairs nobody knows which; of a node's there are many. */
const ofShare = 1 / 2;

interface Cluster {
  nodes: string[];
  probes: Probe[];
}

function clusterOf(count: number): Cluster {
  const nodes = Array.from({ length: count }, (_, n) => `node-${n + 1}`);
  return {
    nodes,
    probes: [
      ...nodes.flatMap((node): Probe[] => [
        { node, name: 'pod-a', role: 'pod' },
        { node, name: 'pod-b', role: 'pod' },
        { node, name: 'fresh', role: 'fresh pod' },
        { node, name: 'node', role: 'node' },
      ]),
      { node: 'control', name: 'API server', role: 'API server' },
    ],
  };
}

/** Where the kernel chooses. */
const ephemeral: Ports = [32_768, 60_999];

/** Host-network probes leave it to the kernel where they listen. */
function ownPort({ role }: Probe): Ports {
  return role === 'node' ? ephemeral : [8_080, 8_080];
}

/** Of nodes, for Services. */
const nodePorts: Ports = [30_000, 32_767];

const dialled = new Map<number, ReadonlyMap<string, Dial[]>>();

/** By clause, all that it dials in a cluster of so many nodes; it is worked out once. */
function dialledIn(nodes: number): ReadonlyMap<string, Dial[]> {
  const known = dialled.get(nodes);
  if (known !== undefined) return known;
  const cluster = clusterOf(nodes);
  const all = new Map(
    Object.entries(covers).map(([id, { dials = [] }]) => [id, dials.flatMap((one) => dialsOf(one, cluster))]),
  );
  dialled.set(nodes, all);
  return all;
}

/** Every dial of a cluster. */
function dialsOf(
  {
    from,
    to,
    pairs,
    at,
    shareAbove = Infinity,
    protocols: over = protocols,
    families: spoken = families,
    ports,
    by = 'own address',
    ...judged
  }: Dials,
  { nodes, probes }: Cluster,
): Dial[] {
  const ownPorts = (probe: Probe): Ports[] =>
    ports?.map((port): Ports => [port, port]) ?? [by === 'NodePort' ? nodePorts : ownPort(probe)];
  const isAt = ({ node }: Probe): boolean => at === undefined || node !== nodes.at(-1);
  const made = (one: Probe, other: Probe): number =>
    nodes.length > shareAbove && one.node !== other.node ? ofShare : 1;
  return probes
    .filter(({ role }) => from.includes(role))
    .flatMap((one) =>
      probes
        .filter((other) => to.includes(other.role) && isAt(other) && isPair({ from: one, to: other, nodes }, pairs))
        .flatMap((other) =>
          ownPorts(other).flatMap((port) =>
            over.flatMap((protocol) =>
              spoken.map((family) => ({
                from: one,
                to: other,
                protocol,
                family,
                port,
                by,
                made: made(one, other),
                ...judged,
              })),
            ),
          ),
        ),
    );
}

function isPair({ from, to, nodes }: { from: Probe; to: Probe; nodes: string[] }, pairs: Dials['pairs']): boolean {
  const isWithin = from.node === to.node;
  const next = nodes[(nodes.indexOf(from.node) + 1) % nodes.length];
  switch (pairs) {
    case undefined:
      return from !== to;
    case 'same node':
      return isWithin && from !== to;
    case 'across nodes':
      return !isWithin;
    case 'itself':
      return from === to;
    case 'firsts':
      return isWithin ? from.name === 'pod-a' && ['pod-b', 'node'].includes(to.name) : isFirst(from) && isFirst(to);
    case 'any':
      return true;
    case 'own':
      return isWithin && from.name !== 'pod-b' && to.name === 'pod-b';
    case 'own and next':
      return from.name !== 'pod-b' && to.name === 'pod-b' && (isWithin || to.node === next);
    case 'own or next':
      return from.name !== 'pod-b' && (isWithin || to.node === next);
    case 'own node':
      return from === to;
    case 'ring':
      if (isWithin) return from.name === 'pod-a' && to.name === 'pod-b';
      return isFirst(from) && to.name === from.name && to.node === next;
  }
}

function isFirst({ name }: Probe): boolean {
  return name === 'pod-a' || name === 'node';
}

/** With what chance a dial keeps its promise. */
function sparing(dial: Dial, traffic: readonly Damage[]): number {
  let chance = 1;
  for (const damage of traffic)
    if (dial.brokenBy.includes(damage.symptom) && hits(damage, dial))
      chance *= 1 - (excused(damage, dial) ?? damage.share ?? 1);
  return chance;
}

/** What strikes the probes' own addresses as well excuses a dial, also where it begins later: they are rechecked. Or it strikes by chance, and then the one and not the other: a small chance. null: no excuse. */
function excused({ by, symptom, share }: Damage, { excused: isExcused }: Dial): number | null {
  if (isExcused !== true || by !== undefined) return null;
  return symptom === 'lossy' || share !== undefined ? 1e-6 : 0;
}

/** They strike what opens a conversation; answers are translated back, or never come. */
const ofOpening: ReadonlySet<Symptom> = new Set<Symptom>([
  'small lost',
  'refused',
  'slow to connect',
  'slow when many',
  'wrong responder',
  'source address translated',
  'source port translated',
  'destination address translated',
]);

function hits(damage: Damage, dial: Dial): boolean {
  if (damage.by !== undefined && damage.by !== dial.by) return false;
  if (damage.protocol !== undefined && damage.protocol !== dial.protocol) return false;
  if (damage.symptom === 'slow to connect' && dial.protocol !== 'TCP') return false;
  if (damage.family !== undefined && damage.family !== dial.family) return false;
  if (!isWhere(damage.where, dial)) return false;
  if (passes(damage, { ...dial, source: ephemeral })) return true;
  const onlyOpening = damage.opening === true || ofOpening.has(damage.symptom);
  return !onlyOpening && passes(damage, { from: dial.to, to: dial.from, port: ephemeral, source: dial.port });
}

function isWhere(where: Damage['where'], { from, to }: Dial): boolean {
  switch (where) {
    case undefined:
      return true;
    case 'itself':
      return from === to;
    case 'to others':
      return from !== to;
    case 'same node':
    case 'across nodes':
      return (where === 'same node') === (from.node === to.node);
  }
}

/** Whether a packet from the one to the other is meant. */
function passes(
  { from, to, ports, sources }: Damage,
  packet: Pick<Dial, 'from' | 'to' | 'port'> & { source: Ports },
): boolean {
  const [first, last] = packet.port;
  return (
    isMeant(from, packet.from) &&
    isMeant(to, packet.to) &&
    (ports === undefined || (first <= ports[1] && last >= ports[0])) &&
    (sources === undefined || (packet.source[0] <= sources[1] && packet.source[1] >= sources[0]))
  );
}

function isMeant({ node, roles }: End = {}, probe: Probe): boolean {
  return (node === undefined || node === probe.node) && (roles === undefined || roles.includes(probe.role));
}
