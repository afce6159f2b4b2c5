/** Nodes far away from each other, on a network that is long and unsteady, and whole: it delays, lets packets overtake each other, and delivers some twice. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { calmLoss } from '../faults/calm-loss.fault.ts';
import { problemsWith } from '../faults/judge.ts';
import { runWithFault } from '../faults/plant.ts';
import { slowConnects } from '../faults/slow-connects.fault.ts';
import { farApart } from '../support/far-apart/far-apart.ts';
import { healthyOn, withoutPolicies } from '../support/healthy.ts';
import { borrowingLab } from '../support/lab.ts';

/** As between continents: a round trip takes 160 to 240 ms. */
const continents = { delayMs: 100, jitterMs: 20, twice: 0.03 };

describe('nodes that are far apart', function () {
  this.timeout(600_000);
  const borrowed = borrowingLab();

  it('are a sound network', async () => {
    const { report, stdout } = await farApart(borrowed.lab, continents, async () => runWithFault(null, borrowed));
    const { verdict, findings } = withoutPolicies(healthyOn(borrowed.lab));
    expect(report, stdout).to.deep.include({ verdict, findings, failure: null });
  });

  for (const fault of [calmLoss, slowConnects])
    it(`hide no fault: ${fault.name}`, async () => {
      const { report, stdout } = await farApart(borrowed.lab, continents, async () => runWithFault(fault, borrowed));
      if (report === null) throw new Error(stdout);
      expect(problemsWith(fault, report, withoutPolicies(healthyOn(borrowed.lab))), stdout).to.deep.equal([]);
    });
});
