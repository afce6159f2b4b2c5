/** The act of traffic through ClusterIPs: what is made, waited for and dialled. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { MadeService, WantedService } from '../../../lib/cluster/model.ts';
import type { Dial } from '../../../lib/conversations/dial.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { throughClusterIPs, type ThroughClusterIPs } from '../../../lib/service-paths/cluster-ips.ts';
import type { Session } from '../../../lib/verdict/session.ts';
import { newSharedWork } from '../../../lib/verdict/shared-work.ts';
import { everyBackendReached, servicesKnown } from '../../../lib/facts/backends-reached.ts';
import { silence } from '../mesh/make-believe-service.ts';
import { makeWorld, type World } from '../mesh/world.ts';

interface Tried extends ThroughClusterIPs {
  wanted: WantedService[];
  dials: Dial[];
}

/** Services of which `proxied` says which pod gets a dial; null: nobody, undefined: as it should be. */
async function dialThrough(
  proxied: (
    service: MadeService,
    about: { world: World; dial: Dial; from: string },
  ) => string | null | undefined = () => undefined,
): Promise<Tried> {
  const made = new Map<string, MadeService>();
  const wanted: WantedService[] = [];
  const dials: Dial[] = [];
  const turns = { TCP: 0, UDP: 0 };
  const world: World = makeWorld({
    nodes: 2,
    network: (dial, { from }) => {
      const service = made.get(dial.address);
      if (service === undefined) return null;
      dials.push(dial);
      const chosen = proxied(service, { world, dial, from: from.node });
      if (chosen === null) return silence;
      const name = chosen ?? service.pods[turns[dial.protocol]++ % service.pods.length];
      const to = world.pods.find(({ pod }) => pod === name)!;
      const local = { address: to.addresses.IPv4!, port: to.hello.port };
      return { views: [{ who: to.hello.identity, local, peer: { address: from.addresses.IPv4!, port: 50_000 } }] };
    },
  });
  const { pods, nodes, byAddress } = world;
  const traffic = createTraffic({ pace: unlimitedPace });
  const session = {
    ...newSharedWork(),
    pods,
    nodes,
    families: ['IPv4'],
    exchange: (plan: Parameters<Session['exchange']>[0]) => exchange({ ...plan, families: ['IPv4'] }, { traffic }),
    createServices: async (services: readonly WantedService[]) => {
      wanted.push(...services);
      return services.map(({ name, pods: behind }, n): MadeService => {
        const clusterIP = `198.19.0.${n + 1}`;
        const service = {
          name,
          pods: behind,
          clusterIP,
          clusterIPs: { IPv4: clusterIP },
          port: 8080,
          nodePorts: { TCP: null, UDP: null },
        };
        made.set(clusterIP, service);
        byAddress.set(clusterIP, pods[0]!);
        return service;
      });
    },
  } as unknown as Session;
  const [found, again] = await Promise.all([throughClusterIPs(session), throughClusterIPs(session)]);
  expect(again).to.equal(found);
  return { ...found, wanted, dials };
}

const seenOf = (tried: Tried): string[] =>
  everyBackendReached(tried.exchanged, tried.shared).violations.map(({ evidence }) => evidence);

describe('dials through ClusterIPs', () => {
  it('go to a Service of each pod, and to a common one, once in a run', async () => {
    const { wanted, exchanged, awaited, single } = await dialThrough();
    expect(wanted.map(({ name }) => name)).to.deep.equal([
      'pod-a-of-node-1',
      'pod-b-of-node-1',
      'pod-a-of-node-2',
      'pod-b-of-node-2',
      'pods-of-all-nodes',
    ]);
    expect(wanted.every(({ type }) => type === 'ClusterIP')).to.equal(true);
    // 6 probes to 4 pods without themselves, and 4 probes ten times to both pods that are behind the common one.
    expect(exchanged.dialled).to.have.length(2 * (6 * 4 - 4 + 4 * 10));
    expect(exchanged.dialled.every(({ record }) => record?.outcome === 'delivered')).to.equal(true);
    expect(awaited.silent).to.deep.equal([]);
    expect(single).to.have.length(4);
  });

  it('are waited for until every node knows the Services, and how long that took is said', async () => {
    const since = performance.now();
    const tried = await dialThrough((_, { from }) =>
      from === 'node-2' && performance.now() - since < 500 ? null : undefined,
    );
    const { awaited, exchanged } = tried;
    expect(awaited.afterMs).to.be.within(300, 3_000);
    expect(exchanged.dialled.every(({ record }) => record?.outcome === 'delivered')).to.equal(true);
    expect(servicesKnown(awaited, { services: 5, withoutService: 0, withinMs: 10_000 }).seen).to.match(
      /^5 new Services were known to every node after \d\.\d\d s$/,
    );
  });

  it('reach every pod behind the common Service; one that never answers is told', async () => {
    expect(seenOf(await dialThrough())).to.deep.equal([]);
    const missed = await dialThrough(({ pods }) => (pods.length > 1 ? 'pod-b-of-node-1' : undefined));
    expect(seenOf(missed)).to.deep.equal(
      ['TCP', 'UDP'].map(
        (protocol) =>
          `node-2/pod-b answered none of 40 dials to the Service pods-of-all-nodes by its ClusterIP over ${protocol} and IPv4, and others answered them all`,
      ),
    );
  });
});

describe('what is said of new Services', () => {
  it('names nodes that do not know them in time, and pods without one', async () => {
    const { exchanged } = await dialThrough();
    const silent = exchanged.dialled.filter(({ from }) => from.node === 'node-2').slice(0, 2);
    const { seen, measurements } = servicesKnown(
      { afterMs: 10_000, silent },
      { services: 5, withoutService: 7, withinMs: 10_000 },
    );
    expect(seen).to.equal(
      '2 paths through new Services did not answer within 10 s, from node-2; 7 more pods have none, since they are many',
    );
    expect(measurements).to.deep.equal([]);
  });
});
