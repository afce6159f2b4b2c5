/** What restarts in mid-run breaks exec streams at most, and says nothing about the network: what was on its way is asked again. */
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { sh } from '../faults/shell.ts';
import { healthyOn, withoutPolicies } from '../support/healthy.ts';
import { borrowLab, bringUpMs, type BorrowedLab } from '../support/lab.ts';
import { otherNotes } from '../support/notes.ts';
import { runSuite } from '../support/run-suite.ts';

/**
 * Restarted at once, of those that the lab has each on another node, when a line begins so: of two that break the same streams nobody could tell which did. By the first verdict most is still to be dialled,
 * by streams that are open; by that of open-by-default policies are tried next.
 */
const together = [
  { at: '✓', components: ['kubelet', 'kube-proxy', 'flanneld', 'kube-router', 'cilium-agent'], streamsBreak: true },
  { at: '✓', components: ['containerd'], streamsBreak: true },
  { at: '✓ policy/open-by-default', components: ['kube-router', 'cilium-agent'], streamsBreak: false },
];

describe('in mid-run', function () {
  this.timeout(300_000);
  let borrowed: BorrowedLab;
  before('a lab is up', async function () {
    this.timeout(bringUpMs);
    borrowed = await borrowLab();
  });

  for (const { at, components, streamsBreak } of together)
    it(`${components.join(', ')} after ${at}: a restart changes no verdict`, async function () {
      const { lab } = borrowed;
      const there = await thereOf(components);
      if (there.length === 0) this.skip();
      const usual = healthyOn(lab);
      const { verdict, findings } = withoutPolicies(usual);
      const isPolicyless = findings.length < usual.findings.length;
      const restarted: Promise<string>[] = [];
      const { report, stdout, exitCode } = await runSuite(
        ['--kubeconfig', lab.kubeconfigPath, '--latency', 'off', ...(isPolicyless ? ['--policies', 'off'] : [])],
        {
          onLine: (line) => {
            if (line.startsWith(at) && restarted.length === 0)
              restarted.push(
                ...there.map(async (component, n) => restart(component, lab.nodes[n % lab.nodes.length]!)),
              );
          },
        },
      );
      expect(await Promise.all(restarted), stdout).to.deep.equal(there);
      expect(report, stdout).to.deep.include({ verdict, findings, failure: null });
      expect(report?.causes, stdout).to.have.length(findings.length);
      expect(otherNotes(report)).to.deep.equal([]);
      expect(exitCode).to.equal(0);
      if (streamsBreak) expect(report?.notes.join('\n'), 'no stream was broken').to.match(/exec stream/);
    });

  async function restart(component: string, node: string): Promise<string> {
    await sh(borrowed.lab, node, `flatnet-service restart ${component}`);
    return component;
  }

  /** The network's agent is another one on each topology, and some have none. */
  async function thereOf(components: readonly string[]): Promise<string[]> {
    const { lab } = borrowed;
    const listed = await sh(lab, lab.nodes[0]!, 'ls /etc/flatnet/services');
    const all = new Set(listed.split(/\s+/));
    return components.filter((component) => all.has(component));
  }
});
