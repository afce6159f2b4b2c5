import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { startAgent, type TestAgent } from '../agents.ts';

describe('a held flow', function () {
  this.timeout(60_000);
  let [dialler, responder]: TestAgent[] = [];

  before(async () => {
    [dialler, responder] = await Promise.all([startAgent('dialler'), startAgent('responder')]);
  });
  after(async () => {
    await Promise.all([dialler?.stop(), responder?.stop()]);
  });

  for (const protocol of ['TCP', 'UDP'] as const)
    it(`stays open, and a later dial goes over it from the same port: ${protocol}`, async () => {
      const { port } = responder!;
      const [first] = await dialler!.dial({ protocol, port, nonce: `first-${protocol}`, hold: true });
      expect(first).to.include({ outcome: 'delivered' });
      expect(first).not.to.have.property('held');
      await new Promise((resolve) => setTimeout(resolve, 60));
      const [second] = await dialler!.dial({ protocol, port, over: `first-${protocol}` });
      expect(second).to.include({ outcome: 'delivered', answered: 1, error: null });
      expect(second?.local).to.deep.equal(first?.local);
      expect(second?.views[0]?.peer).to.deep.equal(first?.local);
      expect(second?.held?.idleMs).to.be.within(50, 30_000);
      expect(second?.held?.endedAfterMs).to.equal(null);
      const [third] = await dialler!.dial({ protocol, port, over: `first-${protocol}` });
      expect(third).to.include({ outcome: 'inconclusive', error: 'no such flow is held' });
    });

  it('says when it was closed while it was idle', async () => {
    const other = await startAgent('other');
    const { port } = other;
    await dialler!.dial({ port, nonce: 'first-closed', hold: true });
    await other.stop();
    await new Promise((resolve) => setTimeout(resolve, 60));
    const [second] = await dialler!.dial({ port, over: 'first-closed' });
    expect(second).to.include({ outcome: 'reset', error: 'closed while it was idle' });
    expect(second?.held?.endedAfterMs).to.be.within(0, 30_000);
  });
});
