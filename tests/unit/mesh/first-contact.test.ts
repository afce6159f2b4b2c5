import { expect } from 'chai';
import { describe, it } from 'mocha';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { meetFirst, onlyAtFirst } from '../../../lib/mesh/first-contact.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { acrossNodes } from '../../../lib/mesh/pairs.ts';
import type { ExchangePlan } from '../../../lib/mesh/plan.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { untranslated } from '../../../lib/verdict/oracle/expectation.ts';
import { judge } from '../../../lib/verdict/oracle/oracle.ts';
import { makeWorld, type Network } from './world.ts';

const silence = { outcome: 'timeout', answered: 0, views: [], firstAnswerMs: null } as const;

/** Nobody finds node-2 who has not heard of it. */
function hidden(): Network {
  const heard = new Set<string>();
  return (_dial, { from, to }) => {
    if (from.node === 'node-2') heard.add(to.node);
    return to.node === 'node-2' && !heard.has(from.node) ? { ...silence, views: [] } : null;
  };
}

async function contacts(nodes: number, network: Network = () => null) {
  const world = makeWorld({ nodes, network, received: () => 0 });
  const traffic = createTraffic({ pace: unlimitedPace });
  const run = async (plan: Omit<ExchangePlan, 'families'>) => exchange({ ...plan, families: ['IPv4'] }, { traffic });
  const first = await meetFirst({ nodes: world.nodes, exchange: run });
  const all = await run({ from: world.nodes, to: world.nodes, pairs: acrossNodes });
  return { first, all };
}

const pairs = ({ dialled }: Awaited<ReturnType<typeof contacts>>['first']): string[] => [
  ...new Set(dialled.map(({ from, to }) => `${from.node} ${to.node}`)),
];

describe('the first contact', () => {
  it('is of each node with one that does not dial it', async () => {
    expect(pairs((await contacts(3)).first)).to.deep.equal(['node-1 node-2', 'node-2 node-3', 'node-3 node-1']);
    expect(pairs((await contacts(2)).first)).to.deep.equal(['node-1 node-2']);
    expect((await contacts(1)).first).to.deep.include({
      dialled: [],
      nothingToDial: 'there are probes on one node only',
    });
  });

  it('shows a node that nobody finds, which a whole mesh would hide', async () => {
    const { first, all } = await contacts(3, hidden());
    const edges = onlyAtFirst(first, all).dialled.map((dial) => judge(dial, untranslated).edge);
    const broken = edges.filter(({ problems }) => problems.length > 0);
    expect(new Set(broken.map(({ to }) => to.node))).to.deep.equal(new Set(['node-2']));
    expect(new Set(broken.flatMap(({ problems }) => problems))).to.deep.equal(new Set(['no first contact']));
    expect(all.dialled.every(({ record }) => record?.outcome === 'delivered')).to.equal(true);
  });

  it('is not to blame where nothing passes later either', async () => {
    const { first, all } = await contacts(3, (_dial, { to }) =>
      to.node === 'node-2' ? { ...silence, views: [] } : null,
    );
    expect(onlyAtFirst(first, all).dialled.every(({ to }) => to.node !== 'node-2')).to.equal(true);
  });
});
