/** Which Services are made, and who dials them: bounded, and fair, however large the cluster. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Probe } from '../../../lib/cluster/model.ts';
import { throughService, type Destination } from '../../../lib/mesh/destination.ts';
import { chooseBackends, dialledBy } from '../../../lib/service-paths/who-dials.ts';
import { makeWorld } from '../mesh/world.ts';

const over = (name: string, backends: readonly Probe[]): Destination =>
  throughService(
    { service: name, kind: 'ClusterIP', node: null },
    { addresses: { IPv4: '198.19.0.1' }, ports: { TCP: 80 }, backends },
  );

const servicesOf = (pods: readonly Probe[]): { single: Destination[]; shared: Destination } => {
  const { own, together } = chooseBackends(pods);
  return { single: own.map((pod) => over(pod.pod, [pod])), shared: over('all', together) };
};

describe('Services of a small cluster', () => {
  const { pods, nodes } = makeWorld({ nodes: 3 });
  const clients = [...pods, ...nodes];
  const { single, shared } = servicesOf(pods);
  const dials = dialledBy(clients, { single, shared });

  it('have every pod behind one each, and one pod of each node behind a common one', () => {
    expect(single.flatMap(({ responders }) => responders)).to.deep.equal(pods);
    expect(shared.responders.map(({ node }) => node)).to.deep.equal(['node-1', 'node-2', 'node-3']);
  });

  it('are dialled by all, by a pod its own, too; but by nobody the common one who is behind it', () => {
    for (const client of clients)
      expect(single.filter((to) => dials(client, to)).map(({ responders }) => responders[0]!)).to.deep.equal(pods);
    expect(clients.filter((client) => dials(client, shared))).to.deep.equal(
      clients.filter((client) => !shared.mayAnswer.has(client.uid)),
    );
  });

  it('are dialled on one node, too', () => {
    const alone = makeWorld({ nodes: 1 });
    const services = servicesOf(alone.pods);
    const rule = dialledBy(alone.all, services);
    expect(alone.all.map((client) => services.single.filter((to) => rule(client, to)).length)).to.deep.equal([2, 2, 2]);
  });
});

describe('Services of a large cluster', () => {
  const { pods, nodes, all } = makeWorld({ nodes: 120 });
  const { single, shared } = servicesOf(pods);
  const dials = dialledBy([...pods, ...nodes], { single, shared });

  it('are one for each node', () => {
    expect(new Set(single.map(({ node }) => node))).to.have.property('size', 120);
    expect(single).to.have.length(120);
    expect(new Set(shared.responders.map(({ node }) => node))).to.have.property('size', 50);
  });

  it('are dialled by each probe on its own node and on six others, and each as often as any other', () => {
    const counts = new Map<Destination, number>();
    for (const client of all) {
      const mine = single.filter((to) => dials(client, to));
      expect(mine.filter(({ node }) => node !== client.node)).to.have.length(6);
      expect(mine.filter(({ node }) => node === client.node)).to.have.length(1);
      for (const to of mine) counts.set(to, (counts.get(to) ?? 0) + 1);
    }
    expect(Math.min(...counts.values())).to.be.greaterThan(Math.max(...counts.values()) / 3);
  });

  it('with pods on the host network are dialled on its own node and on two others', () => {
    const hosts = nodes.map((node) => over(`host-network-of-${node.node}`, [node]));
    const rule = dialledBy([...pods, ...nodes], { single, shared, hosts });
    const counts = new Map<Destination, number>();
    for (const client of all) {
      const mine = hosts.filter((to) => rule(client, to));
      expect(mine.filter(({ node }) => node !== client.node)).to.have.length(2);
      // A node itself as well.
      expect(mine.filter(({ node }) => node === client.node)).to.have.length(1);
      for (const to of mine) counts.set(to, (counts.get(to) ?? 0) + 1);
    }
    expect(Math.max(...counts.values())).to.be.lessThan(3 * Math.min(...counts.values()));
  });
});
