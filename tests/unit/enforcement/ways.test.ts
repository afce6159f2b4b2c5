/** Who dials whom while policies stand: every node from every other one, or an even share. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { PlannedDial } from '../../../lib/mesh/dialled.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { planDials } from '../../../lib/mesh/plan.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { planOf, planWithNewcomers } from '../../../lib/enforcement/ways.ts';
import type { Probe } from '../../../lib/cluster/model.ts';
import type { Destination } from '../../../lib/mesh/destination.ts';
import { pairOf } from '../../../lib/mesh/pairs.ts';
import { byClusterIP } from '../../../lib/service-paths/destinations.ts';
import { makeWorld } from '../mesh/world.ts';

const otherPorts = [1_023, 8_090, 20_000, 36_000, 61_000];

/** One for each pod. */
function servicesOf(pods: readonly Probe[]): Destination[] {
  return pods.map((pod, n) => {
    const clusterIP = `198.19.0.${n}`;
    const made = { clusterIP, clusterIPs: { IPv4: clusterIP }, port: 8_080, nodePorts: { TCP: null, UDP: null } };
    const alike = pod.name === 'pod-b' ? { alike: [1_023, 61_000] } : {};
    return byClusterIP({ name: `of-${pod.pod}`, pods: [pod.pod], ...made }, [pod], alike);
  });
}

interface Turn {
  turn?: number;
  leftOut?: ReadonlySet<string>;
}

/** At pods' own addresses, and through Services. */
function plannedOn(
  nodes: number,
  { turn = 0, leftOut = new Set() }: Turn = {},
): {
  direct: PlannedDial[];
  through: PlannedDial[];
} {
  const { pods, nodes: hosts } = makeWorld({ nodes });
  const other = new Map(pods.map(({ uid }) => [uid, otherPorts]));
  const plan = planOf({ pods, guests: [], nodes: hosts, services: servicesOf(pods), leftOut, other, turn });
  const planned = planDials({ ...plan, families: ['IPv4'] }, createTraffic({ pace: unlimitedPace }));
  const { direct = [], through = [] } = Object.groupBy([...planned.values()].flat(), ({ to }) =>
    to.via === null ? 'direct' : 'through',
  );
  return { direct, through };
}

const dialsOn = (nodes: number, options: Turn = {}): PlannedDial[] => plannedOn(nodes, options).direct;

const betweenNodes = (dials: readonly PlannedDial[]): Set<string> =>
  new Set(dials.filter(({ from, to }) => from.node !== to.node).map(({ from, to }) => `${from.node} ${to.node}`));
const betweenPods = (dials: readonly PlannedDial[]): Set<string> =>
  new Set(dials.map(({ from, to }) => `${from.uid} ${to.id}`));

describe('dials under policies', () => {
  for (const nodes of [1, 2, 3, 5, 10])
    it(`go from every pod to every other one on ${nodes} nodes`, () => {
      const fromPods = dialsOn(nodes).filter(({ from }) => from.kind === 'pod');
      const pods = 2 * nodes;
      expect(betweenPods(fromPods).size).to.equal(pods * (pods - 1));
    });

  it('are made at another port as well on three nodes, and to nodes further away at one', () => {
    const ports = (nodes: number, from: string, to: string): number =>
      new Set(
        dialsOn(nodes)
          .filter((dial) => dial.from.kind === 'pod' && dial.from.node === from && dial.to.node === to)
          .map(({ port }) => otherPorts.includes(port)),
      ).size;
    expect([ports(3, 'node-1', 'node-1'), ports(3, 'node-1', 'node-2'), ports(3, 'node-3', 'node-2')]).to.deep.equal([
      2, 2, 2,
    ]);
    expect([ports(5, 'node-1', 'node-3'), ports(5, 'node-1', 'node-4'), ports(5, 'node-1', 'node-5')]).to.deep.equal([
      2, 1, 1,
    ]);
  });

  it('take turns at the other ports: each pod dials and is dialled at all of them, and no more than once', () => {
    const met = (nodes: number, turn: number, end: (dial: PlannedDial) => string): number[][] => {
      const dials = dialsOn(nodes, { turn }).filter(({ port, protocol }) => protocol === 'UDP' && port !== 8_080);
      const fromPods = dials.filter(({ from }) => from.kind === 'pod' && from.hello.port !== 0);
      return [...Map.groupBy(fromPods, end).values()].map((some) =>
        some
          .map(({ port }) => port)
          .filter((port) => otherPorts.includes(port))
          .toSorted((one, two) => one - two),
      );
    };
    for (const turn of [0, 7])
      for (const end of [({ from }: PlannedDial) => from.uid, ({ to }: PlannedDial) => to.id]) {
        for (const nodes of [1, 3, 5, 16])
          for (const ports of met(nodes, turn, end)) expect(ports, `${nodes} nodes`).to.deep.equal(otherPorts);
        for (const ports of met(2, turn, end)) expect(new Set(ports).size).to.equal(3);
      }
  });

  it('are as many for each node on more than ten, whichever of its pods is asked', () => {
    for (const nodes of [11, 16, 50]) {
      const dials = dialsOn(nodes, { turn: nodes - 3 });
      const pairs = [...betweenNodes(dials)].map((pair) => pair.split(' '));
      expect(pairs).to.have.length(9 * nodes);
      for (const end of [0, 1]) {
        const counts = [...Map.groupBy(pairs, (pair) => pair[end]).values()].map(({ length }) => length);
        expect(new Set(counts)).to.deep.equal(new Set([9]));
      }
      // Four pairs of pods for each pair of nodes.
      const across = dials.filter(({ from, to }) => from.node !== to.node);
      expect(betweenPods(across).size).to.equal(4 * 9 * nodes);
    }
  });

  it('leave no two nodes out from run to run', () => {
    const nodes = 16;
    const turns = Array.from({ length: nodes - 1 }, (_, turn) => betweenNodes(dialsOn(nodes, { turn })));
    expect(new Set(turns.flatMap((pairs) => [...pairs])).size).to.equal(nodes * (nodes - 1));
  });

  it('go between pods that come later and all others, likewise', () => {
    const { all, pods, nodes } = makeWorld({ nodes: 5, more: ['newcomer'] });
    const newcomers = all.filter(({ name }) => name === 'newcomer');
    const plan = planWithNewcomers(
      { pods, guests: [], nodes, services: [], leftOut: new Set(), other: new Map(), turn: 0 },
      newcomers,
    );
    const planned = planDials({ ...plan, families: ['IPv4'] }, createTraffic({ pace: unlimitedPace }));
    const dials = [...planned.values()].flat().filter(({ from }) => from.kind === 'pod');
    expect(betweenPods(dials).size).to.equal(15 * 14 - 10 * 9);
  });

  it('are made at all other ports to and from each pod that comes later', () => {
    for (const nodes of [1, 3, 5]) {
      const { all, pods, nodes: hosts } = makeWorld({ nodes, more: ['newcomer'] });
      const newcomers = all.filter(({ name }) => name === 'newcomer');
      const other = new Map(all.map(({ uid }) => [uid, otherPorts]));
      const ways = { pods, guests: [], nodes: hosts, services: [], leftOut: new Set<string>(), other, turn: 3 };
      const plan = planWithNewcomers(ways, newcomers);
      const planned = planDials({ ...plan, families: ['IPv4'] }, createTraffic({ pace: unlimitedPace }));
      const dials = [...planned.values()].flat();
      for (const { uid } of newcomers)
        for (const some of [dials.filter(({ to }) => to.id === uid), dials.filter(({ from }) => from.uid === uid)]) {
          const ports = new Set(some.map(({ port }) => port).filter((port) => otherPorts.includes(port)));
          expect(ports.size).to.equal(nodes === 1 ? 4 : 5);
          expect(some.length).to.be.below(60);
        }
    }
  });

  it('go through Services from one pod of each node, to pods of its own and of two others, as far as they are not left out', () => {
    for (const nodes of [1, 3, 11]) {
      const { through } = plannedOn(nodes);
      const clients = new Set(through.map(({ from }) => `${from.name} ${from.node}`));
      expect(clients.size, 'one of each node').to.equal(nodes);
      expect(new Set(through.map(({ from }) => from.name))).to.deep.equal(new Set(['pod-a']));
      // Not to itself; TCP and UDP, and on its own node at two ports more.
      expect(through).to.have.length(nodes * 2 * (2 * Math.min(nodes, 3) - 1 + 2));
      const more = through.filter(({ port }) => port !== 8_080);
      expect(new Set(more.map(({ port }) => port))).to.deep.equal(new Set([1_023, 61_000]));
      expect(more.every(({ from, to }) => from.node === to.node)).to.equal(true);
      const first = through.find(({ from, to }) => from.node !== to.node) ?? through[0];
      const fewer = plannedOn(nodes, { leftOut: new Set([pairOf(first!)]) }).through;
      expect(fewer).to.have.length(through.length - (nodes === 1 ? 6 : 2));
    }
  });
});
