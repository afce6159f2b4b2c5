/** Refusals: neither load nor chance explains them. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Dial } from '../../../../lib/conversations/dial.ts';
import type { Dialled } from '../../../../lib/mesh/dialled.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import { acrossNodes } from '../../../../lib/mesh/pairs.ts';
import { askAtTheEnd } from '../../../../lib/mesh/rounds/at-the-end.ts';
import { isSound } from '../../../../lib/mesh/rounds/merge.ts';
import { defaultTimes, type ExchangeTimes } from '../../../../lib/mesh/times.ts';
import { createTraffic, type Traffic } from '../../../../lib/mesh/traffic.ts';
import { trafficNotes, trafficReport } from '../../../../lib/verdict/traffic-report.ts';
import { makeWorld, type Network } from '../world.ts';

const flowsOf = ({ flows = 1 }: Dial): number => flows;
const isAgain = ({ nonce }: Dial): boolean => nonce.endsWith('-again');
/** The first is refused, and so many of each later round. */
const refusing =
  (again: (flows: number) => number): Network =>
  (dial) => {
    const refused = isAgain(dial) ? again(flowsOf(dial)) : flowsOf(dial);
    if (refused === flowsOf(dial)) return { outcome: 'refused', answered: 0, views: [] };
    if (refused === 0) return null;
    return { attempts: flowsOf(dial), answered: flowsOf(dial) - refused, failed: 'refused', failedPorts: [40_001] };
  };

async function dialled(
  network: Network,
  times: Partial<ExchangeTimes> = {},
): Promise<{ dial: Dialled; traffic: Traffic }> {
  const { pods } = makeWorld({ nodes: 2, network });
  const traffic = createTraffic({ pace: unlimitedPace });
  const plan = { from: [pods[0]!], to: [pods[2]!], pairs: acrossNodes, families: ['IPv4' as const] };
  const { dialled: dials } = await exchange({ ...plan, protocols: ['TCP'], times }, { traffic });
  return { dial: dials[0]!, traffic };
}

describe('a connection that is refused', () => {
  it('and one of the twenty-eight after it, is refused at times: few of a hundred, and no loss', async () => {
    for (const flows of [8, 20]) {
      const { dial } = await dialled(refusing((many) => (many === flows ? 1 : 0)));
      expect(dial.record).to.include({ outcome: 'refused', attempts: 29, answered: 27 });
      expect(isSound(dial)).to.equal(false);
    }
  });

  it('once among those that are asked again, after something else, is none that is refused', async () => {
    const { dial } = await dialled((one, ends) => {
      if (!isAgain(one)) return { outcome: 'timeout', answered: 0, views: [] };
      return refusing((many) => (many === 8 ? 1 : 0))(one, ends);
    });
    expect(isSound(dial)).to.equal(true);
  });

  it('at times is no loss either where its first round was spoilt', async () => {
    const { dial } = await dialled((one) =>
      isAgain(one)
        ? { attempts: 34, answered: 32, failed: 'refused', failedPorts: [40_001, 40_002] }
        : { outcome: 'inconclusive', answered: 0, views: [], connectMs: null, error: 'busy' },
    );
    expect(dial).to.include({ lossy: false, attempts: 34, answered: 32 });
    expect(dial.record?.outcome).to.equal('refused');
    expect(dial.rounds.map(({ outcome }) => outcome)).to.deep.equal(['inconclusive', 'delivered']);
  });

  it('as one of many at first is told likewise', async () => {
    const many = { ...defaultTimes, connections: 36 };
    const { dial, traffic } = await dialled(
      (one) => (isAgain(one) ? null : { attempts: 36, answered: 34, failed: 'refused', failedPorts: [40_001, 40_002] }),
      many,
    );
    expect(isSound(dial)).to.equal(true);
    expect(trafficNotes(trafficReport(traffic)).join()).to.match(/^1 of 1 dials was refused or reset at first/);
  });

  it('and never again, is told, and not as the suite’s own load', async () => {
    const { dial, traffic } = await dialled(refusing(() => 0));
    expect(isSound(dial)).to.equal(true);
    const notes = trafficNotes(trafficReport(traffic)).join();
    expect(notes).to.match(/^1 of 1 dials was refused or reset at first, and not once when asked again \(/);
    expect(notes).not.to.include('own load');
  });

  it('is not gone at the end of the run because twenty-eight more are not refused', async () => {
    let isOver = false;
    const { dial, traffic } = await dialled((one, ends) =>
      isOver ? null : refusing((many) => (many === 20 ? 1 : 0))(one, ends),
    );
    isOver = true;
    expect(await askAtTheEnd([dial], traffic)).to.deep.equal(new Map());
    const { dial: dead, traffic: its } = await dialled((one, ends) =>
      isOver ? refusing((many) => many)(one, ends) : null,
    );
    isOver = true;
    const told = await askAtTheEnd([dead], its);
    expect([...told.values()].map(({ gone }) => gone)).to.deep.equal([false]);
  });
});
