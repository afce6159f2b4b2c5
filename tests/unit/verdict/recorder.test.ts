import { expect } from 'chai';
import { describe, it } from 'mocha';
import { nothingLeftOut } from '../../../lib/facts/facts.ts';
import { measurementOf } from '../../../lib/verdict/measurement.ts';
import { neverSettled, record, takeResult } from '../../../lib/verdict/recorder.ts';
import type { Level } from '../../../lib/verdict/run.ts';
import type { Judgement } from '../../../lib/verdict/oracle/judgement.ts';
import { edge } from '../report/sample-runs.ts';
import { judgement, metadata } from './dials.ts';

const broken = { kept: false, seen: 'a mess' };
const resultOf = async (judgements: Partial<Judgement>[], level: Level = 'MUST') => {
  const { result } = await takeResult(metadata({ level }), async () => {
    for (const one of judgements) record(judgement(one));
  });
  return result;
};

describe('the result of a clause', () => {
  it('is a pass when every judgement is kept', async () => {
    expect(await resultOf([{}, {}])).to.include({ verdict: 'pass', expected: 'all is well', reason: null });
  });

  it('is a failure when one is broken, and tells of that one', async () => {
    const result = await resultOf([{}, { ...broken, expected: 'order' }, { kept: false, inconclusive: 'no reply' }]);
    expect(result).to.include({ verdict: 'fail', expected: 'order', seen: 'a mess', reason: null });
  });

  it('is inconclusive when one is and none is broken', async () => {
    const result = await resultOf([{}, { kept: false, inconclusive: 'no reply' }]);
    expect(result).to.include({ verdict: 'inconclusive', reason: 'no reply' });
  });

  it('is not applicable when none applies', async () => {
    const result = await resultOf([{ kept: false, notApplicable: 'one node' }]);
    expect(result).to.include({ verdict: 'not applicable', reason: 'one node' });
    const none = ['one node', 'one node', 'one pod'].map((notApplicable) => ({ kept: false, notApplicable }));
    expect((await resultOf(none)).reason).to.equal('one node; one pod');
    const withNothing = ['no NodePorts', nothingLeftOut].map((notApplicable) => ({ kept: false, notApplicable }));
    expect((await resultOf(withNothing)).reason).to.equal('no NodePorts');
  });

  it('is that of the judgements that apply', async () => {
    expect(await resultOf([{ kept: false, notApplicable: 'one node' }, {}])).to.include({ verdict: 'pass' });
    expect(await resultOf([{ kept: false, notApplicable: 'one node' }, broken])).to.include({ verdict: 'fail' });
  });

  it('is inconclusive when nothing was judged', async () => {
    expect(await resultOf([])).to.include({ verdict: 'inconclusive', reason: 'the clause judged nothing' });
  });

  it('is inconclusive when the clause throws: that says nothing about the network', async () => {
    const { result } = await takeResult(metadata(), async () => {
      record(judgement());
      throw new Error('no such probe');
    });
    expect(result).to.include({ verdict: 'inconclusive', reason: 'no such probe' });
  });

  it('is a failure when a promise was broken before the clause threw', async () => {
    const { result } = await takeResult(metadata(), async () => {
      record(judgement(broken));
      throw new Error('no such probe');
    });
    expect(result.verdict).to.equal('fail');
  });

  it('is never a failure for INFO, whatever is judged', async () => {
    expect((await resultOf([broken], 'INFO')).verdict).to.equal('pass');
    expect((await resultOf([], 'INFO')).verdict).to.equal('inconclusive');
    expect((await resultOf([broken], 'SHOULD')).verdict).to.equal('fail');
  });

  it('gathers edges, evidence, causes and measurements of all judgements, each measurement once', async () => {
    const lag = measurementOf('pods/answered-after', { node: 'node-1' }, { estimate: 900 });
    const started = measurementOf('pods/started-after', {}, { estimate: 3_000 });
    const result = await resultOf([
      { edges: [edge(), edge({ protocol: 'UDP' })], evidence: ['one'], likelyCause: 'a rule', measurements: [lag] },
      {
        edges: [edge({ to: { node: 'node-3', probe: 'pod-a', address: null } })],
        evidence: ['two'],
        likelyCause: 'a rule',
        measurements: [lag, started],
      },
    ]);
    expect(result.exchanged).to.deep.equal({ dials: 3, edges: 2 });
    expect(result).to.deep.include({ evidence: ['one', 'two'], likelyCause: 'a rule', measurements: [lag, started] });
  });

  it('has what was found sound beside it, and whether an INFO clause found something', async () => {
    const aside = edge({ problems: [] });
    const { sound, isFinding } = await takeResult(metadata({ level: 'INFO' }), async () => {
      record(judgement({ sound: [aside], finding: true }));
      record(judgement());
    });
    expect(sound).to.deep.equal([aside]);
    expect(isFinding).to.equal(true);
  });

  it('is inconclusive when the clause takes longer than it may', async () => {
    const { result } = await takeResult(metadata({ deadlineMs: 20 }), () => new Promise(() => undefined));
    expect(result).to.include({ verdict: 'inconclusive', reason: 'the clause did not end within 0.02 s' });
  });
});

describe('a judgement', () => {
  it('belongs to nobody outside a clause', () => {
    expect(record(judgement())).to.equal(false);
  });
});

describe('a judgement that comes late', () => {
  it('belongs to no other clause', async () => {
    const late = Promise.withResolvers<void>();
    const body = async (): Promise<void> => {
      record(judgement());
      void late.promise.then(() => record(judgement(broken)));
    };
    expect((await takeResult(metadata(), body)).result).to.include({ verdict: 'pass' });
    const { result: next } = await takeResult(metadata(), async () => {
      late.resolve();
      await late.promise;
      record(judgement());
    });
    expect(next).to.include({ verdict: 'pass' });
  });
});

describe('a clause that was not carried out', () => {
  it('is inconclusive', () => {
    expect(neverSettled(metadata())).to.include({ verdict: 'inconclusive', reason: 'the clause was not carried out' });
  });
});
