import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Dialled } from '../../../../lib/mesh/dialled.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { acrossNodes } from '../../../../lib/mesh/pairs.ts';
import { makeWorld, type Network, type WorldOptions } from '../world.ts';

/** What comes from port 700 is lost; of several flows the first comes from there. `others`: ports of further dead flows. */
const dropped =
  (others: number[]): Network =>
  ({ preferredPort, sourcePort, flows = 1 }, { from }) => {
    const local = { address: from.addresses.IPv4 ?? '', port: 700 };
    if (preferredPort === 700) return { outcome: 'timeout', answered: 0, views: [], local };
    if (sourcePort !== 700) return null;
    const dead = 1 + others.length;
    return { attempts: flows + dead, answered: flows - dead, failed: 'timeout', failedPorts: [700, ...others] };
  };

async function dialled(network: Network, reply?: WorldOptions['reply']): Promise<Dialled> {
  const { pods } = makeWorld({
    nodes: 2,
    network,
    received: (nonce) => (nonce.endsWith('-again') ? 19 : 0),
    ...(reply === undefined ? {} : { reply }),
  });
  const [one, , other] = pods;
  const plan = { from: [one!], to: [other!], pairs: acrossNodes, families: ['IPv4' as const] };
  return (await exchange({ ...plan, protocols: ['TCP'], sourcePort: () => 700 })).dialled[0]!;
}

describe('a dial from a port that was chosen for it', () => {
  it('fails by itself where only that port gets nothing through, again', async () => {
    const { record, lossy, lostLeg, rounds } = await dialled(dropped([]));
    expect(record).to.deep.include({ outcome: 'timeout' });
    expect(record?.local?.port).to.equal(700);
    expect(lossy).to.equal(false);
    // The first, a few flows, and all of them.
    expect(rounds).to.have.length(3);
    // What its other flows brought says nothing of this one.
    expect(lostLeg).not.to.equal('reply');
  });

  it('is lossy where other ports get nothing through either: then it is not the port', async () => {
    const { record, lossy } = await dialled(dropped([40_001]));
    expect(record).to.deep.include({ outcome: 'delivered' });
    expect(lossy).to.equal(true);
  });

  it('fails likewise where the dialler or the responder had spoilt a round before', async () => {
    let asked = 0;
    const stall = { kind: 'stall', longestMs: 1_500, droppedDatagrams: 0 } as const;
    const spoiling: WorldOptions['reply'][] = [
      (_probe, body, nth) => (body.kind === 'dial' && nth === 0 ? { stallMs: 1_500 } : null),
      (_probe, body) => (body.kind === 'seen' && (asked += 1) === 1 ? { records: [stall] } : null),
    ];
    for (const reply of spoiling) {
      const { record, lossy, spoilt, rounds } = await dialled(dropped([]), reply);
      expect({ lossy, spoilt }).to.deep.equal({ lossy: false, spoilt: false });
      expect(rounds.filter(({ outcome }) => outcome === 'delivered').length).to.be.above(1);
      expect(rounds[0]).to.include({ outcome: 'inconclusive' });
      expect(record).to.include({ outcome: 'timeout', connectMs: null });
      expect(record?.local?.port).to.equal(700);
      expect(record?.views).to.deep.equal([]);
    }
  });

  it('says nothing after one round, and is none of its port where it is refused', async () => {
    const refusing: Network = (dial, ends) => {
      const record = dropped([])(dial, ends);
      return record?.failed === 'timeout' ? { ...record, failed: 'refused' } : record;
    };
    const onlyOnce = await dialled(dropped([]), (_probe, body, nth) =>
      body.kind === 'dial' && nth !== 1 ? { stallMs: 4_500 } : null,
    );
    expect(onlyOnce.inconclusive).to.be.a('string');
    const refused = await dialled(refusing, (_probe, body, nth) =>
      body.kind === 'dial' && nth === 0 ? { stallMs: 1_500 } : null,
    );
    expect(refused.record?.outcome).not.to.equal('timeout');
  });
});
