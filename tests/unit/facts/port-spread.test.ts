import { expect } from 'chai';
import { describe, it } from 'mocha';
import { listenOnSpread, overPorts, portSpread } from '../../../lib/facts/port-spread.ts';
import { destinationOf } from '../../../lib/mesh/destination.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { everyPair } from '../../../lib/mesh/pairs.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { planDials } from '../../../lib/mesh/plan.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import type { ListenRecord } from '../../../lib/conversations/listen.ts';
import { makeWorld, type WorldOptions } from '../mesh/world.ts';

/** Every pod listens but on taken ports; then the spread is dialled as the clause does. */
async function spread({ nodes = 3, taken = [] as number[], ...rest }: WorldOptions & { taken?: number[] } = {}) {
  const { pods, nodes: hosts } = makeWorld({
    nodes,
    reply: (_probe, body) =>
      body.kind === 'listen' ? { records: body.ports.map((port) => listening(port, taken)) } : null,
    ...rest,
  });
  const probes = [...pods, ...hosts];
  const plan = { from: probes, to: pods, pairs: everyPair, families: ['IPv4' as const], protocols: ['TCP' as const] };
  const listen = await listenOnSpread(pods);
  const traffic = createTraffic({ pace: unlimitedPace });
  const { ports } = overPorts(listen, await exchange(plan, { traffic }));
  return { pods, probes, listen, dials: [...planDials({ ...plan, ports }, traffic).values()].flat() };
}

function listening(port: number, taken: number[]): ListenRecord {
  return { kind: 'listen', protocol: 'TCP', port, error: taken.includes(port) ? 'EADDRINUSE' : null };
}

const sorted = (ports: Iterable<number>): number[] => [...new Set(ports)].toSorted((one, other) => one - other);

describe('the spread of ports', () => {
  it('reaches from 1 to 65535, and has each port once', () => {
    expect([Math.min(...portSpread), Math.max(...portSpread)]).to.deep.equal([1, 65_535]);
    expect(sorted(portSpread)).to.deep.equal(portSpread);
  });

  it('is dialled whole by every pair of a small cluster', async () => {
    const { dials, pods, probes } = await spread({ nodes: 2 });
    expect(dials).to.have.length(pods.length * (probes.length - 1) * portSpread.length);
  });

  it('is dialled in halves on three nodes: by every probe whole, on each other node', async () => {
    const { dials, probes } = await spread({ nodes: 3 });
    const perNode = Map.groupBy(
      dials.filter(({ from, to }) => from.node !== to.responders[0]?.node),
      ({ from, to }) => `${from.node}/${from.pod} → ${to.responders[0]?.node}`,
    );
    expect(perNode.size).to.equal(probes.length * 2);
    for (const [way, some] of perNode) expect(sorted(some.map(({ port }) => port)), way).to.deep.equal(portSpread);
  });

  for (const nodes of [6, 7, 10, 13])
    it(`is dialled in shares among ${nodes} nodes, and all shares together cover it`, async () => {
      const { dials, pods } = await spread({ nodes });
      expect(dials.length).to.be.below(pods.length * (pods.length - 1) * 10);
      expect(sorted(dials.map(({ port }) => port))).to.deep.equal(portSpread);
      for (const pod of pods)
        expect(
          sorted(dials.filter(({ to }) => to.id === pod.uid).map(({ port }) => port)),
          pod.pod,
        ).to.have.length.above(20);
    });

  it('is dialled by pods from low ports, from chosen ones below and above the kernel’s range, and from the kernel’s own, by nodes from those alone', async () => {
    const { pods, nodes } = makeWorld({});
    const { sourcePort } = overPorts(
      { ports: new Map() },
      await exchange({ from: [], to: [], pairs: everyPair, families: ['IPv4'] }),
    );
    const way = { to: destinationOf(pods[2]!), protocol: 'TCP', family: 'IPv4' } as const;
    const [first, second] = pods.map((from) => Array.from({ length: 400 }, () => sourcePort({ ...way, from })));
    for (const ports of [first!, second!]) {
      const within = (least: number, most: number) => ports.filter((port) => port >= least && port <= most);
      expect(ports.filter((port) => port === 0)).to.have.length(100);
      for (const range of [within(600, 1_022), within(2_000, 26_000), within(61_001, 65_534)])
        // None twice: a flow from a port that was used a moment ago may meet what that left behind.
        expect(new Set(range)).to.have.property('size', 100);
    }
    expect(Array.from({ length: 8 }, () => sourcePort({ ...way, from: nodes[0]! }))).to.deep.equal(Array(8).fill(0));
  });

  it('is dialled in a share by pairs that fail on their one ordinary port', async () => {
    const { dials, pods } = await spread({
      network: (_dial, { to }) =>
        to.pod === 'pod-a-of-node-1' ? { outcome: 'timeout', answered: 0, views: [] } : null,
    });
    const [dead] = pods;
    const towards = dials.filter(({ to }) => to.id === dead?.uid);
    expect(towards.length)
      .to.be.above(0)
      .and.below((pods.length - 1) * 10);
  });

  it('gives way to the neighbour of a port that is taken', async () => {
    const { listen, pods } = await spread({ nodes: 1, taken: [36_000, 36_001, 65_535] });
    const ports = listen.ports.get(pods[0]?.uid ?? '') ?? [];
    expect(ports).to.include.members([36_002, 65_534]).and.not.include.members([36_000]);
    expect(ports).to.have.length(portSpread.length);
    expect(listen.facts.inconclusive).to.equal(null);
  });

  it('is inconclusive when a pod can’t listen', async () => {
    const broken = { whole: false, reason: 'the stream closed', records: [] } as const;
    const { listen } = await spread({
      nodes: 1,
      reply: (_probe, body) => (body.kind === 'listen' ? { ...broken, records: [] } : null),
    });
    expect(listen.facts.inconclusive).to.match(/node-1\/pod-a can't be asked to listen: the stream closed/);
  });
});
