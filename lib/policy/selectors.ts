import ipaddr from 'ipaddr.js';
import type { Peer, Selector } from './objects.ts';

/** Whether a selector selects an object with these labels: all its requirements must hold. */
export function selects(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Record<string, string>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((expression) => holds(expression, labels))
  );
}

type Expression = NonNullable<Selector['matchExpressions']>[number];

/** `NotIn` also selects objects without the key. */
function holds({ key, operator, values = [] }: Expression, labels: Record<string, string>): boolean {
  const value = labels[key];
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  const isOneOf = value !== undefined && values.includes(value);
  return operator === 'In' ? isOneOf : !isOneOf;
}

/** Whether an address is in a block, and in none of its exceptions. An address of the other family never is. */
export function isInBlock({ cidr, except = [] }: NonNullable<Peer['ipBlock']>, address: string): boolean {
  return isIn(cidr, address) && !except.some((hole) => isIn(hole, address));
}

function isIn(cidr: string, address: string): boolean {
  const [network, bits] = ipaddr.parseCIDR(cidr);
  const parsed = ipaddr.process(address);
  return parsed.kind() === network.kind() && parsed.match(network, bits);
}
