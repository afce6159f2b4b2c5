import { expect } from 'chai';
import { describe, it } from 'mocha';
import { exchange } from '../../../../lib/mesh/exchange.ts';
import { throughService } from '../../../../lib/mesh/destination.ts';
import { idOf, type Exchanged } from '../../../../lib/mesh/dialled.ts';
import { unlimitedPace } from '../../../../lib/mesh/pace/pace.ts';
import type { ExchangePlan } from '../../../../lib/mesh/plan.ts';
import { createTraffic } from '../../../../lib/mesh/traffic.ts';
import { acrossNodes, everyPair } from '../../../../lib/mesh/pairs.ts';
import { clause } from '../../../../lib/verdict/clause.ts';
import { createRun } from '../../../../lib/verdict/create-run.ts';
import { sourceAddressKept, untranslated } from '../../../../lib/verdict/oracle/expectation.ts';
import { judgeExchange } from '../../../../lib/verdict/oracle/judgement.ts';
import type { ClauseResult } from '../../../../lib/verdict/run.ts';
import { silence } from '../../mesh/make-believe-service.ts';
import { record } from '../../../../lib/verdict/recorder.ts';
import { newWitnesses, type Concern } from '../../../../lib/verdict/oracle/witnesses.ts';
import { clause as sampleResult } from '../../report/sample-runs.ts';
import { makeWorld, type Network } from '../../mesh/world.ts';

/** On one port pods of node-1 come under their node's address. */
const masquerade: Network = ({ address, port }, { from, to }) => {
  if (from.node !== 'node-1' || from.kind !== 'pod' || to.node === 'node-1' || port !== 80) return null;
  const who = to.hello.identity;
  return { views: [{ who, local: { address, port }, peer: { address: '198.18.1.4', port: 50_000 } }] };
};

const world = makeWorld({ network: masquerade });
const plan = { from: world.all, to: world.all, pairs: everyPair, families: ['IPv4' as const] };
const ordinary = await exchange(plan);
const onPort80 = await exchange({ ...plan, ports: () => [80] });
const concern: Concern = { from: 'pod', to: 'pod', where: 'across nodes', expectation: untranslated };
const kept = sampleResult({ verdict: 'pass', seen: '48 dials: 48 kept', edges: [] });

describe('what other clauses’ dials show', () => {
  it('breaks the promises that it bears on, and says how many of them', () => {
    const { see, heard } = newWitnesses();
    see(ordinary);
    expect(heard(kept, [concern])).to.equal(kept);
    see(onPort80);
    const broken = heard(kept, [concern]);
    expect(broken.verdict).to.equal('fail');
    expect(broken.seen).to.equal(
      '48 dials: 48 kept; of 96 dials of other clauses on such ways 16 source address translated',
    );
    expect(broken.edges.map(({ problems }) => problems)).to.deep.equal(
      Array.from({ length: 16 }, () => ['source address translated']),
    );
    expect(heard(kept, [{ from: 'pod', to: 'pod', expectation: sourceAddressKept }]).verdict).to.equal('fail');
  });

  it('is nothing to promises about other probes, nor to one that is not applicable', () => {
    const { see, heard } = newWitnesses();
    see(onPort80);
    expect(heard(kept, [{ ...concern, from: 'node' }])).to.equal(kept);
    expect(heard(kept, [{ ...concern, where: 'same node' }])).to.equal(kept);
    expect(heard(kept, [])).to.equal(kept);
    const idle = { ...kept, verdict: 'not applicable' as const };
    expect(heard(idle, [concern])).to.equal(idle);
  });

  it('through ClusterIPs bears on the promise that clients keep their address there, and on no other', () => {
    const through = (kind: 'ClusterIP' | 'NodePort'): Exchanged => ({
      ...onPort80,
      dialled: onPort80.dialled.map((dial) => {
        const { addresses, ports, responders } = dial.to;
        return {
          ...dial,
          to: throughService({ service: 'one', kind, node: null }, { addresses, ports, backends: responders }),
        };
      }),
    });
    const promise: Concern = { from: 'pod', to: 'pod', through: 'ClusterIPs', expectation: sourceAddressKept };
    const { see, heard } = newWitnesses();
    see(through('NodePort'));
    see(onPort80);
    expect(heard(kept, [promise])).to.equal(kept);
    see(through('ClusterIP'));
    // Two pods on each of three nodes dial each other, over both protocols. What they send to the nodes may be translated.
    expect(heard(kept, [promise]).seen).to.include(
      'of 60 dials of other clauses on such ways 16 source address translated',
    );
    expect(heard(kept, [concern]).edges).to.have.length(16);
  });

  it('is known to have passed where it was as large as a packet may be, and a recheck', async () => {
    const sizes = () => [{ bytes: 1_472, fragmented: false, mtu: 1_500, pathMtu: null }];
    const sound = makeWorld({});
    const all = { from: sound.all, to: sound.all, pairs: everyPair, families: ['IPv4' as const] };
    const { see, passed } = newWitnesses();
    see(await exchange({ ...all, recheck: true }));
    see(await exchange({ ...all, sizes }));
    expect(passed()).to.deep.equal([]);
    const { dialled } = await exchange({ ...all, sizes, recheck: true });
    see({ ...ordinary, dialled });
    expect(passed().map(({ id }) => id)).to.have.members(dialled.map(idOf));
    expect(passed()[0]).to.deep.include({ problems: [], recheck: true });
  });

  it('counts once, however often it is seen, and not again for the clause that made it', () => {
    const { see, heard } = newWitnesses();
    see(onPort80);
    see(onPort80);
    expect(heard(kept, [concern]).edges).to.have.length(16);
    const { edges } = judgeExchange(onPort80, untranslated);
    expect(heard({ ...kept, edges }, [concern]).edges).to.equal(edges);
  });
});

describe('a recheck', () => {
  const dead = makeWorld({
    network: (_dial, { from }) => (from.node === 'node-1' && from.kind === 'pod' ? silence : null),
  });
  const again = {
    from: dead.pods,
    to: dead.pods,
    pairs: everyPair,
    families: ['IPv4' as const],
    recheck: true as const,
  };
  const promise: Concern = { ...concern, delivery: true };
  const told = async (dialling: ExchangePlan, promises: readonly Concern[] = [promise]): Promise<ClauseResult> => {
    const { see, heard } = newWitnesses();
    see(await exchange(dialling));
    return heard(kept, promises);
  };

  it('has to be answered where that was promised, and is dialled once more at the end', async () => {
    const traffic = createTraffic({ pace: unlimitedPace });
    const { see, heard } = newWitnesses();
    see(await exchange(again, { traffic }));
    const { verdict, seen, edges } = heard(kept, [promise]);
    expect(verdict).to.equal('fail');
    // Two pods of node-1 to four others, over two protocols; all pairs across nodes are 24.
    expect(seen).to.equal('48 dials: 48 kept; of 48 dials of other clauses on such ways 16 timeout');
    expect(edges.every(({ recheck }) => recheck === true)).to.equal(true);
    const failing = new Set(traffic.found.failing.map(idOf));
    expect(edges.every(({ id }) => failing.has(id))).to.equal(true);
  });

  it('is nothing to a promise of translations alone, nor where it was dialled in another way', async () => {
    expect(await told(again, [concern])).to.equal(kept);
    const { recheck: _, ...usual } = again;
    const size = { bytes: 1_000, fragmented: false, mtu: null, pathMtu: null };
    const others: ExchangePlan[] = [
      usual,
      { ...again, ports: () => [80] },
      { ...again, sourcePort: () => 1_000 },
      { ...again, sizes: () => [size] },
      { ...again, hold: true },
      { ...again, under: { names: ['deny'], patienceMs: () => null } },
    ];
    for (const one of others) expect(await told(one)).to.equal(kept);
  }).timeout(30_000);

  it('is kept a thousand times of each kind and problem, which are told', async () => {
    const { see, heard } = newWitnesses();
    const { dialled } = await exchange(again);
    see({
      dialled: Array.from({ length: 100 }, () => dialled.map((dial) => ({ ...dial, rounds: [] }))).flat(),
    } as never);
    expect(heard(kept, [promise]).edges).to.have.length(1_000);
    expect(heard(kept, [promise]).seen).to.include('of 4800 dials of other clauses on such ways 1000 timeout');
  }).timeout(30_000);

  it('breaks a promise that was taken not to apply', async () => {
    const { see, heard } = newWitnesses();
    see(await exchange(again));
    expect(heard({ ...kept, verdict: 'not applicable', reason: 'one node' }, [promise])).to.include({
      verdict: 'fail',
      reason: null,
    });
  });
});

describe('a run', () => {
  it('holds a clause to dials that were made after it, and says that it changed', async () => {
    const run = createRun();
    run.openSession({ families: [], proxyModes: {}, missing: [] } as never);
    const body = async (): Promise<void> =>
      void record(
        judgeExchange(
          { ...ordinary, dialled: ordinary.dialled.filter(({ from, to }) => acrossNodes(from, to)) },
          untranslated,
        ),
      );
    const { verdict } = await run.check(
      clause({ id: 'a/b', level: 'MUST', promise: 'no NAT', concerns: [concern] }, body),
    );
    expect(verdict).to.equal('pass');
    expect(run.changed()).to.deep.equal([]);
    run.saw(onPort80);
    expect(run.changed().map(({ id, verdict: now }) => [id, now])).to.deep.equal([['a/b', 'fail']]);
    expect(run.recorded().results[0]?.edges.filter(({ problems }) => problems.length > 0)).to.have.length(16);
  });
});
