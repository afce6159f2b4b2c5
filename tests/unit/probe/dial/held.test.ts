import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ResponderView } from '../../../../lib/conversations/dial.ts';
import { agentPair } from '../agent-pair.ts';
import { startAgent } from '../agents.ts';

describe('a held flow', function () {
  this.timeout(60_000);
  const pair = agentPair();

  for (const protocol of ['TCP', 'UDP'] as const)
    it(`stays open, and a later dial goes over it from the same port: ${protocol}`, async () => {
      const { port } = pair.responder;
      const [first] = await pair.dialler.dial({ protocol, port, nonce: `first-${protocol}`, hold: true });
      expect(first).to.include({ outcome: 'delivered' });
      expect(first).not.to.have.property('held');
      await new Promise((resolve) => setTimeout(resolve, 60));
      const [second] = await pair.dialler.dial({ protocol, port, over: `first-${protocol}` });
      expect(second).to.include({ outcome: 'delivered', answered: 1, error: null });
      expect(second?.local).to.deep.equal(first?.local);
      expect(second?.views[0]?.peer).to.deep.equal(first?.local);
      expect(second?.held?.idleMs).to.be.within(50, 30_000);
      expect(second?.held?.endedAfterMs).to.equal(null);
      const [third] = await pair.dialler.dial({ protocol, port, over: `first-${protocol}` });
      expect(third).to.include({ outcome: 'inconclusive', error: 'no such flow is held' });
    });

  for (const protocol of ['TCP', 'UDP'] as const) {
    const speak = async (nonce: string, view: ResponderView) =>
      pair.responder.request({ kind: 'speak', flows: [{ nonce, protocol, ...view }], datagrams: 3, intervalMs: 10 });

    it(`is asked over only once the responder has spoken: ${protocol}`, async () => {
      const { port } = pair.responder;
      const [open] = await pair.dialler.dial({ protocol, port, nonce: `open-${protocol}`, hold: true });
      const { records } = await speak(`open-${protocol}`, open!.views[0]!);
      expect(records.map(({ error }) => error)).to.deep.equal([null]);
      const over = { protocol, port, over: `open-${protocol}`, first: 'responder' } as const;
      const [second] = await pair.dialler.dial(over);
      expect(second).to.include({ outcome: 'delivered', answered: 1, error: null });
      expect(second?.held?.heard).to.equal(true);
      expect(second?.local).to.deep.equal(open?.local);
    });

    it(`is not, where that does not come: ${protocol}`, async () => {
      const { port } = pair.responder;
      await pair.dialler.dial({ protocol, port, nonce: `silent-${protocol}`, hold: true });
      const over = { protocol, port, over: `silent-${protocol}`, first: 'responder', timeoutMs: 200 } as const;
      const [second] = await pair.dialler.dial({ ...over, nonce: `unheard-${protocol}` });
      expect(second).to.include({ outcome: 'timeout', answered: 0, attempts: 1 });
      expect(second?.held?.heard).to.equal(false);
      const { records } = await pair.responder.request({ kind: 'seen', nonces: [`unheard-${protocol}`], withinMs: 0 });
      expect(records.filter(({ kind }) => kind === 'seen')).to.deep.equal([]);
    });
  }

  it('that a responder has no more is not spoken over', async () => {
    const ends = { local: { address: '127.0.0.1', port: 1 }, peer: { address: '127.0.0.1', port: 2 } };
    const flows = (['TCP', 'UDP'] as const).map((protocol) => ({ nonce: `gone-${protocol}`, protocol, ...ends }));
    const { records } = await pair.responder.request({ kind: 'speak', flows, datagrams: 1, intervalMs: 1 });
    expect(records.map(({ error }) => error)).to.deep.equal(['no such flow is open', 'no such flow is open']);
  });

  it('says when it was closed while it was idle', async () => {
    const other = await startAgent('other');
    const { port } = other;
    await pair.dialler.dial({ port, nonce: 'first-closed', hold: true });
    await other.stop();
    await new Promise((resolve) => setTimeout(resolve, 60));
    const [second] = await pair.dialler.dial({ port, over: 'first-closed' });
    expect(second).to.include({ outcome: 'reset', error: 'closed while it was idle' });
    expect(second?.held?.endedAfterMs).to.be.within(0, 30_000);
  });
});
