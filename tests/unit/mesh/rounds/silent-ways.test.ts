import { expect } from 'chai';
import { describe, it } from 'mocha';
import { destinationOf } from '../../../../lib/mesh/destination.ts';
import type { PlannedDial } from '../../../../lib/mesh/dialled.ts';
import { SilentWays } from '../../../../lib/mesh/rounds/silent-ways.ts';
import { makeWorld } from '../world.ts';

const [from, , , to] = makeWorld({ nodes: 2 }).all;
const dial = (nonce: string, over: Partial<PlannedDial> = {}): PlannedDial => ({
  nonce,
  from: from!,
  to: destinationOf(to!),
  protocol: 'UDP',
  family: 'IPv4',
  address: '198.18.2.2',
  port: 8_080,
  ...over,
});
const next = dial('next');

describe('a way', () => {
  it('is silent once several dials have waited on it for long enough, and none was answered', () => {
    const ways = new SilentWays(1_000);
    for (const n of [1, 2, 3]) ways.sent(dial(`${n}`), 0);
    expect(ways.isSilent(next, 5_000)).to.equal(false);
    ways.sent(dial('4', { port: 53 }), 500);
    expect(ways.isSilent(next, 1_400)).to.equal(false);
    expect(ways.isSilent(next, 1_500)).to.equal(true);
    expect(ways.isSilent(dial('tcp', { protocol: 'TCP' }), 1_500)).to.equal(false);
  });

  it('stays so when they time out, and is silent no more with the first answer, of whatever kind', () => {
    for (const outcome of ['delivered', 'refused'] as const) {
      const ways = new SilentWays(1_000);
      for (const n of [1, 2, 3, 4, 5]) ways.sent(dial(`${n}`), 0);
      ways.ended(dial('1'), { outcome: 'timeout' });
      expect(ways.isSilent(next, 1_000)).to.equal(true);
      ways.ended(dial('2'), { outcome });
      expect(ways.isSilent(next, 9_000)).to.equal(false);
    }
  });
});
