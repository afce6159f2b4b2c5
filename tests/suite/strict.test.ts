/** A finding is not held against a cluster, unless that is asked for. */
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { masqueradeTowardsNodes } from '../faults/masquerade-towards-nodes.fault.ts';
import { runWithFault } from '../faults/plant.ts';
import { borrowLab, bringUpMs, type BorrowedLab } from '../support/lab.ts';

const id = 'flat-network/pod-to-node-without-nat';

describe('a cluster that masquerades towards nodes', function () {
  this.timeout(120_000);
  let borrowed: BorrowedLab;
  before('a lab is up', async function () {
    this.timeout(bringUpMs);
    borrowed = await borrowLab();
  });

  it('is conformant with a finding', async () => {
    const { exitCode, report, stdout } = await runWithFault(masqueradeTowardsNodes, borrowed, {
      args: ['--clause', id],
    });
    expect(exitCode, stdout).to.equal(0);
    expect(report).to.deep.include({ verdict: 'conformant', findings: [id] });
    expect(stdout).to.match(/^Conformant, with 1 finding /m);
  });

  it('is not conformant under --strict', async () => {
    const { exitCode, report } = await runWithFault(masqueradeTowardsNodes, borrowed, {
      args: ['--clause', id, '--strict'],
    });
    expect(exitCode).to.equal(1);
    expect(report).to.deep.include({ verdict: 'not conformant', strict: true });
  });
});
