/** Every clause goes red for the faults that it is there for, and for no other; the report names node, direction and protocol. */
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { healthyOn, type Healthy, withoutPolicies } from '../support/healthy.ts';
import { borrowLab, bringUpMs, type BorrowedLab } from '../support/lab.ts';
import { faults, makesSense } from './index.ts';
import { problemsWith } from './judge.ts';
import { killMatrix, writeKillMatrix, type Row } from './kill-matrix.ts';
import { runWithFault } from './plant.ts';

const chosen = process.env['FLATNET_FAULT'];

describe('a planted fault', function () {
  this.timeout(300_000);
  const rows: Row[] = [];
  let borrowed: BorrowedLab;
  const usual = (): Healthy => withoutPolicies(healthyOn(borrowed.lab));

  before('a lab is up', async function () {
    this.timeout(bringUpMs);
    borrowed = await borrowLab();
  });
  after('the matrix is written', async () => {
    await writeKillMatrix(rows);
    console.log(`\n${killMatrix(rows)}`);
  });

  for (const fault of faults) {
    if (chosen === undefined ? fault.slow === true : !fault.name.includes(chosen)) continue;
    it(`${fault.name}: exactly its clauses go red, and the report says where and why`, async function () {
      if (!makesSense(fault, borrowed.lab)) this.skip();
      const { report, stdout } = await runWithFault(fault, borrowed);
      if (report === null) throw new Error(stdout);
      rows.push({ fault, run: report });
      const problems = problemsWith(fault, report, usual());
      if (problems.length > 0) console.log(stdout);
      expect(problems).to.deep.equal([]);
    });
  }

  it('is undone: a healthy cluster is what it was', async () => {
    const { report, stdout } = await runWithFault(null, borrowed);
    if (report === null) throw new Error(stdout);
    rows.push({ fault: null, run: report });
    expect(report.verdict, stdout).to.equal(usual().verdict);
  });
});
