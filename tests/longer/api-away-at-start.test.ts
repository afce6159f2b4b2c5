/** The API server away for 10 s while the probes start says nothing about the network, either. */
import { describe, it } from 'mocha';
import { apiGoesAway, expectNoAlarm } from '../support/api-away.ts';
import { borrowingLab } from '../support/lab.ts';
import { whenNamespace } from '../support/namespaces.ts';
import { runSuite } from '../support/run-suite.ts';

describe('the API server away for 10 s', function () {
  this.timeout(360_000);
  const borrowed = borrowingLab();

  it('while the probes start turns no clause red, and the run cleans up', async () => {
    const away = whenNamespace(borrowed.api, { besides: borrowed.earlier }).then(async () => apiGoesAway(borrowed));
    const chosen = ['--clause', 'flat-network/node-to-node'];
    const found = await runSuite(['--kubeconfig', borrowed.lab.kubeconfigPath, ...chosen]);
    await away;
    await expectNoAlarm(found, borrowed);
  });
});
