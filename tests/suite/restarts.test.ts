/** What restarts in mid-run breaks exec streams at most, and says nothing about the network: what was on its way is asked again. */
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { sh } from '../faults/shell.ts';
import { healthyOn, withoutPolicies } from '../support/healthy.ts';
import { borrowLab, bringUpMs, type BorrowedLab } from '../support/lab.ts';
import { otherNotes } from '../support/notes.ts';
import { runSuite } from '../support/run-suite.ts';

/** Restarted at once, each on a node of its own; of two that break the same streams nobody could tell which did. */
const together = [['kubelet', 'kube-proxy', 'flanneld', 'kube-router', 'cilium-agent'], ['containerd']];

describe('in mid-run', function () {
  this.timeout(180_000);
  let borrowed: BorrowedLab;
  before('a lab is up', async function () {
    this.timeout(bringUpMs);
    borrowed = await borrowLab();
  });

  for (const components of together)
    it(`${components.join(', ')}: a restart changes no verdict`, async () => {
      const { lab } = borrowed;
      const restarted: Promise<string>[] = [];
      const { report, stdout, exitCode } = await runSuite(
        ['--kubeconfig', lab.kubeconfigPath, '--latency', 'off', '--policies', 'off'],
        {
          // The first clause has its verdict: most is still to be dialled, by streams that are open.
          onLine: (line) => {
            if (line.startsWith('✓') && restarted.length === 0)
              restarted.push(
                ...components.map(async (component, n) => restart(component, lab.nodes[n % lab.nodes.length]!)),
              );
          },
        },
      );
      expect(await Promise.all(restarted), stdout).to.include(components[0]);
      const { verdict, findings } = withoutPolicies(healthyOn(lab));
      expect(report, stdout).to.deep.include({ verdict, findings, failure: null });
      expect(report?.causes, stdout).to.have.length(findings.length);
      expect(otherNotes(report)).to.deep.equal([]);
      expect(exitCode).to.equal(0);
      expect(report?.notes.join('\n'), 'no stream was broken').to.match(/exec stream/);
    });

  /** What was restarted: nothing, where the lab's network has no such component. */
  async function restart(component: string, node: string): Promise<string> {
    const command = `test ! -e /etc/flatnet/services/${component} || { flatnet-service restart ${component} && echo ${component}; }`;
    return (await sh(borrowed.lab, node, command)).trim();
  }
});
