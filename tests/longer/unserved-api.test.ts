/** An aggregated API of which the server is gone: namespaces are not removed while it is registered. */
import { ApiregistrationV1Api } from '@kubernetes/client-node';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { loadKubeconfig } from '../../lib/cluster/index.ts';
import { borrowingLab } from '../support/lab.ts';
import { untilGone } from '../support/namespaces.ts';
import { runSuite } from '../support/run-suite.ts';

describe('a cluster', function () {
  this.timeout(150_000);
  const borrowed = borrowingLab();

  it('beside an API that nobody serves: the verdict is the same, and why the namespace stays is quoted', async () => {
    const registration = loadKubeconfig({ file: borrowed.lab.kubeconfigPath }).kubeConfig.makeApiClient(
      ApiregistrationV1Api,
    );
    const name = 'v1.unserved.example.com';
    let namespace = '';
    await registration.createAPIService({
      body: {
        metadata: { name },
        spec: {
          group: 'unserved.example.com',
          version: 'v1',
          groupPriorityMinimum: 100,
          versionPriority: 100,
          service: { namespace: 'default', name: 'no-such-service' },
          insecureSkipTLSVerify: true,
        },
      },
    });
    try {
      const found = await runSuite([
        '--kubeconfig',
        borrowed.lab.kubeconfigPath,
        '--clause',
        'flat-network/node-to-node',
      ]);
      expect(found.exitCode, found.stdout).to.equal(0);
      expect(found.report).to.include({ verdict: 'conformant' });
      namespace = found.report?.namespace ?? '';
      const told = found.report?.notes.join('\n');
      expect(told).to.match(/Discovery failed for some groups.*unserved\.example\.com/);
      expect(told).to.include('get apiservices');
    } finally {
      await registration.deleteAPIService({ name });
    }
    expect(await untilGone(borrowed.api, namespace)).to.equal(true);
  });
});
