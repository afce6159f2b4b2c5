import { expect } from 'chai';
import { describe, it } from 'mocha';
import { overTime } from '../../../../lib/diagnosis/over-time/at-the-end.ts';
import { edge } from '../../report/sample-runs.ts';

const cause = { likelyCause: 'node-1 has no route to node-3', evidence: ['all traffic is lost'], lookWith: null };
const asked = (afterMs: number, gone: boolean) => edge({ atTheEnd: { afterMs, gone } });

describe('asking once more at the end of a run', () => {
  it('adds nothing where nothing was asked', () => {
    expect(overTime([edge(), edge()], cause)).to.deep.equal(cause);
  });

  it('tells that it is still so, and after how long', () => {
    const told = overTime([asked(12_345, false), edge()], cause);
    expect(told).to.include({ likelyCause: cause.likelyCause });
    expect(told.evidence).to.deep.equal(['all traffic is lost', 'still so 12 s later']);
  });

  it('tells that it is gone, and takes the cause back', () => {
    const told = overTime([asked(8_040, true), asked(9_250, true)], cause);
    expect(told.evidence.at(-1)).to.equal('gone when asked again 9.3 s later');
    expect(told.likelyCause).to.match(/^it was transient: .* until then as if node-1 has no route/);
  });

  it('tells when what is gone was dialled, as far as that is known of all of it', () => {
    const [one, other] = [12_340, 15_020].map((dialledMs) => ({ ...asked(8_040, true), dialledMs }));
    expect(overTime([one!, other!], cause).evidence.at(-1)).to.equal(
      'gone when asked again 8.0 s later; dialled between second 12 and second 16 of the run',
    );
    expect(overTime([one!, asked(8_040, true)], cause).evidence.at(-1)).to.equal('gone when asked again 8.0 s later');
  });

  it('tells how much of it is gone', () => {
    const told = overTime([asked(8_000, true), asked(8_000, false)], cause);
    expect(told.evidence.at(-1)).to.equal('1 of 2 dials were answered 8.0 s later');
    expect(told.likelyCause).to.equal(cause.likelyCause);
  });
});
