import type { Leg, Symptom } from './observations.ts';
import { isBridged, probeName, type Pattern, type Place, type PortRange, type Roles } from './pattern.ts';

/** Every pattern worth trying for these suspect legs, each once; `oneWay`: those of nothing but requests, or nothing but answers. */
export function candidates(
  suspects: Leg[],
  options: { symptom: Symptom; ports: PortRange[]; oneWay?: boolean },
): Pattern[] {
  const found = new Map<string, Pattern>();
  // Hundreds of legs suggest the same patterns, about a hundred at each place: legs that are alike there are looked at once.
  const done = new Set<string>();
  for (const leg of suspects) {
    const whats = whatOf(leg, options).map((what) => ({ what, name: nameOf(what) }));
    const kind = [leg.protocol, leg.family, ...whats.map(({ name }) => name)].join(' ');
    for (const place of [...placesOf(leg), ...translated(leg, options.symptom)]) {
      const via = place.kind === 'translated by' ? 'any' : leg.via;
      const where = `${Object.values(place).join(' ')} ${via}`;
      const allRoles = rolesOf(leg, place);
      const alike = `${where} ${allRoles.join()} ${kind}`;
      if (done.has(alike)) continue;
      done.add(alike);
      for (const roles of allRoles)
        for (const protocol of [null, leg.protocol])
          for (const family of [null, leg.family])
            for (const { what, name } of whats) {
              const whole = `${where} ${roles} ${protocol} ${family} ${name}`;
              if (!found.has(whole)) found.set(whole, { place, roles, protocol, family, via, ...what });
            }
    }
  }
  return [...found.values()];
}

type What = Pick<Pattern, 'ports' | 'way' | 'low'>;

function nameOf({ ports, way, low }: What): string {
  return `${ports?.from} ${ports?.to} ${way} ${low}`;
}

/** The responder's port says which rule a request met; on the way back it is the source, and rules are about destinations. */
function whatOf(leg: Leg, { ports, oneWay = false }: { ports: PortRange[]; oneWay?: boolean }): What[] {
  if (oneWay) return [{ ports: null, way: leg.answer ? 'answers' : 'requests' }];
  const ranges = leg.answer ? [] : ports.filter((range) => within(leg.port, range));
  const any: What = { ports: null, way: null };
  const lowToo: What[] = leg.low === true ? [{ ...any, low: true }] : [];
  return [any, ...lowToo, ...ranges.map((range): What => ({ ports: range, way: null }))];
}

function placesOf(leg: Leg): Place[] {
  const { from, to, via, answer } = leg;
  const probes: Place[] = [
    ...(via === null ? [] : [{ kind: 'from', node: (answer ? to : from).node } as const]),
    ...(isBridged(leg) ? [] : routed(leg)),
    { kind: 'to probe', probe: probeName(to) },
    { kind: 'from probe', probe: probeName(from) },
    { kind: 'of probe', probe: probeName(from) },
    { kind: 'of probe', probe: probeName(to) },
    { kind: 'node to probe', one: from.node, other: probeName(to) },
    { kind: 'probe to node', one: probeName(from), other: to.node },
    { kind: 'probe to probe', one: probeName(from), other: probeName(to) },
  ];
  if (probeName(from) === probeName(to) && to.probe !== 'node')
    probes.push({ kind: 'each to itself' }, { kind: 'to themselves', node: from.node });
  if (from.node === to.node)
    return [
      { kind: 'everywhere' },
      { kind: 'within every node' },
      { kind: 'within', node: from.node },
      ...ofNode(from.node),
      ...probes,
    ];
  const [one, other] = [from.node, to.node].toSorted() as [string, string];
  return [
    { kind: 'everywhere' },
    { kind: 'across nodes' },
    { kind: 'into', node: to.node },
    { kind: 'out of', node: from.node },
    { kind: 'into and out of', node: from.node },
    { kind: 'into and out of', node: to.node },
    { kind: 'pods of', node: from.node },
    { kind: 'pods of', node: to.node },
    ...ofNode(from.node),
    ...ofNode(to.node),
    { kind: 'from one to other', one: from.node, other: to.node },
    { kind: 'between', one, other },
    ...probes,
  ];
}

/** Within it and across. */
function ofNode(node: string): Place[] {
  return [
    { kind: 'forwarded by', node },
    { kind: 'at', node },
  ];
}

/** What comes of a Service that a node does not translate. Who answers, and what is translated besides, is a matter of the Service, of which each kind of address has its own rules. */
const untranslated: ReadonlySet<Symptom> = new Set<Symptom>(['lost', 'lossy', 'refused', 'slow']);

function translated({ served }: Leg, symptom: Symptom): Place[] {
  if (served === undefined || !untranslated.has(symptom)) return [];
  const all = ([null, 'own', 'to others'] as const).map(
    (only) => ({ kind: 'translated by', node: served.by, only }) as const,
  );
  return served.pod.probe === 'node' ? all : [...all, ...all.map((place) => ({ ...place, ordinary: true }) as const)];
}

function routed({ from, to }: Leg): Place[] {
  const by = [from, to].map(({ node }) => ({ kind: 'routed by', node }) as const);
  return to.probe === 'node' ? by : [...by, { kind: 'routed to', probe: probeName(to) }];
}

/**
 * Between the pods of a node and *other nodes*, roles at both ends leave one direction, for which there are better words. What a node forwards between pods is all
 * that pods have at it.
 */
function rolesOf({ from, to }: Leg, place: Place): Roles[] {
  const fromPod = from.probe !== 'node';
  const toPod = to.probe !== 'node';
  const exact: Roles = `${fromPod ? 'pod' : 'node'} to ${toPod ? 'pod' : 'node'}`;
  const ends: Roles[] = [toPod ? 'to pods' : 'to nodes', fromPod ? 'from pods' : 'from nodes'];
  if (place.kind === 'at') return ['any', ...ends, ...(fromPod && toPod ? [] : [exact])];
  if (place.kind === 'forwarded by')
    return ['any', ...ends.filter((roles) => roles.endsWith('pods')), ...(fromPod && toPod ? [exact] : [])];
  if (place.kind === 'pods of') return ['any', ...ends.filter((roles) => roles.endsWith('pods'))];
  return [
    'any',
    ...ends.filter((roles) => roles.endsWith('pods')),
    exact,
    ...ends.filter((roles) => roles.endsWith('nodes')),
  ];
}

function within(port: number, range: PortRange): boolean {
  return port >= range.from && port <= range.to;
}

/** By the two probes, the protocol, the family and the way through a Service: ports that requests reached. */
export type PortsReached = ReadonlyMap<string, readonly number[]>;

/** Reads them off legs that work. */
export function portsReached(working: Leg[]): PortsReached {
  const reached = new Map<string, number[]>();
  for (const leg of working) {
    if (leg.answer) continue;
    const known = reached.get(wire(leg));
    if (known === undefined) reached.set(wire(leg), [leg.port]);
    else known.push(leg.port);
  }
  return reached;
}

/** A firewall may list more; but more ranges take too long to try. */
const maxRanges = 24;

/**
 * The ranges of ports that failing dials suggest: the closest range around all of them, those between ports that work, and each
 * port by itself. The outer ones reach up to 65535 or down to 1, where no port beyond them works. Only legs between probes that
 * were dialled on a working port as well count: otherwise a probe's only port would pass for the cause.
 */
export function suspectPorts(failing: Leg[], reached: PortsReached): PortRange[] {
  const telling = failing.filter((leg) => !leg.answer && reached.has(wire(leg)));
  if (telling.length === 0) return [];
  const bad = new Set(telling.map((leg) => leg.port));
  const good = new Set(telling.flatMap((leg) => reached.get(wire(leg)) ?? []));
  const closest = { from: Math.min(...bad), to: Math.max(...bad) };
  const runs = [closest, ...runsOf(bad, good)];
  const singles = [...bad].map((port) => ({ from: port, to: port }));
  const all = [...runs.flatMap((range) => [range, ...stretched(range, good)]), ...singles];
  return [...new Map(all.map((range) => [`${range.from} ${range.to}`, range])).values()].slice(0, maxRanges);
}

/** Ranges of bad ports without a good one in between. */
function runsOf(bad: ReadonlySet<number>, good: ReadonlySet<number>): PortRange[] {
  const runs: PortRange[] = [];
  let open: PortRange | null = null;
  for (const port of [...new Set([...bad, ...good])].toSorted((one, other) => one - other)) {
    if (good.has(port)) open = null;
    else if (open === null) runs.push((open = { from: port, to: port }));
    else open.to = port;
  }
  return runs;
}

/** The same range to the end of all ports, where no good one is on that side. */
function stretched({ from, to }: PortRange, good: ReadonlySet<number>): PortRange[] {
  const ranges: PortRange[] = [];
  if (![...good].some((port) => port > from)) ranges.push({ from, to: 65_535 });
  if (![...good].some((port) => port < to)) ranges.push({ from: 1, to });
  return ranges;
}

function wire(leg: Leg): string {
  return [probeName(leg.from), probeName(leg.to), leg.protocol, leg.family, leg.via].join(' ');
}
