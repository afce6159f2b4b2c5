/** The name under which DNS says whose an address is: "1.0.96.10.in-addr.arpa". */
export function reverseName(address: string): string {
  if (!address.includes(':')) return `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
  return `${expanded(address).join('').split('').toReversed().join('.')}.ip6.arpa`;
}

/** The eight groups of an IPv6 address, each of four digits. */
function expanded(address: string): string[] {
  const [before = [], after = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const left = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...left, ...after].map((group) => group.padStart(4, '0'));
}
