import { expect } from 'chai';
import { describe, it } from 'mocha';
import { deadlineOf } from '../../../lib/verdict/clause.ts';

describe('how long a clause may take', () => {
  const slow = { letInMs: 120_000, writeMs: 30_000 };

  it('is longer on a cluster that lets objects in slowly, by what the clause makes', () => {
    expect(deadlineOf({ needs: ['fresh pods'] }, slow)).to.equal(180_000 + 120_000);
    expect(deadlineOf({ needs: ['services', 'every node'] }, slow)).to.equal(180_000 + 12 * 30_000);
    expect(deadlineOf({ needs: ['policies'] }, slow)).to.equal(480_000 + 2 * 120_000 + 40 * 30_000);
  });

  it('is the usual one where it makes nothing, and where the cluster answers at once', () => {
    expect(deadlineOf({}, slow)).to.equal(180_000);
    expect(deadlineOf({ deadlineMs: 300_000, needs: ['services'] }, { letInMs: 0, writeMs: 1_500 })).to.equal(300_000);
  });
});
