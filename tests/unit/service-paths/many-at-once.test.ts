/** Many connections at once through Services, and as many again where some took a second SYN. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { manyAtOnce } from '../../../lib/service-paths/many-at-once.ts';
import { makeSession } from './make-believe-session.ts';

describe('many connections at once', () => {
  it('are a hundred of each kind of path, each from one probe to one pod that is not itself', async () => {
    const { session, dials } = makeSession();
    const { dialled } = await manyAtOnce(session);
    const many = dials.filter(({ flows = 1 }) => flows > 1);
    // Pods and nodes, to their own node and to the next, from two nodes: fifty each.
    expect(many.map(({ flows, intervalMs = 0, protocol }) => [protocol, flows, intervalMs])).to.deep.equal(
      Array.from({ length: 8 }, () => ['TCP', 50, 0]),
    );
    expect(dialled.map(({ from, to }) => to.mayAnswer.has(from.uid))).to.deep.equal(Array(8).fill(false));
    expect(dialled.filter(({ from, to }) => from.node === to.node)).to.have.length(4);
  });

  it('are opened at once again where some took a second SYN: that decides', async () => {
    const { session, dials } = makeSession(({ dial: { flows = 1, nonce }, from }) => {
      if (flows === 1 || from !== 'node-1') return undefined;
      return { attempts: 60, answered: 50, lostSyns: nonce.endsWith('-again') ? 10 : 1, connectMs: 1_030 };
    });
    const { dialled } = await manyAtOnce(session);
    const again = dials.filter(({ nonce }) => nonce.endsWith('-again'));
    expect(again.map(({ flows, intervalMs }) => [flows, intervalMs])).to.deep.equal(
      Array.from({ length: 4 }, () => [50, 0]),
    );
    expect(dialled.filter(({ lossy }) => lossy).map(({ from }) => from.node)).to.deep.equal(Array(4).fill('node-1'));
  });
});
