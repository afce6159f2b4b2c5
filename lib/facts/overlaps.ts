import ipaddr from 'ipaddr.js';

/** A range of the list. */
interface Range {
  index: number;
  first: ipaddr.IPv4 | ipaddr.IPv6;
  bits: number;
  /** Family and first address, as text that sorts. */
  key: string;
}

/**
 * Which two ranges have an address in common and `matter` to each other: their indexes, in the order of the list, the earlier one first.
 * What is neither a CIDR range nor an address overlaps nothing, and families never overlap.
 */
export function overlaps(
  ranges: readonly string[],
  { matter = () => true }: { matter?: (one: number, other: number) => boolean } = {},
): [number, number][] {
  // Of two CIDR ranges one contains the other, or they are disjoint: sorted, a range comes after all that contain it.
  const sorted = ranges.flatMap(parse).toSorted((a, b) => (a.key === b.key ? a.bits - b.bits : a.key < b.key ? -1 : 1));
  const found: [number, number][] = [];
  const around: Range[] = [];
  for (const range of sorted) {
    while (around.length > 0 && !holds(around.at(-1)!, range)) around.pop();
    for (const { index } of around) {
      const [one, other] = index < range.index ? [index, range.index] : [range.index, index];
      if (matter(one, other)) found.push([one, other]);
    }
    around.push(range);
  }
  return found.toSorted(([a, b], [c, d]) => a - c || b - d);
}

function holds(outer: Range, { first, bits }: Range): boolean {
  return outer.first.kind() === first.kind() && outer.bits <= bits && outer.first.match(first, outer.bits);
}

/** Empty for what is neither a range nor an address. */
function parse(text: string, index: number): Range[] {
  if (ipaddr.isValidCIDR(text)) {
    const [address, bits] = ipaddr.parseCIDR(text);
    const family = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
    return [place(index, { first: family.networkAddressFromCIDR(text), bits })];
  }
  if (!ipaddr.isValid(text)) return [];
  const address = ipaddr.parse(text);
  return [place(index, { first: address, bits: address.kind() === 'ipv4' ? 32 : 128 })];
}

function place(index: number, { first, bits }: Pick<Range, 'first' | 'bits'>): Range {
  return { index, first, bits, key: `${first.kind()} ${Buffer.from(first.toByteArray()).toString('hex')}` };
}
