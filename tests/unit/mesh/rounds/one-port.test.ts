/** One flow that gets nothing through, where all others do. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { destinationOf } from '../../../../lib/mesh/destination.ts';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import { acrossNodes } from '../../../../lib/mesh/pairs.ts';
import { isSound } from '../../../../lib/mesh/rounds/merge.ts';
import { createTraffic, type Traffic } from '../../../../lib/mesh/traffic.ts';
import type { Dialled } from '../../../../lib/mesh/dialled.ts';
import { trafficNotes, trafficReport } from '../../../../lib/verdict/traffic-report.ts';
import { makeWorld, type Network } from '../world.ts';

const own = 40_001;
const isBeside = ({ nonce }: Parameters<Network>[0]): boolean => nonce.endsWith('-beside');

/** The first flow's port gets nothing through; `lost`: of those beside it. */
const dead =
  (lost = 0): Network =>
  (dial, { from }) => {
    const local = { address: from.addresses.IPv4 ?? '', port: own };
    const { flows = 1, datagrams = 1 } = dial;
    if (isBeside(dial)) return { attempts: datagrams, answered: datagrams - lost, failed: lost > 0 ? 'timeout' : null };
    if (dial.sourcePort !== own) return { outcome: 'timeout', answered: 0, views: [], local };
    const share = datagrams / flows;
    return { attempts: datagrams, answered: datagrams - share, failed: 'timeout', failedPorts: [own] };
  };

async function dialled(
  network: Network,
  count = 1,
  traffic = createTraffic({ pace: unlimitedPace }),
): Promise<{ dials: Dialled[]; traffic: Traffic }> {
  const { pods } = makeWorld({ nodes: 4, network });
  const [first, ...others] = pods;
  const to = others.filter(({ node }) => node !== first?.node).slice(0, count);
  const plan = { from: [first!], to, pairs: acrossNodes, families: ['IPv4' as const], protocols: ['UDP' as const] };
  return { dials: (await exchange(plan, { traffic })).dialled, traffic };
}

describe('a dial of which one source port gets nothing through', () => {
  it('is lossy as well once two were noted in a run', async () => {
    const traffic = createTraffic({ pace: unlimitedPace });
    const found: (true | undefined)[] = [];
    for (let n = 0; n < 3; n += 1) found.push((await dialled(dead(), 1, traffic)).dials[0]?.onePortDead);
    expect(found).to.deep.equal([true, true, undefined]);
  });

  it('is noted, and no loss, where forty others are answered', async () => {
    const { dials, traffic } = await dialled(dead());
    expect(dials.map(isSound)).to.deep.equal([true]);
    expect(dials[0]).to.include({ onePortDead: true, onlyUnderLoad: false });
    expect(dials[0]?.attempts).to.be.above(dials[0]?.answered ?? 0);
    const notes = trafficNotes(trafficReport(traffic));
    expect(notes.join()).to.match(
      /^1 of 1 dials got nothing through from its source port, twice, and all of 40 others did/,
    );
  });

  it('is lossy where one of these is lost as well, or where there are several such dials', async () => {
    const one = await dialled(dead(1));
    expect(one.dials[0]).to.include({ lossy: true });
    expect(one.dials[0]?.onePortDead).to.equal(undefined);
    const others = await dialled((dial, ends) => {
      const record = dead()(dial, ends);
      return record === null || isBeside(dial) || dial.sourcePort !== own ? record : { ...record, answered: 12 };
    });
    expect(others.dials[0]).to.include({ lossy: true });
    const several = await dialled(dead(), 3);
    expect(several.dials.map(({ lossy }) => lossy)).to.deep.equal([true, true, true]);
  });

  /** Through Services that nobody has rules for at first: the SYN is rejected, and its flow is silent afterwards. */
  const late: Network = (dial, { from }) => {
    const local = { address: from.addresses.IPv4 ?? '', port: own };
    const { flows = 1, datagrams = 1, protocol } = dial;
    if (isBeside(dial)) return null;
    if (dial.sourcePort !== own) return { outcome: 'unreachable', answered: 0, views: [], local };
    if (protocol === 'TCP') return { attempts: flows + 1, answered: flows - 1, failed: 'timeout', failedPorts: [own] };
    return { attempts: datagrams, answered: datagrams * (1 - 1 / flows), failed: 'timeout', failedPorts: [own] };
  };

  async function throughServices(ports: number[], protocol: 'TCP' | 'UDP', via = true): Promise<Dialled[]> {
    const { pods } = makeWorld({ nodes: 4, network: late });
    const service = { service: 'one', kind: 'ClusterIP', node: null } as const;
    const to = pods.map((pod) => ({ ...destinationOf(pod), ...(via ? { via: service } : {}) }));
    const plan = { from: [pods[0]!], to, pairs: acrossNodes, families: ['IPv4' as const], ports: () => ports };
    const traffic = createTraffic({ pace: unlimitedPace });
    return (await exchange({ ...plan, protocols: [protocol] }, { traffic })).dialled;
  }

  it('is none of two where its first SYN to a Service was rejected: it keeps what was decided then', async () => {
    const found = await throughServices([8_080], 'TCP');
    expect(found.length).to.be.above(2);
    expect(found.filter((dial) => !isSound(dial))).to.deep.equal([]);
    expect(found.every(({ onePortDead }) => onePortDead === true)).to.equal(true);
    for (const others of [await throughServices([8_080], 'UDP'), await throughServices([8_080], 'TCP', false)])
      expect(others.every(({ onePortDead, lossy }) => onePortDead === undefined && lossy)).to.equal(true);
  });

  it('stands for no other dial of its way where its first SYN to a Service was rejected', async () => {
    const found = await throughServices(
      Array.from({ length: 10 }, (_, n) => 9_000 + n),
      'TCP',
    );
    expect(found.length).to.be.above(50);
    expect(found.filter((dial) => !isSound(dial))).to.deep.equal([]);
  });
});
