import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { readRow, writeRow } from '../../../../lib/verdict/matrix/rows.ts';

const same = Uint32Array.from({ length: 2_000 }, (_, n) => n);
const written = (cells: number[]): string => writeRow(Uint32Array.from(cells), same);

describe('a row of the matrix', () => {
  it('is letters, with a number before one that is repeated, and without what was never dialled at its end', () => {
    expect(written([1, 0, 2])).to.equal('bac');
    expect(written([1, 1, 1, 0, 0, 2, 0, 0])).to.equal('3baac');
    expect(written([25, 26, 26, 702])).to.equal('z2BaBBa');
    expect(written([0, 0, 0])).to.equal('');
  });

  it('is read as it was written', () => {
    const rows = fc.array(fc.oneof(fc.constant(0), fc.nat(3), fc.nat(1_999)), { maxLength: 60 });
    fc.assert(
      fc.property(rows, (cells) => {
        expect(readRow(written(cells), { columns: cells.length })).to.deep.equal(cells);
      }),
    );
  });

  it('is never longer than its cells in letters', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(25)), (cells) => {
        expect(written(cells).length).to.be.at.most(cells.length);
      }),
    );
  });
});
