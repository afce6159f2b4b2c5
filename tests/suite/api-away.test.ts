/** The API server away for 10 s says nothing about the network: no clause goes red for it. */
import { describe, it } from 'mocha';
import { apiGoesAway, expectNoAlarm } from '../support/api-away.ts';
import { borrowingLab } from '../support/lab.ts';
import { runSuite } from '../support/run-suite.ts';

describe('the API server away for 10 s', function () {
  this.timeout(360_000);
  const borrowed = borrowingLab();

  it('in mid-run turns no clause red, and the run cleans up', async () => {
    const checking = Promise.withResolvers<void>();
    const away = checking.promise.then(async () => apiGoesAway(borrowed));
    const chosen = ['--clause', 'flat-network', '--clause', 'protocols'];
    const found = await runSuite(['--kubeconfig', borrowed.lab.kubeconfigPath, ...chosen], {
      onLine: (line) => line.startsWith('✓') && checking.resolve(),
    });
    checking.resolve();
    await away;
    await expectNoAlarm(found, borrowed);
  });
});
