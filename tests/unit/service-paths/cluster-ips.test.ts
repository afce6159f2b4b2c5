/** The act of traffic through ClusterIPs: what is made, waited for and dialled. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { everyBackendReached, servicesKnown } from '../../../lib/facts/services/backends-reached.ts';
import { heldFlows, holdFlows } from '../../../lib/mesh/held/hold.ts';
import {
  heldThroughClusterIPs,
  throughClusterIPs,
  type ThroughClusterIPs,
} from '../../../lib/service-paths/cluster-ips.ts';
import { silence } from '../mesh/make-believe-service.ts';
import { placesFor } from '../../../lib/service-paths/further/places.ts';
import { makeSession, type DialledService, type MakeBelieve, type Proxied } from './make-believe-session.ts';

type Tried = ThroughClusterIPs & Pick<MakeBelieve, 'wanted'>;

async function dialThrough(proxied?: Proxied): Promise<Tried> {
  const { session, wanted } = makeSession(proxied);
  const [found, again] = await Promise.all([throughClusterIPs(session), throughClusterIPs(session)]);
  expect(again).to.equal(found);
  return { ...found, wanted };
}

const seenOf = (tried: Tried): string[] =>
  everyBackendReached(tried.others, tried.shared).violations.map(({ evidence }) => evidence);

/** Services are known so long after they are first dialled to whom that is meant for. */
const lateBy = (ms: number, isMeant: (about: DialledService) => boolean): Proxied => {
  let since: number | null = null;
  return (about) => {
    since ??= performance.now();
    return isMeant(about) && performance.now() - since < ms ? null : undefined;
  };
};

describe('dials through ClusterIPs', () => {
  it('go to a Service of each pod, and to a common one, once in a run', async () => {
    const { wanted, others, fromPods, selves, awaited, single } = await dialThrough();
    expect(wanted.map(({ name }) => name)).to.have.members([
      'host-network-of-node-1',
      'host-network-of-node-2',
      'pod-a-of-node-1',
      'pod-b-of-node-1',
      'pod-a-of-node-2',
      'pod-b-of-node-2',
      'pods-of-many-nodes',
    ]);
    expect(wanted.every(({ type }) => type === 'ClusterIP')).to.equal(true);
    // 6 probes to 4 pods without themselves, and 4 probes ten times to both pods that are behind the common one.
    expect(others.dialled).to.have.length(2 * (6 * 4 - 4 + 4 * 10));
    expect(others.dialled.every(({ record }) => record?.outcome === 'delivered')).to.equal(true);
    expect(awaited.silent).to.deep.equal([]);
    expect(single).to.have.length(4);
    expect(fromPods.dialled.every(({ from }) => from.kind === 'pod')).to.equal(true);
    expect(selves.dialled.map(({ from, to }) => [...to.mayAnswer].join() === from.uid)).to.deep.equal(
      Array(8).fill(true),
    );
  });

  it('are waited for until every node knows the Services, and how long that took is said', async () => {
    const tried = await dialThrough(lateBy(500, ({ from }) => from === 'node-2'));
    const { awaited, others } = tried;
    expect(awaited.afterMs).to.be.within(300, 10_000);
    expect(others.dialled.every(({ record }) => record?.outcome === 'delivered')).to.equal(true);
    expect(servicesKnown(awaited, { services: 5, withoutService: 0, withinMs: 10_000 }).seen).to.match(
      /^5 new Services were known to every node after \d\.\d\d s$/,
    );
  });

  it('are waited for by each node itself, too: where pods have a translator of their own, kube-proxy may be later', async () => {
    const { awaited } = await dialThrough(lateBy(500, ({ by }) => by === 'node'));
    expect(awaited.afterMs).to.be.within(300, 10_000);
  });

  it('reach every pod behind the common Service; one that never answers is told', async () => {
    expect(seenOf(await dialThrough())).to.deep.equal([]);
    const missed = await dialThrough(({ service: { pods } }) => (pods.length > 1 ? 'pod-b-of-node-1' : undefined));
    expect(seenOf(missed)).to.deep.equal(
      ['TCP', 'UDP'].map(
        (protocol) =>
          `node-2/pod-b answered none of 40 dials to the Service pods-of-many-nodes by its ClusterIP over ${protocol} and IPv4, and others answered them all`,
      ),
    );
  });

  it('say nothing of a pod at whose address another one answers: those dials tell it themselves', async () => {
    const stolen = await dialThrough(({ service: { pods }, client: { uid } }) =>
      pods.length > 1 ? (uid.length % 2 === 0 ? 'pod-a-of-node-2' : 'pod-b-of-node-1') : undefined,
    );
    expect(stolen.others.dialled.some(({ record }) => record?.views[0]?.who.pod === 'pod-a-of-node-2')).to.equal(true);
    expect(seenOf(stolen)).to.deep.equal([]);
  });
});

describe('what is said of new Services', () => {
  it('names nodes that do not know them in time, and pods without one', async () => {
    const { others } = await dialThrough();
    const silent = others.dialled.filter(({ from }) => from.node === 'node-2').slice(0, 2);
    const { seen, measurements } = servicesKnown(
      { afterMs: 10_000, silent },
      { services: 5, withoutService: 7, withinMs: 10_000 },
    );
    expect(seen).to.equal(
      '2 paths through new Services did not answer within 10 s, from node-2; 7 more pods have no Service, because there are many',
    );
    expect(measurements).to.deep.equal([]);
  });

  it('go to the common Service only from where all its pods are reached at their own addresses', async () => {
    const { session } = makeSession(undefined, {
      network: (_dial, { from, to }) =>
        from.kind === 'node' && from.node === 'node-1' && to.kind === 'pod' && to.node === 'node-2' ? silence : null,
    });
    const { others, shared } = await throughClusterIPs(session);
    const clients = new Set(
      others.dialled.filter(({ to }) => to === shared).map(({ from }) => `${from.node}/${from.name}`),
    );
    expect([...clients]).to.deep.equal(['node-1/pod-a', 'node-2/pod-a', 'node-2/node']);
    expect(everyBackendReached(others, shared).violations).to.deep.equal([]);
  });

  it('leave flows open, to a pod of the own node and of the next, only where the run holds flows', async () => {
    const without = makeSession();
    expect(await heldThroughClusterIPs(without.session)).to.equal(null);
    await throughClusterIPs(without.session);
    expect(await heldThroughClusterIPs(without.session)).to.equal(null);

    const { session, dials } = makeSession();
    await session.once(heldFlows, async () => holdFlows(session));
    await throughClusterIPs(session);
    const held = await heldThroughClusterIPs(session);
    expect(held?.opened.dialled.map(({ from, to }) => [from.node, from.kind, to.node])).to.have.deep.members(
      ['node-1', 'node-2'].flatMap((from) =>
        ['pod', 'node'].flatMap((kind) =>
          ['node-1', 'node-2'].flatMap((to) => Array.from({ length: 4 }, () => [from, kind, to])),
        ),
      ),
    );
    expect(dials.filter(({ hold }) => hold)).to.have.length(32);
  });

  it('leave no flows open to pods that leave another Service meanwhile, where there are others', async () => {
    const { session } = makeSession(undefined, { nodes: 3 });
    const { one, other } = placesFor(session).moving;
    await session.once(heldFlows, async () => holdFlows(session));
    await throughClusterIPs(session);
    const held = await heldThroughClusterIPs(session);
    const dialled = held?.opened.dialled ?? [];
    // One pod of each node and the node itself, each with its own node and the next, two flows over each of two protocols.
    expect(dialled).to.have.length(3 * 2 * 2 * 2 * 2);
    expect(dialled.some(({ to }) => to.mayAnswer.has(one.uid) || to.mayAnswer.has(other.uid))).to.equal(false);
  });
});
