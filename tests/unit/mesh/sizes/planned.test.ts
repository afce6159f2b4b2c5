import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Probe } from '../../../../lib/cluster/model.ts';
import type { Family, Protocol } from '../../../../lib/conversations/basics.ts';
import { destinationOf } from '../../../../lib/mesh/destination.ts';
import type { Way } from '../../../../lib/mesh/plan.ts';
import { askPathMtus } from '../../../../lib/mesh/sizes/path-mtu.ts';
import {
  fragmentedSizes,
  noPathMtus,
  sizeAhead,
  wholeSizes,
  wholeSizesThrough,
  type PathMtus,
} from '../../../../lib/mesh/sizes/planned.ts';
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
const known =
  (there: number | null, back: number | null): PathMtus =>
  () => ({ there, back });
const sizesOf = (way: Way, pathMtus: PathMtus): unknown[] =>
  wholeSizes(way, pathMtus).map(({ bytes, answerBytes = bytes }) => [bytes, answerBytes]);
const largest = (way: Way, pathMtus = noPathMtus): number | undefined => wholeSizes(way, pathMtus)[0]?.bytes;

describe('the sizes that must arrive', () => {
  it('fill a packet of the sender’s interface, headers aside, whatever the other end’s is', () => {
    expect(largest(wayFrom(one, other), known(1_500, 1_500))).to.equal(1_472);
    expect(largest(wayFrom(withMtu(one, 9_001), other), known(9_001, 1_500))).to.equal(8_973);
    expect(largest(wayFrom(withMtu(one, 1_400), other), known(1_400, 1_500))).to.equal(1_372);
    expect(largest(wayFrom(pods[0]!, pods[2]!, { family: 'IPv6' }))).to.equal(1_452);
  });

  it('are no more than the sender’s kernel knows to be the path’s; no more than both interfaces where it tells nothing', () => {
    expect(largest(wayFrom(one, other), known(1_400, 1_500))).to.equal(1_372);
    expect(largest(wayFrom(withMtu(one, 9_001), other))).to.equal(1_472);
    expect(largest(wayFrom(one, withMtu(other, 1_450)))).to.equal(1_422);
  });

  it('go ahead as large as the sender’s interface allows', () => {
    const ahead = (way: Way): unknown[] => sizeAhead(way).map(({ bytes, answerBytes = bytes }) => [bytes, answerBytes]);
    expect(ahead(wayFrom(one, other))).to.deep.equal([[1_472, 1_472]]);
    expect(ahead(wayFrom(withMtu(one, 9_001), other))).to.deep.equal([[8_973, 1_472]]);
  });

  it('are answered by no more than the other end may send', () => {
    expect(sizesOf(wayFrom(one, other), known(1_500, 1_400))).to.deep.equal([
      [1_472, 1_372],
      [981, 981],
    ]);
    expect(sizesOf(wayFrom(withMtu(one, 9_001), other), known(9_001, 1_500))[0]).to.deep.equal([8_973, 1_472]);
    expect(sizesOf(wayFrom(one, other), known(1_400, 1_500))[0]).to.deep.equal([1_372, 1_372]);
  });

  it('are those of the narrowest of the ways that a Service’s dials take, in both directions', () => {
    const through = wayFrom(one, other);
    const over = [through, wayFrom(one, withMtu(other, 1_450))];
    const bytes = (pathMtus: PathMtus): number[] =>
      wholeSizesThrough(through, over, pathMtus).map((size) => size.bytes);
    expect(bytes(noPathMtus)).to.deep.equal([1_422, 948]);
    expect(bytes(known(1_500, 1_400))).to.deep.equal([1_372, 914]);
    expect(
      wholeSizesThrough({ ...through, protocol: 'TCP' }, over, noPathMtus).map((size) => size.bytes),
    ).to.deep.equal([262_144]);
  });

  it('are what every link carries where no interface tells, and what a datagram can be on loopback', () => {
    expect(largest(wayFrom(withMtu(one, null), withMtu(other, null)))).to.equal(1_252);
    expect(largest(wayFrom(withMtu(one, 65_536), withMtu(other, 65_536)))).to.equal(65_507);
  });

  it('are a stream of a node’s only where the way is not by loopback', () => {
    const streams = (from: Probe, there: number | null): number => {
      const way = wayFrom(from, pods[2]!, { protocol: 'TCP' });
      return wholeSizesThrough(way, [way], known(there, 1_500)).length;
    };
    expect([1_500, 65_536, null].map((there) => streams(nodes[0]!, there))).to.deep.equal([1, 0, 0]);
    const [own] = nodes[0]!.hello.interfaces;
    const storage = { ...own!, address: '198.18.200.1', mtu: 9_000 };
    const withStorage = {
      ...nodes[0]!,
      hello: { ...nodes[0]!.hello, interfaces: [...nodes[0]!.hello.interfaces, storage] },
    };
    expect(streams(withStorage, 9_000)).to.equal(1);
    expect(streams(pods[0]!, null)).to.equal(1);
  });

  it('are streams between pods and between nodes only', () => {
    expect(largest(wayFrom(pods[0]!, pods[2]!, { protocol: 'TCP' }))).to.equal(262_144);
    expect(wholeSizes(wayFrom(pods[0]!, nodes[1]!, { protocol: 'TCP' }), noPathMtus)).to.deep.equal([]);
  });
});

describe('sizes that need fragments', () => {
  it('are answered by as many bytes; by a whole packet of who has the larger interface', () => {
    const answers = (way: Way): unknown[] =>
      fragmentedSizes(way, known(1_450, 1_500)).map(({ bytes, answerBytes = bytes }) => [bytes, answerBytes]);
    const narrow = withMtu(one, 1_450);
    expect(answers(wayFrom(narrow, narrow))).to.deep.equal([
      [1_423, 1_423],
      [8_192, 8_192],
      [65_507, 65_507],
    ]);
    expect(answers(wayFrom(narrow, other))).to.deep.equal([
      [1_423, 1_422],
      [8_192, 1_422],
      [65_507, 1_422],
    ]);
    expect(answers(wayFrom(other, narrow))[1]).to.deep.equal([8_192, 8_192]);
  });
});

describe('the path MTU', () => {
  it('is what each end knows of the way to the other; null where it does not tell', async () => {
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
    const found = await askPathMtus([wayFrom(first!, second!), wayFrom(third!, first!)]);
    expect(found(wayFrom(first!, second!))).to.deep.equal({ there: 1_450, back: 1_400 });
    expect(found(wayFrom(third!, first!))).to.deep.equal({ there: null, back: 1_450 });
  });
});
