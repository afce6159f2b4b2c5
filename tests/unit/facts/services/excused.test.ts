import { expect } from 'chai';
import { describe, it } from 'mocha';
import { notDialled, notJudged } from '../../../../lib/facts/services/excused.ts';

describe('dials that were left out', () => {
  const why = 'the cluster refuses NodePorts';
  it('are told beside others of the clause that were judged', () => {
    const { seen, notApplicable, violations } = notDialled({ what: 'NodePorts', why, judged: 24 });
    expect([seen, notApplicable, violations]).to.deep.equal([`NodePorts were not dialled: ${why}`, null, []]);
  });

  it('are why nothing applies where nothing else was judged', () => {
    expect(notDialled({ what: 'NodePorts', why, judged: 0 }).notApplicable).to.equal(why);
  });

  it('are no matter where there are none', () => {
    expect(notDialled({ what: 'NodePorts', why: null, judged: 24 }).notApplicable).to.equal('nothing was left out');
    expect(notJudged({ excused: [], judged: 24 }).notApplicable).to.equal('nothing was left out');
  });
});
