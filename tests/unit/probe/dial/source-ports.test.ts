import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { quietPort, startAgent, type TestAgent } from '../agents.ts';

describe('a range of source ports', () => {
  let agent: TestAgent;
  const from = quietPort() + 10;
  const sourcePorts = { from, to: from + 2 };

  before(async function () {
    this.timeout(60_000);
    agent = await startAgent('agent');
  });
  after(() => agent.stop());

  for (const protocol of ['TCP', 'UDP'] as const)
    it(`is gone through in turn: ${protocol}`, async () => {
      const { port } = agent;
      const used: (number | undefined)[] = [];
      for (let n = 0; n < 3; n += 1) {
        const [record] = await agent.dial({ protocol, port, sourcePorts });
        expect(record).to.include({ outcome: 'delivered' });
        used.push(record?.local?.port);
      }
      expect(new Set(used)).to.deep.equal(new Set([from, from + 1, from + 2]));
    });

  it('is not insisted upon: more flows than ports are held, and all are delivered', async () => {
    const { port } = agent;
    const dials = Array.from({ length: 5 }, (_, n) => ({ port, sourcePorts, hold: true, nonce: `held-${n}` }));
    const records = await agent.dial(...dials);
    expect(records.map(({ outcome }) => outcome)).to.deep.equal(Array.from({ length: 5 }, () => 'delivered'));
  });

  it('gives each flow of a dial a port, but for the one that has its own', async () => {
    const { port } = agent;
    const own = quietPort() + 20;
    const [record] = await agent.dial({ port, flows: 3, sourcePort: own, sourcePorts: { from: own + 1, to: own + 2 } });
    expect(record).to.include({ outcome: 'delivered', answered: 3 });
  });

  it('must be one', async () => {
    const [record] = await agent.dial({ sourcePorts: { from: 2, to: 1 } });
    expect(record).to.include({ outcome: 'inconclusive', error: 'not a range of source ports' });
  });
});
