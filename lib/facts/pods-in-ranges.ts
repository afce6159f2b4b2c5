import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../cluster/addresses.ts';
import type { Probe, Survey } from '../cluster/model.ts';
import { measurementOf } from '../verdict/measurement.ts';
import type { Facts } from './facts.ts';

const named = 3;

/** Whether pods have addresses of their own node's range, where nodes have ranges: many plugins assign addresses differently. */
export function podsInRanges({ owners, nodes }: Pick<Survey, 'owners' | 'nodes'>, probes: readonly Probe[]): Facts {
  const ranges = new Map(nodes.map(({ name, podCIDRs }) => [name, podCIDRs.flatMap(rangeOf)]));
  const pods = [
    ...owners.filter(({ kind }) => kind === 'pod'),
    ...probes.flatMap(({ node, name, addresses }) =>
      Object.values(addresses).map((address) => ({ node, name: `${node}/${name}`, address })),
    ),
  ];
  // A node without a range of a family says nothing about addresses of that family.
  const told = pods.flatMap(({ address, node, name }) => {
    const ip = ipaddr.parse(canonicalAddress(address));
    const mine = (ranges.get(node) ?? []).filter(([base]) => base.kind() === ip.kind());
    return mine.length === 0 ? [] : [{ address, node, name, isInside: mine.some((range) => ip.match(range)) }];
  });
  const outside = told.filter(({ isInside }) => !isInside);
  const some = outside.slice(0, named).map(({ name, address, node }) => `${name} (${address} on ${node})`);
  const more = outside.length - some.length;
  return {
    expected: 'reported',
    seen:
      outside.length === 0
        ? `all ${told.length} pod addresses lie in the pod range of their node`
        : `${outside.length} of ${told.length} pod addresses do not lie in the pod range of their node: the plugin assigns them differently`,
    violations: [],
    remarks: outside.length === 0 ? [] : [`outside: ${some.join(', ')}${more > 0 ? ` and ${more} more` : ''}`],
    notApplicable: told.length === 0 ? 'the nodes have no pod ranges, or there are no pods' : null,
    measurements:
      told.length === 0
        ? []
        : [measurementOf('pods/in-range-of-node', {}, { estimate: 1 - outside.length / told.length })],
  };
}

function rangeOf(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number][] {
  return ipaddr.isValidCIDR(text) ? [ipaddr.parseCIDR(text)] : [];
}
