import type { Probe } from '../cluster/model.ts';
import type { Dialled, Exchanged } from '../mesh/dialled.ts';
import { listenOnPorts, type Listening } from '../mesh/listen.ts';
import { pairOf, type PairRule } from '../mesh/pairs.ts';
import type { ExchangePlan } from '../mesh/plan.ts';
import { isSound } from '../mesh/rounds/merge.ts';
import { measurementOf, type Measurement } from '../verdict/measurement.ts';
import type { Facts } from './facts.ts';

/** UDP ports of tunnels: a plugin may drop what pods send to them, so that no pod can inject into its overlay. Calico does, by default. */
export const keptPorts: ReadonlyMap<number, string> = new Map([
  [4789, 'VXLAN'],
  [6081, 'Geneve'],
  [6784, 'Weave Net'],
  [8285, 'flannel'],
  [8472, 'VXLAN of Linux, flannel, Cilium'],
  [51_820, 'WireGuard'],
  [51_821, 'WireGuard over IPv6'],
  [51_871, 'WireGuard of Cilium'],
]);

/** Makes pods listen on the ports that plugins keep, and on no neighbours of them. */
export async function listenOnKept(pods: Probe[]): Promise<Listening> {
  return listenOnPorts(pods, [...keptPorts.keys()]);
}

/** Which pairs dial these ports: not those that do not even work on an ordinary port, which would only time out. */
export function overKept(
  { ports }: Listening,
  ordinary: Exchanged,
): Pick<ExchangePlan, 'pairs' | 'ports' | 'protocols' | 'datagrams'> {
  const broken = new Set(ordinary.dialled.filter((dial) => !isSound(dial)).map(pairOf));
  const tried = new Set(ordinary.dialled.map(pairOf));
  return {
    pairs: (from, to) => tried.has(pairOf({ from, to })) && !broken.has(pairOf({ from, to })),
    ports: ({ to }) => ports.get(to.id) ?? [],
    protocols: ['UDP'],
    datagrams: 4,
  };
}

/** Every node's first pod dials the first pod of the next node, and the other pod of its own node. */
export function alongRing(pods: Probe[]): PairRule {
  const byNode = [...Map.groupBy(pods, ({ node }) => node).values()];
  const next = new Map<Probe, Set<string>>();
  for (const [n, own] of byNode.entries()) {
    const [first, second] = own;
    const beyond = byNode[(n + 1) % byNode.length]?.[0];
    if (first !== undefined)
      next.set(first, new Set([second, beyond].flatMap((to) => (to === undefined || to === first ? [] : to.uid))));
  }
  return (from, to) => next.get(from)?.has(to.id) ?? false;
}

/**
 * Which of these ports are kept: on all paths, that is the plugin's guard; only on some, a finding. `ordinary` is the
 * control: paths that do not even work on an ordinary port say nothing; nor do those on which none of these ports works, where the path itself
 * is broken (two pods with one address answer now and then).
 */
export function keptByPlugin(onKept: Exchanged, ordinary: Exchanged): Facts {
  const working = new Set(ordinary.dialled.filter(isSound).map(pairAndFamily));
  const tried = onKept.dialled.filter((dial) => working.has(pairAndFamily(dial)) && dial.inconclusive === null);
  const passing = new Set(tried.filter(isSound).map(pairAndFamily));
  const dials = tried.filter((dial) => passing.has(pairAndFamily(dial)));
  const guards: string[] = [];
  const partly: string[] = [];
  const measurements: Measurement[] = [];
  for (const [port, use] of keptPorts) {
    const mine = dials.filter((dial) => dial.port === port);
    const lost = mine.filter((dial) => !isSound(dial));
    const isGuard = isAlike(mine, lost);
    if (mine.length > 0)
      measurements.push(measurementOf('port/kept', { protocol: 'UDP', port }, { estimate: lost.length / mine.length }));
    if (lost.length === 0) continue;
    if (isGuard) guards.push(`${port} (${use})`);
    else partly.push(`UDP port ${port} (${use}) is lost ${listOf(lost)}, and passes ${listOf(mine.filter(isSound))}`);
  }
  const forbidden = onKept.dialled.filter(({ maybeForbidden }) => maybeForbidden === true);
  const untold = new Set(forbidden.map(({ port }) => port));
  const ports = [...keptPorts.keys()].filter((port) => !untold.has(port)).join(', ');
  const beside =
    untold.size === 0 ? '' : `; of UDP ${[...untold].join(', ')} not all is known: ${forbidden[0]?.inconclusive ?? ''}`;
  return {
    expected: 'reported, and the same on every node',
    seen: seenOf({ paths: dials.length, guards, partly: partly.length, ports }) + beside,
    violations: [],
    remarks: partly,
    finding: partly.length > 0,
    notApplicable: ordinary.nothingToDial,
    measurements,
  };
}

/** `paths`: how many could tell; `ports`: those that nothing is in the way of knowing about, "4789, 6081". */
function seenOf(found: { paths: number; guards: readonly string[]; partly: number; ports: string }): string {
  const { paths, guards, partly, ports } = found;
  if (paths === 0) return 'no way between two pods works that could tell';
  const guarded = `kept from pods on every node: UDP ${guards.join(', ')}: the plugin's guard of its own tunnel`;
  const kept = [
    ...(guards.length === 0 ? [] : [guarded]),
    ...(partly === 0 ? [] : [`${partly} kept on some nodes only`]),
  ];
  if (kept.length > 0) return kept.join('; ');
  return ports === '' ? 'no port passes everywhere' : `none of UDP ${ports} is kept from pods`;
}

/** Between nodes all or none, and within nodes all or none: a plugin may guard one and not the other. */
function isAlike(all: Dialled[], lost: Dialled[]): boolean {
  const isWithin = ({ from, to }: Dialled): boolean => from.node === to.node;
  return [true, false].every((within) => {
    const some = lost.filter((dial) => isWithin(dial) === within).length;
    return some === 0 || some === all.filter((dial) => isWithin(dial) === within).length;
  });
}

const waysNamed = 3;

function listOf(dials: Dialled[]): string {
  const ways = [...new Set(dials.map(({ from, to }) => `from ${from.node} to ${to.node}`))];
  const more = ways.length - waysNamed;
  return `${ways.slice(0, waysNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function pairAndFamily({ from, to, family }: Dialled): string {
  return `${pairOf({ from, to })} ${family}`;
}
