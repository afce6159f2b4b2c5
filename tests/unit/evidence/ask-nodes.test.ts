/** Who is asked for routes once dials have failed, and for which. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Probe } from '../../../lib/cluster/model.ts';
import type { RequestBody } from '../../../lib/conversations/index.ts';
import { askNodes } from '../../../lib/evidence/ask-nodes.ts';
import { destinationOf, throughService } from '../../../lib/mesh/destination.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { everyPair } from '../../../lib/mesh/pairs.ts';
import { makeWorld, type World, type WorldOptions } from '../mesh/world.ts';

type Failing = Parameters<typeof askNodes>[0][number];

function failing(from: Probe, to: Probe): Failing {
  return { from, to: destinationOf(to), address: to.addresses.IPv4 ?? '', family: 'IPv4', record: null };
}

/** Every pod of the one node, and all pods of the other. */
function between({ pods }: World, one: string, other: string): Failing[] {
  const at = (node: string): Probe[] => pods.filter((pod) => pod.node === node);
  return at(one).flatMap((from) => at(other).map((to) => failing(from, to)));
}

const answering: WorldOptions['reply'] = ({ node }, body) =>
  body.kind === 'routes' ? { records: [{ kind: 'routes', routes: [], rules: [ruleOf(node)] }] } : null;
const ruleOf = (node: string) => ({ family: 'IPv4', priority: Number(node.slice('node-'.length)), table: 1 }) as const;

const requests = ({ asked }: World): Map<string, RequestBody<'routes'>> =>
  new Map(asked.flatMap(({ probe, body }) => (body.kind === 'routes' ? [[`${probe.node}/${probe.name}`, body]] : [])));

describe('the nodes that are asked once something has failed', () => {
  it('are those at both ends, for both ends, and two others, which show what is usual', async () => {
    const world = makeWorld({ nodes: 6, reply: answering });
    const found = await askNodes(between(world, 'node-2', 'node-5'), { nodes: world.nodes });
    const ends = ['198.18.5.2', '198.18.2.2', '198.18.2.3', '198.18.5.3'];
    expect([...requests(world).keys()]).to.deep.equal(['node-2', 'node-5', 'node-1', 'node-3'].map((n) => `${n}/node`));
    for (const { addresses } of requests(world).values()) expect(addresses).to.have.members(ends);
    expect(found).to.deep.equal(
      ['node-2', 'node-5', 'node-1', 'node-3'].map((node) => ({ node, routes: [], rules: [ruleOf(node)] })),
    );
  });

  it('are asked for the address that a node sent from, as with a tunnel; of pods for what the API says', async () => {
    const world = makeWorld({ reply: answering });
    const sentFrom = async (from: Probe): Promise<Failing> => {
      const [dial] = (await exchange({ from: [from], to: [world.pods[2]!], pairs: everyPair, families: ['IPv4'] }))
        .dialled;
      const record = dial?.record ?? null;
      return {
        ...failing(from, world.pods[2]!),
        record: record && { ...record, local: { address: '198.18.9.0', port: 1 } },
      };
    };
    const asked = async (dial: Failing): Promise<string[] | undefined> => {
      await askNodes([dial], { nodes: world.nodes });
      return requests(world).get('node-2/node')?.addresses;
    };
    expect(await asked(await sentFrom(world.nodes[0]!))).to.deep.equal(['198.18.2.2', '198.18.9.0']);
    expect(await asked(await sentFrom(world.pods[0]!))).to.deep.equal(['198.18.2.2', '198.18.1.2']);
  });

  it('are eight at most, those with most failing dials first, each asked once for 64 addresses at most', async () => {
    const world = makeWorld({ nodes: 40, reply: answering });
    const others = world.nodes.map(({ node }) => node).filter((node) => node !== 'node-7');
    const dials = others.flatMap((node) => between(world, node, 'node-7'));
    const found = await askNodes(dials, { nodes: world.nodes });
    expect(found).to.have.length(8);
    expect(world.asked).to.have.length(8);
    expect(found[0]?.node).to.equal('node-7');
    for (const { addresses } of requests(world).values()) expect(new Set(addresses).size).to.equal(64);
    const ofThird = requests(world).get('node-1/node')?.addresses.slice(0, 4);
    expect(ofThird).to.have.members(['198.18.1.2', '198.18.1.3', '198.18.7.2', '198.18.7.3']);
  });

  it('are none where nothing failed, or only dials through Services, or without host-network probes', async () => {
    const world = makeWorld({ reply: answering });
    const [from, to] = [world.pods[0]!, world.pods[2]!];
    const via = { service: 'one', kind: 'ClusterIP', node: null } as const;
    const service = throughService(via, { backends: [to], addresses: { IPv4: '198.19.0.1' }, ports: { TCP: 80 } });
    const through: Failing = { from, to: service, address: '198.19.0.1', family: 'IPv4', record: null };
    expect(await askNodes([], { nodes: world.nodes })).to.deep.equal([]);
    expect(await askNodes([through], { nodes: world.nodes })).to.deep.equal([]);
    expect(await askNodes([failing(from, to)], { nodes: [] })).to.deep.equal([]);
    expect(world.asked).to.deep.equal([]);
  });

  it('are left out where they do not answer', async () => {
    const reply: WorldOptions['reply'] = (probe, body, nth) =>
      probe.node === 'node-1'
        ? { whole: false, reason: 'no answer within 5 s', cause: 'deadline' }
        : (answering(probe, body, nth) ?? null);
    const world = makeWorld({ reply });
    const found = await askNodes(between(world, 'node-1', 'node-2'), { nodes: world.nodes });
    expect(found.map(({ node }) => node)).to.deep.equal(['node-2', 'node-3']);
  });
});
