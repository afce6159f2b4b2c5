/** Flows of many datagrams that come to an end on their way, or lose some. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DialRecord } from '../../../lib/conversations/dial.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { acrossNodes } from '../../../lib/mesh/pairs.ts';
import { lastingTimes } from '../../../lib/mesh/times.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import { delivered } from '../../../lib/verdict/oracle/expectation.ts';
import { judgeDial } from '../../../lib/verdict/oracle/problems.ts';
import { makeWorld } from './world.ts';

/** What becomes of a flow of so many datagrams: the first round's, then the calm one's. */
type Becomes = (sent: number, isFirst: boolean) => Partial<DialRecord> | null;

/** From node-1 to node-2, one dial. */
async function lasting(becomes: Becomes) {
  const flows: { datagrams: number; sourcePort: number; flows: number }[] = [];
  const world = makeWorld({
    nodes: 2,
    network: ({ datagrams = 1, sourcePort = 0, flows: n = 1 }) => {
      flows.push({ datagrams, sourcePort, flows: n });
      return becomes(datagrams, flows.length === 1);
    },
  });
  const [from, , to] = world.pods;
  const traffic = createTraffic({ pace: unlimitedPace });
  const plan = {
    from: [from!],
    to: [to!],
    pairs: acrossNodes,
    families: ['IPv4' as const],
    protocols: ['UDP' as const],
  };
  const { dialled } = await exchange({ ...plan, lasting: true, times: lastingTimes }, { traffic });
  const [dial] = dialled;
  return { flows, dial: dial!, ...judgeDial(dial!, delivered), traffic };
}

/** Of the first so many each is answered but these. */
const after = (count: number, lost = 0): Partial<DialRecord> => ({
  answered: count - lost,
  cutOff: { flows: 1, fewest: count, most: count, lost },
});

describe('a flow of many datagrams', () => {
  it('is dialled once where all arrives, or where some is lost at random: that is for others to judge', async () => {
    for (const becomes of [() => null, (sent: number) => after(sent - 1, 3), (sent: number) => after(sent - 15, 10)]) {
      const { flows, problems, dial } = await lasting(becomes);
      expect(problems).to.deep.equal([]);
      expect(dial.cutOffAfter).to.equal(undefined);
      expect(flows).to.have.length(1);
    }
  });

  it('is cut off where a new one ends after as many, whatever was lost by the way', async () => {
    for (const becomes of [() => after(30), (_sent: number, isFirst: boolean) => after(isFirst ? 30 : 29, 2)]) {
      const { flows, problems, dial, detail } = await lasting(becomes);
      expect(problems).to.deep.equal(['cut off']);
      expect(dial.cutOffAfter).to.equal(30);
      expect(detail).to.include('the first 30 datagrams of a flow got through, and none after');
      expect(flows.map(({ sourcePort }) => sourcePort)).to.deep.equal([0, 0]);
      expect(flows.map((one) => one.flows)).to.deep.equal([1, 1]);
      expect(flows[1]?.datagrams).to.be.above(80);
    }
  });

  it('is no such thing where a new one is whole, or ends elsewhere', async () => {
    const busy = await lasting((_sent, isFirst) => (isFirst ? after(30) : null));
    expect(busy.problems).to.deep.equal([]);
    expect(busy.dial.onlyUnderLoad).to.equal(true);
    const elsewhere = await lasting((_sent, isFirst) => after(isFirst ? 20 : 60));
    expect(elsewhere.problems).to.deep.equal(['loss']);
  });

  it('is lossy or dead, and not cut off, where a new one is', async () => {
    const lossy = await lasting((sent, isFirst) => (isFirst ? after(30) : after(sent, 30)));
    expect(lossy.problems).to.deep.equal(['loss']);
    const few = await lasting((_sent, isFirst) => (isFirst ? { answered: 10 } : null));
    expect(few.flows).to.have.length(1);
    const dead = await lasting((_sent, isFirst) =>
      isFirst ? after(30) : { outcome: 'timeout', answered: 0, views: [] },
    );
    expect(dead.problems).to.deep.equal(['loss']);
    // As any that gets nothing through: a few packets, then many flows, the first from its own port.
    const { flows } = await lasting((_sent, isFirst) =>
      isFirst ? { outcome: 'timeout', answered: 0, views: [] } : null,
    );
    expect(flows.map((one) => one.flows)).to.deep.equal([1, 8, 10]);
    expect(flows[2]?.sourcePort).to.equal(50_000);
  });
});
