import { type Leg } from './observations.ts';
import { probeName, type Pattern, type Place, type PortRange, type Roles } from './pattern.ts';

/** Every pattern worth trying for these suspect legs, each once. */
export function candidates(suspects: Leg[], options: { ports: PortRange[] }): Pattern[] {
  const found = new Map<string, Pattern>();
  for (const leg of suspects)
    for (const place of placesOf(leg))
      for (const roles of rolesOf(leg, place))
        for (const protocol of [null, leg.protocol])
          for (const family of [null, leg.family])
            for (const ports of [
              null,
              ...(leg.answer ? [] : options.ports.filter((range) => within(leg.port, range))),
            ]) {
              const pattern: Pattern = { place, roles, protocol, family, ports };
              found.set(JSON.stringify(pattern), pattern);
            }
  return [...found.values()];
}

function placesOf({ from, to }: Leg): Place[] {
  const probes: Place[] = [
    { kind: 'to probe', probe: probeName(to) },
    { kind: 'from probe', probe: probeName(from) },
    { kind: 'of probe', probe: probeName(from) },
    { kind: 'of probe', probe: probeName(to) },
    { kind: 'node to probe', one: from.node, other: probeName(to) },
    { kind: 'probe to node', one: probeName(from), other: to.node },
    { kind: 'probe to probe', one: probeName(from), other: probeName(to) },
  ];
  if (from.node === to.node)
    return [{ kind: 'everywhere' }, { kind: 'within every node' }, { kind: 'within', node: from.node }, ...probes];
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
    { kind: 'from one to other', one: from.node, other: to.node },
    { kind: 'between', one, other },
    ...probes,
  ];
}

/** Between the pods of a node and *other nodes*, roles at both ends leave one direction, for which there are better words. */
function rolesOf({ from, to }: Leg, place: Place): Roles[] {
  const fromPod = from.probe !== 'node';
  const toPod = to.probe !== 'node';
  const exact: Roles = `${fromPod ? 'pod' : 'node'} to ${toPod ? 'pod' : 'node'}`;
  return [
    'any',
    ...(toPod ? (['to pods'] as const) : []),
    ...(fromPod ? (['from pods'] as const) : []),
    ...(place.kind === 'pods of' ? [] : [exact]),
  ];
}

function within(port: number, range: PortRange): boolean {
  return port >= range.from && port <= range.to;
}

/**
 * The ranges of ports that failing dials suggest: the closest range around all of them, up to 65535 where no higher one works
 * and down to 1 where no lower one does. Only legs between probes that were dialled on a working port as well have a say:
 * else a probe's only port would pass for the cause.
 */
export function suspectPorts(failing: Leg[], working: Leg[]): PortRange[] {
  const reached = new Map<string, number[]>();
  for (const leg of working.filter((one) => !one.answer))
    reached.set(wire(leg), [...(reached.get(wire(leg)) ?? []), leg.port]);
  const bad = new Set(failing.filter((leg) => !leg.answer && reached.has(wire(leg))).map((leg) => leg.port));
  if (bad.size === 0) return [];
  const good = failing.flatMap((leg) => reached.get(wire(leg)) ?? []);
  const low = Math.min(...bad);
  const high = Math.max(...bad);
  const ranges: PortRange[] = [{ from: low, to: high }];
  if (!good.some((port) => port > low)) ranges.push({ from: low, to: 65_535 });
  if (!good.some((port) => port < high)) ranges.push({ from: 1, to: high });
  for (const port of bad) if (ranges.length < 24) ranges.push({ from: port, to: port });
  return ranges;
}

function wire(leg: Leg): string {
  return [probeName(leg.from), probeName(leg.to), leg.protocol, leg.family].join(' ');
}
