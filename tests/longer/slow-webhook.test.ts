/** An admission webhook that takes its time for each pod and DaemonSet of the suite. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { borrowingLab } from '../support/lab.ts';
import { namesOfNamespaces } from '../support/namespaces.ts';
import { runSuite } from '../support/run-suite.ts';
import { asking } from '../support/webhook.ts';

/**
 * Longer than the 10 s that a request may take which only asks, and than the first two looks at the pods; and since the pods of three DaemonSets on three nodes come one batch
 * after the other, four in turn, longer in all than pods that nobody makes are waited for (30 s). And a little less than the 30 s that the API waits for a webhook at most.
 */
const mayTakeMs = [12_000, 29_000];

describe('an admission webhook', function () {
  this.timeout(500_000);
  const borrowed = borrowingLab();

  for (const takesMs of mayTakeMs) {
    it(`that takes ${takesMs / 1_000} s for each pod changes no verdict, and it is told how long the cluster takes`, async () => {
      const clauses = [
        'flat-network/pod-to-pod-across-nodes',
        'flat-network/node-to-pod',
        'flat-network/new-pods-join',
      ];
      const chosen = clauses.flatMap((id) => ['--clause', id]);
      const { done: found, asked } = await asking(
        borrowed,
        async () => pause(takesMs),
        async () => runSuite(['--kubeconfig', borrowed.lab.kubeconfigPath, ...chosen]),
      );
      expect(found.exitCode, found.stdout).to.equal(0);
      expect(found.report).to.include({ verdict: 'conformant' });
      expect(found.report?.clauses.map(({ verdict }) => verdict)).to.deep.equal(clauses.map(() => 'pass'));
      expect(found.report?.notes.join('\n')).to.match(/the cluster takes \d+ s and more to let a pod in/);
      expect(asked.map(({ resource }) => resource)).to.include.members(['daemonsets', 'pods']);
      expect(await namesOfNamespaces(borrowed.api)).to.deep.equal(borrowed.earlier);
    });
  }
});
