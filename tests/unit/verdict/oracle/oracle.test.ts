import { expect } from 'chai';
import { assert, ipV4, ipV6, property } from 'fast-check';
import { describe, it } from 'mocha';
import type { DialOutcome, DialRecord } from '../../../../lib/conversations/dial.ts';
import { sameAddress } from '../../../../lib/cluster/addresses.ts';
import type { Dialled } from '../../../../lib/mesh/dialled.ts';
import { delivered, portsKept, untranslated, type Expectation } from '../../../../lib/verdict/oracle/expectation.ts';
import { judge as judgeWhole } from '../../../../lib/verdict/oracle/oracle.ts';
import type { Edge, EdgeProblem } from '../../../../lib/verdict/run.ts';
import { aDial, type DialOptions } from '../dials.ts';

const promises = [delivered, portsKept, untranslated];
const judge = (dial: Dialled, expectation: Expectation): Edge => judgeWhole(dial, expectation).edge;
const problemsOf = async (options: DialOptions): Promise<EdgeProblem[][]> => {
  const dial = await aDial(options);
  return promises.map((promised) => judge(dial, promised).problems);
};
const unanswered = (outcome: DialOutcome): Partial<DialRecord> => ({ outcome, answered: 0, views: [], error: 'why' });

describe('the oracle', () => {
  for (const protocol of ['TCP', 'UDP'] as const)
    for (const family of ['IPv4', 'IPv6'] as const)
      it(`is content with an answer over ${protocol} and ${family} that both ends see alike`, async () => {
        expect(await problemsOf({ protocol, family })).to.deep.equal([[], [], []]);
      });

  for (const outcome of ['refused', 'reset', 'timeout', 'unreachable', 'corrupted', 'wrong responder'] as const)
    it(`calls a dial that ended as "${outcome}" just that, whatever was promised`, async () => {
      const dial = await aDial({ record: unanswered(outcome) });
      for (const promised of promises) {
        const edge = judge(dial, promised);
        expect(edge).to.deep.include({ outcome, problems: [outcome], detail: 'why' });
      }
    });

  it('sees a translated source address where NAT is forbidden, and only there', async () => {
    const view = { peer: { address: '198.18.1.1', port: 50_000 } };
    expect(await problemsOf({ view })).to.deep.equal([[], [], ['source address translated']]);
    const edge = judge(await aDial({ view }), untranslated);
    expect(edge).to.deep.include({ outcome: 'delivered', detail: '198.18.1.2:50000 arrived as 198.18.1.1:50000' });
  });

  it('sees what an answer tells also where a probe spoilt the rest', async () => {
    const doubt = { inconclusive: 'node-1/pod-a stood still' };
    const translated = await aDial({ view: { peer: { address: '198.18.1.1', port: 50_000 } } });
    const problems = promises.map((promised) => judge({ ...translated, ...doubt }, promised).problems);
    expect(problems).to.deep.equal([['inconclusive'], ['inconclusive'], ['source address translated']]);
    const stranger = await aDial({ view: { who: { ...translated.record!.views[0]!.who, uid: 'a stranger' } } });
    expect(judge({ ...stranger, ...doubt }, delivered).problems).to.deep.equal(['wrong responder']);
    const denial: Expectation = { outcome: 'denied', control: new Set() };
    expect(judge({ ...translated, ...doubt }, denial).problems).to.deep.equal(['not denied']);
    const silent = await aDial({ record: unanswered('timeout') });
    expect(judge({ ...silent, ...doubt, answered: 0 }, denial).problems).to.deep.equal(['inconclusive']);
  });

  it('sees a translated source port where ports are to be kept', async () => {
    const view = { peer: { address: '198.18.1.2', port: 20_001 } };
    const port = ['source port translated'];
    expect(await problemsOf({ view })).to.deep.equal([[], port, port]);
  });

  it('sees a translated source port also beside a translated address', async () => {
    const [address, port] = ['source address translated', 'source port translated'];
    const view = { peer: { address: '198.18.1.1', port: 20_001 } };
    expect(await problemsOf({ view })).to.deep.equal([[], [port], [address, port]]);
  });

  it('sees a translated destination', async () => {
    expect(await problemsOf({ view: { local: { address: '198.18.1.9', port: 33_011 } } })).to.deep.equal([
      [],
      [],
      ['destination address translated'],
    ]);
    const port = ['destination port translated'];
    expect(await problemsOf({ view: { local: { address: '198.18.1.3', port: 80 } } })).to.deep.equal([[], port, port]);
  });

  it('makes nothing of a responder that can’t tell on which of its addresses it was asked', async () => {
    expect(await problemsOf({ view: { local: { address: '0.0.0.0', port: 33_011 } } })).to.deep.equal([[], [], []]);
    expect(await problemsOf({ family: 'IPv6', view: { local: { address: '::', port: 33_011 } } })).to.deep.equal([
      [],
      [],
      [],
    ]);
  });

  it('knows the responder by the uid that the API gives the address to', async () => {
    const who = { pod: 'pod-b-of-node-1', node: 'node-1', uid: 'of its predecessor', instance: 'x' };
    const wrong = ['wrong responder'];
    expect(await problemsOf({ view: { who } })).to.deep.equal([wrong, wrong, wrong]);
    const edge = judge(await aDial({ view: { who } }), delivered);
    expect(edge).to.deep.include({ outcome: 'wrong responder', detail: 'node-1/pod-b-of-node-1 answered' });
  });

  it('shows the view that contradicts, where answers differ', async () => {
    const dial = await aDial();
    const { record } = dial;
    const [view] = record?.views ?? [];
    if (record === null || view === undefined) throw new Error('no view');
    record.views = [view, { ...view, who: { ...view.who, uid: 'other', pod: 'somebody' } }];
    const edge = judge(dial, delivered);
    expect(edge.problems).to.deep.equal(['wrong responder']);
    expect(edge.responderSees?.who).to.equal('node-1/somebody');
  });

  it('counts loss beyond chance against every promise, and mentions what chance explains', async () => {
    const dial = { ...(await aDial({ protocol: 'UDP' })), attempts: 220, answered: 154, lossy: true };
    for (const promised of promises) {
      const edge = judge(dial, promised);
      expect(edge).to.deep.include({
        problems: ['loss'],
        outcome: 'delivered',
        detail: '66 of 220 datagrams lost (30 %)',
      });
    }
    const mischance = judge({ ...dial, answered: 219, lossy: false }, untranslated);
    expect(mischance).to.deep.include({ problems: [], detail: '1 of 220 datagrams lost (0 %)' });
  });

  it('takes nothing for proof that says nothing', async () => {
    const dial = await aDial();
    for (const silent of [
      { ...dial, record: null, inconclusive: 'the stream closed' },
      { ...dial, inconclusive: 'the stream closed' },
      await aDial({ record: { ...unanswered('inconclusive'), error: 'EMFILE' } }),
      await aDial({ record: { views: [] } }),
      await aDial({ record: { local: null } }),
    ])
      for (const promised of promises)
        expect(judge(silent, promised)).to.deep.include({ outcome: 'inconclusive', problems: ['inconclusive'] });
    expect(judge({ ...dial, inconclusive: 'the stream closed' }, delivered).detail).to.equal('the stream closed');
  });

  it('names node, probe and address of both ends', async () => {
    expect(judge(await aDial(), delivered)).to.deep.include({
      from: { node: 'node-1', probe: 'pod-a', address: '198.18.1.2' },
      to: { node: 'node-1', probe: 'pod-b', address: '198.18.1.3' },
      port: 33_011,
    });
  });
});

describe('an address', () => {
  it('is the same however it is written', () => {
    expect(sameAddress('::ffff:10.0.0.1', '10.0.0.1')).to.equal(true);
    expect(sameAddress('fd00:0:0::1', 'FD00::1')).to.equal(true);
    expect(sameAddress('10.0.0.1', '10.0.0.2')).to.equal(false);
    expect(sameAddress('10.0.0.1', 'nonsense')).to.equal(false);
  });

  it('is the same as itself, and the other way round', () => {
    assert(
      property(
        ipV4(),
        ipV6(),
        (four, six) => sameAddress(four, `::ffff:${four}`) && sameAddress(six, six.toUpperCase()),
      ),
    );
  });
});
