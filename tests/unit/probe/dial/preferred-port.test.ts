import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { quietPort, startAgent, type TestAgent } from '../agents.ts';

describe('a preferred source port', function () {
  this.timeout(60_000);
  let agent: TestAgent;

  before(async () => {
    agent = await startAgent('agent');
  });
  after(() => agent.stop());

  for (const protocol of ['TCP', 'UDP'] as const)
    it(`is taken where it is free, and where it is not any other will do: ${protocol}`, async () => {
      const { port } = agent;
      const preferredPort = quietPort() + (protocol === 'TCP' ? 7 : 8);
      const [first] = await agent.dial({ protocol, port, preferredPort, nonce: `held-${protocol}`, hold: true });
      expect(first?.local?.port).to.equal(preferredPort);
      const [second] = await agent.dial({ protocol, port, preferredPort });
      expect(second).to.include({ outcome: 'delivered' });
      // Sockets of datagrams may share it: each is connected to its own target.
      if (protocol === 'TCP') expect(second?.local?.port).not.to.equal(preferredPort);
    });
});
