import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Probe } from '../../../../lib/cluster/model.ts';
import type { Family, Protocol } from '../../../../lib/conversations/basics.ts';
import { destinationOf } from '../../../../lib/mesh/destination.ts';
import type { Way } from '../../../../lib/mesh/plan.ts';
import { askPathMtus } from '../../../../lib/mesh/sizes/path-mtu.ts';
import { sizeAhead, wholeSizes } from '../../../../lib/mesh/sizes/planned.ts';
import { makeWorld } from '../world.ts';

const { pods, nodes } = makeWorld({ families: ['IPv4', 'IPv6'] });

function withMtu(probe: Probe, mtu: number | null): Probe {
  const interfaces = probe.hello.interfaces.map((one) => ({ ...one, mtu }));
  return { ...probe, hello: { ...probe.hello, interfaces } };
}

function wayFrom(from: Probe, to: Probe, over: { protocol?: Protocol; family?: Family } = {}): Way {
  const { protocol = 'UDP', family = 'IPv4' } = over;
  return { from, to: destinationOf(to), protocol, family };
}

const [one, , , other] = makeWorld().all as [Probe, Probe, Probe, Probe];
const nothing = (): null => null;
const largest = (way: Way, known: () => number | null = nothing): number | undefined =>
  wholeSizes(way, known)[0]?.bytes;

describe('the sizes that must arrive', () => {
  it('fill a packet of the smaller interface, headers aside', () => {
    expect(largest(wayFrom(one, other))).to.equal(1_472);
    expect(largest(wayFrom(withMtu(one, 9_001), other))).to.equal(1_472);
    expect(largest(wayFrom(one, withMtu(other, 1_450)))).to.equal(1_422);
    expect(largest(wayFrom(withMtu(one, 9_001), withMtu(other, 9_001)))).to.equal(8_973);
    expect(largest(wayFrom(pods[0]!, pods[2]!, { family: 'IPv6' }))).to.equal(1_452);
  });

  it('are no more than the kernel knows to be the path’s', () => {
    expect(largest(wayFrom(one, other), () => 1_400)).to.equal(1_372);
    expect(sizeAhead(wayFrom(one, other)).map(({ bytes }) => bytes)).to.deep.equal([1_472]);
  });

  it('are what every link carries where no interface tells, and what a datagram can be on loopback', () => {
    expect(largest(wayFrom(withMtu(one, null), withMtu(other, null)))).to.equal(1_252);
    expect(largest(wayFrom(withMtu(one, 65_536), withMtu(other, 65_536)))).to.equal(65_507);
  });

  it('are streams between pods and between nodes only', () => {
    expect(largest(wayFrom(pods[0]!, pods[2]!, { protocol: 'TCP' }))).to.equal(262_144);
    expect(wholeSizes(wayFrom(pods[0]!, nodes[1]!, { protocol: 'TCP' }), nothing)).to.deep.equal([]);
  });
});

describe('the path MTU', () => {
  it('is the smaller one of what both ends know; null where neither tells', async () => {
    const mtus: Record<string, number> = { 'node-1': 1_450, 'node-2': 1_400 };
    const { all } = makeWorld({
      reply: ({ node }, body) =>
        body.kind === 'path-mtu'
          ? { records: body.addresses.map((address) => ({ kind: 'path-mtu', address, mtu: mtus[node] ?? null })) }
          : null,
    });
    const [first, second, third] = ['node-1', 'node-2', 'node-3'].map((node) =>
      all.find((probe) => probe.node === node)!,
    );
    const way = (from: Probe, to: Probe) => ({ ...wayFrom(from, to), address: to.addresses.IPv4! });
    const known = await askPathMtus([way(first!, second!), way(second!, first!), way(third!, first!)]);
    expect(known(wayFrom(first!, second!))).to.equal(1_400);
    expect(known(wayFrom(third!, first!))).to.equal(null);
  });
});
