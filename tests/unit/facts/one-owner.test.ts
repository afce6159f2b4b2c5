import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { AddressOwner } from '../../../lib/cluster/model.ts';
import { ownersOf } from '../../../lib/facts/one-owner.ts';
import { judgeFacts } from '../../../lib/verdict/oracle/judgement.ts';
import { exchanged } from '../verdict/dials.ts';
import { makeWorld } from '../mesh/world.ts';
import { survey } from './surveys.ts';

const owner = (name: string, address: string, over: Partial<AddressOwner> = {}): AddressOwner => ({
  kind: 'pod',
  name,
  node: 'node-1',
  address,
  ...over,
});
const shared = async (owners: AddressOwner[]): Promise<string[]> =>
  (await ownersOf(survey({ owners }), [])).violations.map(({ evidence }) => evidence);

describe('an address', () => {
  it('may belong to one pod, and a pod may have two', async () => {
    expect(await shared([owner('a/x', '10.1.0.1'), owner('a/x', 'fd00::1'), owner('a/y', '10.1.0.2')])).to.deep.equal(
      [],
    );
  });

  it('may stand twice for one owner', async () => {
    expect(await shared([owner('a/x', '10.1.0.1'), owner('a/x', '10.1.0.1')])).to.deep.equal([]);
  });

  it('must not belong to two pods, however it is written', async () => {
    expect(await shared([owner('a/x', 'fd00::1'), owner('a/y', 'FD00:0::1', { node: 'node-2' })])).to.deep.equal([
      'fd00::1 belongs to pod a/x on node-1 and pod a/y on node-2',
    ]);
  });

  it('must not belong to a pod and a node', async () => {
    expect(await shared([owner('a/x', '10.1.0.1'), owner('node-1', '10.1.0.1', { kind: 'node' })])).to.have.length(1);
  });
});

describe('a node’s address', () => {
  const owners = [owner('node-1', '198.18.1.4', { kind: 'node' })];
  const carriedBy = async (name: string): Promise<string[]> => {
    const { nodes } = makeWorld({ nodes: 2 });
    const extra = { name, address: '198.18.1.4', family: 'IPv4', mtu: 1_500 } as const;
    nodes[1]!.hello.interfaces.push(extra);
    return (await ownersOf(survey({ owners }), [], nodes)).violations.map(({ evidence }) => evidence);
  };

  it('must not be on the interfaces of another node', async () => {
    expect(await carriedBy('eth0')).to.deep.equal([
      '198.18.1.4 belongs to node node-1, and node-2 carries it, too (on eth0)',
    ]);
  });

  it('may be a Service’s, which IPVS puts on every node', async () => {
    expect(await carriedBy('kube-ipvs0')).to.deep.equal([]);
  });
});

describe('owners', () => {
  it('are who answers', async () => {
    const found = await ownersOf(survey(), [await exchanged()]);
    expect(found.violations).to.deep.equal([]);
    expect(found.seen).to.equal('4 addresses in the API, 0 with two owners; 2 asked, 0 answered by another');
  });

  it('are not who answers instead of them', async () => {
    const who = { pod: 'intruder', node: 'node-2', uid: 'another', instance: 'x' };
    const found = await ownersOf(survey(), [await exchanged({ view: { who } })]);
    expect(found.violations.map(({ evidence }) => evidence)).to.include(
      '198.18.1.3 belongs to node-1/pod-b, but to node-1/pod-a it was node-2/intruder that answered there',
    );
    expect(judgeFacts(found).edges.map(({ outcome }) => outcome)).to.deep.equal(['wrong responder', 'wrong responder']);
  });

  it('are not strangers who speak another language', async () => {
    const found = await ownersOf(survey(), [
      await exchanged({ record: { outcome: 'wrong responder', views: [], answered: 0 } }),
    ]);
    expect(found.violations[0]?.evidence).to.match(/something that is no probe answered there/);
  });

  it('stay unknown where nobody answers', async () => {
    const silent = await exchanged({ record: { outcome: 'timeout', views: [], answered: 0 } });
    expect((await ownersOf(survey(), [silent])).inconclusive).to.match(/^nobody answered at 198\.18\.1\./);
  });

  it('are not judged by dials that nobody answered', async () => {
    const silent = await exchanged({ record: { outcome: 'timeout', views: [], answered: 0 } });
    const found = await ownersOf(survey(), [silent]);
    expect(found.violations).to.deep.equal([]);
    expect(judgeFacts(found).edges).to.deep.equal([]);
  });
});

describe('a double', () => {
  const doubled = [owner('a/x', '10.1.0.1'), owner('a/y', '10.1.0.1')];

  it('that is gone when one looks again is none', async () => {
    const refreshOwners = async () => doubled.slice(0, 1);
    const found = await ownersOf({ owners: doubled, refreshOwners }, [await exchanged()]);
    expect(found.violations).to.deep.equal([]);
  });

  it('of the run’s own pods is told, with the names that the API has for them', async () => {
    const found = await exchanged();
    const [first, second] = [...new Set(found.dialled.map(({ from }) => from))];
    if (first === undefined || second === undefined) throw new Error('two probes are needed');
    second.addresses = { ...first.addresses };
    const refreshOwners = async () => [owner('flatnet-x/a', '198.18.1.2'), owner('flatnet-x/b', '198.18.1.2')];
    const { violations } = await ownersOf({ owners: [], refreshOwners }, [found]);
    expect(violations.map(({ evidence }) => evidence)).to.deep.equal([
      '198.18.1.2 belongs to pod flatnet-x/a on node-1 and pod flatnet-x/b on node-1',
    ]);
  });

  it('that stays is told', async () => {
    const found = await ownersOf({ owners: doubled, refreshOwners: async () => doubled }, [await exchanged()]);
    expect(found.violations).to.have.length(1);
  });
});
