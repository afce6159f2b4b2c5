import { expect } from 'chai';
import { describe, it } from 'mocha';
import { setTimeout as pause } from 'node:timers/promises';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import { acrossNodes } from '../../../../lib/mesh/pairs.ts';
import { createTraffic } from '../../../../lib/mesh/traffic.ts';
import { makeWorld, type World } from '../world.ts';

describe('a responder whose word comes late', () => {
  it('is asked once more, for how long it stood still until then', async () => {
    const world = makeWorld({ nodes: 2, network: () => ({ outcome: 'timeout', answered: 0, views: [] }) });
    const [late, other] = world.nodes;
    if (late === undefined || other === undefined) throw new Error('no nodes');
    const { request } = late.channel;
    late.channel.request = async (body, options) => {
      if (body.kind === 'seen') await pause(1_200);
      return request(body, options);
    };
    const plan = { from: [late, other], to: [late, other], pairs: acrossNodes, families: ['IPv4' as const] };
    await exchange({ ...plan, protocols: ['UDP'] }, { traffic: createTraffic({ pace: unlimitedPace }) });
    expect(windowsOf(world, other.uid)).to.have.length(1);
    const [first, second, ...more] = windowsOf(world, late.uid);
    expect(more).to.deep.equal([]);
    expect((second ?? 0) - (first ?? 0)).to.be.at.least(1_190);
  });
});

/** How far back this responder was asked, each time. */
function windowsOf({ asked }: World, uid: string): number[] {
  return asked.flatMap(({ probe, body }) => (probe.uid === uid && body.kind === 'seen' ? [body.withinMs] : []));
}
