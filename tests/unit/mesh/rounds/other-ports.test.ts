import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { SocketAddress } from '../../../../lib/conversations/basics.ts';
import type { Dial, DialRecord } from '../../../../lib/conversations/dial.ts';
import type { Probe } from '../../../../lib/cluster/model.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { untranslated } from '../../../../lib/verdict/oracle/expectation.ts';
import { judge } from '../../../../lib/verdict/oracle/oracle.ts';
import { makeWorld, type World } from '../world.ts';

const moved = 41_000;

/** The record of a dial that its responder saw come from there. */
function seenFrom(dial: Dial, { from, to, peer }: { from: Probe; to: Probe; peer: Partial<SocketAddress> }) {
  const local = { address: from.addresses.IPv4!, port: 50_000 };
  const view = {
    who: to.hello.identity,
    local: { address: dial.address, port: dial.port },
    peer: { ...local, ...peer },
  };
  return { local, views: [view] } satisfies Partial<DialRecord>;
}

/** What node-1 finds wrong with its dials to these, and how many dials asked from other ports. */
async function found(world: World, to: Probe[] = world.pods): Promise<{ problems: string[]; asked: number }> {
  const { dialled } = await exchange({
    from: world.nodes.slice(0, 1),
    to,
    pairs: (from, { id }) => from.uid !== id,
    families: ['IPv4'],
    protocols: ['UDP'],
  });
  const problems = dialled.flatMap((dial) => judge(dial, untranslated).edge.problems);
  const dials = world.asked.flatMap(({ body }) => (body.kind === 'dial' ? body.dials : []));
  return { problems, asked: dials.filter(({ nonce }) => nonce.endsWith('-ports')).length };
}

/** Whether a dial is the first one to pod-a of node-2. */
const isThere = ({ nonce }: Dial, to: Probe): boolean => to.pod === 'pod-a-of-node-2' && !nonce.endsWith('-ports');

describe('a source port that was changed on the way', () => {
  it('is no translation where many other ports are kept', async () => {
    const world = makeWorld({
      network: (dial, { from, to }) => (isThere(dial, to) ? seenFrom(dial, { from, to, peer: { port: moved } }) : null),
    });
    expect(await found(world)).to.deep.equal({ problems: [], asked: 1 });
  });

  it('is one where another port is changed there, too', async () => {
    const world = makeWorld({
      network: (dial, { from, to }) =>
        to.pod === 'pod-a-of-node-2' ? seenFrom(dial, { from, to, peer: { port: moved } }) : null,
    });
    expect(await found(world)).to.deep.equal({ problems: ['source port translated'], asked: 2 });
  });

  it('is none where one of forty others is changed, and none of forty more', async () => {
    let asked = 0;
    const world = makeWorld({
      network: (dial, { from, to }) => {
        const isOther = dial.nonce.endsWith('-ports');
        if (isOther) asked += 1;
        return isThere(dial, to) || (isOther && asked === 1)
          ? seenFrom(dial, { from, to, peer: { port: moved } })
          : null;
      },
    });
    expect(await found(world)).to.deep.equal({ problems: [], asked: 2 });
  });

  it('leaves it open where nobody answers the others', async () => {
    const world = makeWorld({
      network: (dial, { from, to }) => {
        if (isThere(dial, to)) return seenFrom(dial, { from, to, peer: { port: moved } });
        return dial.nonce.endsWith('-ports') ? { outcome: 'timeout', answered: 0, views: [] } : null;
      },
    });
    expect((await found(world)).problems).to.deep.equal(['inconclusive']);
  });

  it('is one, and not asked about, where most dials meet it', async () => {
    const world = makeWorld({
      network: (dial, { from, to }) =>
        to.node === 'node-1' || dial.nonce.endsWith('-ports')
          ? null
          : seenFrom(dial, { from, to, peer: { port: moved } }),
    });
    expect(await found(world)).to.deep.equal({ problems: Array(4).fill('source port translated'), asked: 0 });
  });

  it('is none on a way to a node, where every port towards pods of other nodes is changed', async () => {
    const world = makeWorld({
      network: (dial, { from, to }) => {
        const isChanged =
          to.kind === 'node' ? to.node === 'node-2' && !dial.nonce.endsWith('-ports') : to.node !== 'node-1';
        return isChanged ? seenFrom(dial, { from, to, peer: { port: moved } }) : null;
      },
    });
    expect(await found(world, world.all.slice(1))).to.deep.equal({
      problems: Array(4).fill('source port translated'),
      asked: 1,
    });
  });

  it('excuses no other address', async () => {
    const world = makeWorld({
      network: (dial, { from, to }) =>
        isThere(dial, to) ? seenFrom(dial, { from, to, peer: { address: '198.18.9.9', port: moved } }) : null,
    });
    expect(await found(world)).to.deep.equal({
      problems: ['source address translated', 'source port translated'],
      asked: 0,
    });
  });

  it('is one where others are masqueraded under another address', async () => {
    const world = makeWorld({
      network: (dial, { from, to }) => {
        if (to.pod !== 'pod-a-of-node-2') return null;
        const peer = dial.nonce.endsWith('-ports') ? { address: '198.18.9.9' } : { port: moved };
        return seenFrom(dial, { from, to, peer });
      },
    });
    expect((await found(world)).problems).to.deep.equal(['source port translated']);
  });

  it('leaves it open where the dialler can’t be asked again', async () => {
    const world = makeWorld({
      network: (dial, { from, to }) => (isThere(dial, to) ? seenFrom(dial, { from, to, peer: { port: moved } }) : null),
      reply: (_probe, body) =>
        body.kind === 'dial' && body.dials.some(({ nonce }) => nonce.endsWith('-ports'))
          ? { whole: false, reason: 'the stream broke', cause: 'stream lost', records: [] }
          : null,
    });
    expect(await found(world)).to.deep.equal({ problems: ['inconclusive'], asked: 2 });
  });
});
