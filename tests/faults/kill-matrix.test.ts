/** Every clause goes red for the faults that it is there for, and for no other; the report names node, direction and protocol. */
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { Run } from '../../lib/verdict/run.ts';
import { borrowLab, bringUpMs, type BorrowedLab } from '../support/lab.ts';
import { expectedOf } from './expected.ts';
import { faults } from './index.ts';
import { findingsOf, killMatrix, writeKillMatrix, type Row } from './kill-matrix.ts';
import { isDualStack, runWithFault } from './plant.ts';

const chosen = process.env['FLATNET_FAULT'];

describe('a planted fault', function () {
  this.timeout(300_000);
  const rows: Row[] = [];
  let borrowed: BorrowedLab;

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
      if (fault.needsIPv6 === true && !(await isDualStack(borrowed.api))) this.skip();
      const { report, stdout } = await runWithFault(fault, borrowed);
      if (report === null) throw new Error(stdout);
      rows.push({ fault, run: report });
      try {
        const { red, mayBeRed, findings, mayFind } = expectedOf(fault.breaks);
        expect(without(mayBeRed, idsOf(report, 'fail'))).to.have.members(red);
        expect(without(mayFind, findingsOf(report))).to.have.members(findings);
        expect(idsOf(report, 'inconclusive').length > 0).to.equal(fault.inconclusive === 'some');
        expect(report.verdict).to.equal(fault.verdict);
        const said = report.causes.map((cause) => [cause.likelyCause, ...cause.evidence].join('\n')).join('\n');
        for (const word of fault.says) expect(said).to.match(word);
        expect(report.causes.length, said).to.be.at.most(fault.causes);
        const told = [...report.notes, ...report.clauses.flatMap(({ seen, evidence }) => [seen, ...evidence])].join(
          '\n',
        );
        for (const word of fault.tells ?? []) expect(told).to.match(word);
        expect(report.notes.filter((note) => note.includes('still there'))).to.deep.equal([]);
      } catch (error) {
        console.log(stdout);
        throw error;
      }
    });
  }

  it('is undone: a healthy cluster is conformant', async () => {
    const { report, stdout, exitCode } = await runWithFault(null, borrowed);
    if (report === null) throw new Error(stdout);
    rows.push({ fault: null, run: report });
    expect(report.verdict, stdout).to.equal('conformant');
    expect(exitCode).to.equal(0);
  });
});

function idsOf(run: Run, verdict: string): string[] {
  return run.clauses.filter((clause) => clause.verdict === verdict).map((clause) => clause.id);
}

function without(byChance: string[], ids: string[]): string[] {
  return ids.filter((id) => !byChance.includes(id));
}
