import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Facts } from '../../../../lib/facts/facts.ts';
import type { Violation } from '../../../../lib/facts/violation.ts';
import { expect as expectOf } from '../../../../lib/verdict/expect.ts';
import { delivered, untranslated } from '../../../../lib/verdict/oracle/expectation.ts';
import { judgeExchange, judgeFacts } from '../../../../lib/verdict/oracle/judgement.ts';
import { exchanged } from '../dials.ts';

const facts: Facts = { expected: 'order', seen: 'order', violations: [] };
const violation: Violation = {
  kind: 'pods in a service range',
  range: '10.96.0.0/16',
  evidence: 'two owners',
};

describe('a judgement of an exchange', () => {
  it('keeps the promise when every dial does', async () => {
    const found = judgeExchange(await exchanged(), untranslated);
    expect(found).to.include({ kept: true, inconclusive: null, notApplicable: null, seen: '2 dials: 2 kept' });
    expect(found.sound).to.have.length(2);
    expect(
      found.sound.every((edge, n) => edge === found.edges[n]),
      'judged once, kept once',
    ).to.equal(true);
  });

  it('counts what was seen by its first problem', async () => {
    const { dialled, ...rest } = await exchanged({ record: { outcome: 'refused', views: [], answered: 0 } });
    const sound = await exchanged();
    const found = judgeExchange({ ...rest, dialled: [...dialled, ...sound.dialled] }, delivered);
    expect(found.kept).to.equal(false);
    expect(found.seen).to.equal('4 dials: 2 kept, 2 refused');
  });

  it('takes only dials that are sound in every respect for sound', async () => {
    const masqueraded = await exchanged({ view: { peer: { address: '198.18.1.1', port: 50_000 } } });
    const found = judgeExchange(masqueraded, delivered);
    expect([found.kept, found.sound.length]).to.deep.equal([true, 0]);
  });

  it('is inconclusive when some dials say nothing and none is broken', async () => {
    const { dialled, ...rest } = await exchanged();
    const [one, other] = dialled;
    if (one === undefined || other === undefined) throw new Error('no dials');
    const silent = { ...one, record: null, inconclusive: 'the stream closed' };
    const found = judgeExchange({ ...rest, dialled: [silent, other] }, delivered);
    expect(found).to.include({ kept: false, inconclusive: '1 dials say nothing: the stream closed' });
  });

  it('is broken when some dials say nothing and another is broken', async () => {
    const { dialled, ...rest } = await exchanged({ record: { outcome: 'timeout', views: [], answered: 0 } });
    const [one, other] = dialled;
    if (one === undefined || other === undefined) throw new Error('no dials');
    const silent = { ...one, record: null, inconclusive: 'the stream closed' };
    const found = judgeExchange({ ...rest, dialled: [silent, other] }, delivered);
    expect(found).to.include({ kept: false, inconclusive: null });
  });

  it('is not applicable when there was nothing to dial', async () => {
    const nothing = { ...(await exchanged()), dialled: [], nothingToDial: 'there are probes on one node only' };
    const found = judgeExchange(nothing, delivered);
    expect(found).to.include({ kept: false, notApplicable: 'there are probes on one node only' });
  });
});

describe('a judgement of facts', () => {
  it('keeps the promise when nothing contradicts it', () => {
    expect(judgeFacts(facts)).to.include({ kept: true, inconclusive: null, likelyCause: null });
  });

  it('is broken by a violation, even where something could not be told', () => {
    const found = judgeFacts({
      ...facts,
      violations: [violation, violation],
      inconclusive: 'no range',
      remarks: ['by the way'],
    });
    expect(found).to.include({
      kept: false,
      inconclusive: null,
      likelyCause: 'the network plugin gives pods addresses of the service range 10.96.0.0/16',
    });
    expect(found.evidence).to.deep.equal(['two owners', 'two owners', 'by the way']);
    expect(found.lookWith).to.equal('kubectl get pods -A -o wide; kubectl get servicecidrs');
  });

  it('is inconclusive where something could not be told', () => {
    expect(judgeFacts({ ...facts, inconclusive: 'no range' })).to.include({ kept: false, inconclusive: 'no range' });
  });
});

describe('an expectation outside a clause', () => {
  it('throws what it expected and saw when it is broken', async () => {
    expect(() => expectOf({ ...facts, violations: [violation] }).to.hold()).to.throw('expected order; seen: order');
    const refused = await exchanged({ record: { outcome: 'refused', views: [], answered: 0 } });
    expect(() => expectOf(refused).to.be.delivered()).to.throw(
      /^expected every dial answered.*seen: 2 dials: 2 refused$/,
    );
  });

  it('says nothing when it is kept, or does not apply', async () => {
    const sound = await exchanged();
    expectOf(sound).to.be.delivered();
    expectOf(sound).to.be.deliveredWithPortsKept();
    expectOf(sound).to.be.untranslated();
    expectOf({ ...sound, dialled: [], nothingToDial: 'one node' }).to.be.untranslated();
    expectOf(facts).to.hold();
  });

  it('throws for what says nothing: it is no proof', () => {
    expect(() => expectOf({ ...facts, inconclusive: 'no range' }).to.hold()).to.throw();
  });
});
