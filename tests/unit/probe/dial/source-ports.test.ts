import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { newPortTurns, nextPort } from '../../../../lib/probe/dial/source-ports.ts';
import { quietPort, startAgent, type TestAgent } from '../agents.ts';

describe('source ports', () => {
  for (const range of [
    { from: 32_768, to: 60_999 },
    { from: 1_025, to: 65_535 },
  ])
    it(`of ${range.from} to ${range.to} are of two kinds, each gone through before one comes again`, () => {
      const turns = newPortTurns(range);
      const count = Math.floor((range.to - range.from) / 2);
      const [direct, apart] = (['direct', 'apart'] as const).map((kind) =>
        Array.from({ length: count }, () => nextPort(kind, turns)),
      );
      const all = [...direct!, ...apart!];
      expect(new Set(all).size).to.equal(2 * count);
      expect(Math.min(...all)).to.be.at.least(range.from);
      expect(Math.max(...all)).to.be.at.most(range.to);
      expect(direct!.every((port) => port % 2 === range.from % 2)).to.equal(true);
    });

  it('of few are used again', () => {
    const turns = newPortTurns({ from: 10, to: 13 });
    const ports = Array.from({ length: 6 }, () => nextPort('apart', turns));
    expect(new Set(ports)).to.deep.equal(new Set([11, 13]));
  });
});

describe('a dial', () => {
  let agent: TestAgent;
  before(async function () {
    this.timeout(60_000);
    agent = await startAgent('agent');
  });
  after(() => agent.stop());

  const portsOf = async (protocol: 'TCP' | 'UDP', more: { apart?: true }): Promise<number[]> => {
    const dials = Array.from({ length: 20 }, (_, n) => ({
      protocol,
      port: agent.port,
      ...more,
      nonce: `${protocol}-${more.apart}-${n}`,
    }));
    const records = await agent.dial(...dials);
    expect(records.map(({ outcome }) => outcome)).to.deep.equal(Array.from({ length: 20 }, () => 'delivered'));
    return records.flatMap(({ local }) => local?.port ?? []);
  };

  for (const protocol of ['TCP', 'UDP'] as const)
    it(`that is apart comes from no port of one that is not: ${protocol}`, async () => {
      const [direct, apart] = [await portsOf(protocol, {}), await portsOf(protocol, { apart: true })];
      expect(new Set(direct.map((port) => port % 2)).size).to.equal(1);
      expect(new Set([...direct, ...apart].map((port) => port % 2)).size).to.equal(2);
      expect(new Set(apart.map((port) => port % 2)).size).to.equal(1);
    });

  it('gives each of its flows a port, but for the one that has its own', async () => {
    const [record] = await agent.dial({ port: agent.port, flows: 3, sourcePort: quietPort() + 20, apart: true });
    expect(record).to.include({ outcome: 'delivered', answered: 3 });
  });
});
