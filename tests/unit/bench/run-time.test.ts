import { expect } from 'chai';
import { describe, it } from 'mocha';
import { tableOf, type Timed } from '../../../bench/run-time/table.ts';

function timed(clauses: Record<string, number>, durationMs = 20_000): Timed {
  return {
    verdict: 'conformant',
    durationMs,
    phases: { waiting: 4_000, checking: 9_000 },
    apiRequests: { total: 97 } as Timed['apiRequests'],
    clauses: Object.entries(clauses).map(([id, ms]) => ({ id, durationMs: ms })),
  };
}

const linesOf = (reports: Timed[][]): string[] => tableOf({ nodes: 3, upMs: 7_800, reports }).split('\n');

describe('where the time of runs goes', () => {
  it('is told by phase and by clause: the median, the longest first, the short ones together', () => {
    const clauses = [1_000, 1_100, 9_000].map((ms) => ({
      'a/short': 40,
      'b/long': ms,
      'c/longer': 2_000,
      'd/short': 20,
    }));
    const lines = linesOf([clauses.map((some, n) => timed(some, 20_000 + n))]);
    expect(lines[1]).to.equal('3 nodes, 3 runs (conformant, conformant, conformant); the lab was up in 7.80 s');
    expect(lines.slice(2).map((line) => line.trim().split(/\s{2,}/))).to.deep.equal([
      ['waiting', '4.00 s'],
      ['checking', '9.00 s'],
      ['in all', '20.00 s'],
      ['API requests', '97'],
      ['Of that, the clauses, the longest first; what several need, the first of them is charged with:'],
      ['c/longer', '2.00 s'],
      ['b/long', '1.10 s'],
      ['2 more', '0.06 s'],
    ]);
  });

  it('is compared with another checkout, which may have fewer clauses', () => {
    const lines = linesOf([[timed({ 'a/old': 3_000, 'b/new': 500 })], [timed({ 'a/old': 2_000 })]]);
    const cells = lines.map((line) => line.trim().split(/\s{2,}/));
    expect(cells).to.deep.include(['a/old', '3.00 s', '2.00 s', '1.50']);
    expect(cells).to.deep.include(['b/new', '0.50 s', '0.00 s', '–']);
  });
});
