import { expect } from 'chai';
import { array, assert, boolean, integer, ipV4, oneof, property, tuple } from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, it } from 'mocha';
import { overlaps } from '../../../lib/facts/overlaps.ts';

/** Of two ranges, all with all: what `overlaps` must find by other means. */
function allWithAll(ranges: readonly string[]): [number, number][] {
  return ranges.flatMap((one, n) =>
    ranges.flatMap((other, m): [number, number][] => (m > n && overlap(one, other) ? [[n, m]] : [])),
  );
}

function overlap(one: string, other: string): boolean {
  const [first, second] = [parse(one), parse(other)];
  if (first === null || second === null || first[0].kind() !== second[0].kind()) return false;
  return first[0].match(second[0], Math.min(first[1], second[1]));
}

function parse(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | null {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** Few addresses, of both families, so that ranges nest, touch and come twice; with bits of the host set, too. */
const crowded = oneof(
  tuple(integer({ min: 0, max: 15 }), integer({ min: 26, max: 32 })).map(([n, bits]) => `10.0.0.${n * 5}/${bits}`),
  tuple(integer({ min: 0, max: 15 }), integer({ min: 110, max: 128 })).map(([n, bits]) => `fd00::${n}:0/${bits}`),
  integer({ min: 0, max: 63 }).map((n) => `10.0.0.${n}`),
  integer({ min: 0, max: 3 }).map((n) => `fd00::${n}:0`),
  tuple(ipV4(), integer({ min: 0, max: 32 })).map(([address, bits]) => `${address}/${bits}`),
  boolean().map((empty) => (empty ? '' : 'node-1.example')),
);

const both = (one: string, other: string): boolean => overlaps([one, other]).length === 1;

describe('two ranges', () => {
  it('overlap when one holds an address of the other', () => {
    expect(both('10.0.0.0/8', '10.1.2.0/24')).to.equal(true);
    expect(both('10.1.2.0/24', '10.0.0.0/8')).to.equal(true);
    expect(both('10.1.2.0/24', '10.1.2.255')).to.equal(true);
    expect(both('fd00::/8', 'fd00:1::/64')).to.equal(true);
    expect(both('0.0.0.0/0', '192.0.2.1')).to.equal(true);
  });

  it('do not when they lie beside each other, or are of different families', () => {
    expect(both('10.1.2.0/24', '10.1.3.0/24')).to.equal(false);
    expect(both('fd00:1::/64', 'fd00:1:0:1::/64')).to.equal(false);
    expect(both('0.0.0.0/0', '::/0')).to.equal(false);
    expect(both('nonsense', '0.0.0.0/0')).to.equal(false);
  });

  it('overlap whichever is named first, and each with itself', () => {
    assert(
      property(ipV4(), ipV4(), integer({ min: 0, max: 32 }), integer({ min: 0, max: 32 }), (one, other, bits, more) => {
        const [first, second] = [`${one}/${bits}`, `${other}/${more}`];
        return both(first, second) === both(second, first) && both(first, first);
      }),
    );
  });
});

describe('many ranges', () => {
  it('are compared as all with all, in the order of the list', () => {
    assert(
      property(array(crowded, { maxLength: 40 }), (ranges) => {
        expect(overlaps(ranges)).to.deep.equal(allWithAll(ranges));
      }),
      { numRuns: 500 },
    );
  });

  it('leave out what does not matter', () => {
    assert(
      property(array(crowded, { maxLength: 20 }), (ranges) => {
        const matter = (one: number, other: number): boolean => (one + other) % 3 === 0;
        expect(overlaps(ranges, { matter })).to.deep.equal(allWithAll(ranges).filter((pair) => matter(...pair)));
      }),
    );
  });
});
