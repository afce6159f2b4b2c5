/** A cluster that refuses: the user may not, or the image can't be pulled. */
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { loadKubeconfig } from '../../lib/cluster/index.ts';
import { scratchFolder, writeKubeconfig } from '../support/kubeconfigs.ts';
import { borrowLab, bringUpMs, type BorrowedLab } from '../support/lab.ts';
import { namesOfNamespaces } from '../support/namespaces.ts';
import { runSuite, type SuiteRun } from '../support/run-suite.ts';

const namespace = 'default';
const name = 'flatnet-test-limited';

describe('a cluster that refuses', function () {
  this.timeout(120_000);
  let borrowed: BorrowedLab;
  let scratch: Awaited<ReturnType<typeof scratchFolder>>;
  let earlier: string[];
  before('a lab is up, with a user without any permissions', async function () {
    this.timeout(bringUpMs);
    borrowed = await borrowLab();
    scratch = await scratchFolder();
    earlier = await namesOfNamespaces(borrowed.api);
    await borrowed.api.core.createNamespacedServiceAccount({ namespace, body: { metadata: { name } } });
  });
  after(async () => {
    await borrowed.api.core.deleteNamespacedServiceAccount({ namespace, name });
    await scratch.remove();
  });

  it('because of missing permissions is told which, and nothing is created', async () => {
    const { exitCode, stdout, report } = await runSuite(['--kubeconfig', await limitedKubeconfig()]);
    expect(exitCode, stdout).to.equal(3);
    expect(report?.failure?.code).to.equal('permission-missing');
    expect(report?.failure?.message).to.match(
      /^User "system:serviceaccount:default:flatnet-test-limited" may not create namespaces; .*list nodes; .*pods\/exec/,
    );
    expect(await namesOfNamespaces(borrowed.api)).to.deep.equal(earlier);
  });

  it('because an image can’t be pulled is told the node and the event, and nothing is left', async () => {
    const image = 'registry.invalid/no/such:image';
    const { exitCode, stdout, report, durationMs } = await runOnLab('--image', image);
    expect(exitCode, stdout).to.equal(3);
    expect(report?.failure?.code).to.equal('image-not-pulled');
    expect(report?.failure?.message).to.match(
      /^The image registry\.invalid\/no\/such:image can't be pulled on node-\d/,
    );
    expect(report?.failure?.message).to.match(/ErrImagePull|ImagePullBackOff|Failed to pull|failed to pull/);
    expect(report?.failure?.remedy).to.include('--image-pull-secret');
    expect(durationMs).to.be.below(60_000);
    expect(await namesOfNamespaces(borrowed.api)).to.deep.equal(earlier);
  });

  it('because of an unusable pull secret is told why, and nothing is left', async () => {
    const { exitCode, report } = await runOnLab('--image-pull-secret', 'default/none');
    expect(exitCode).to.equal(3);
    expect(report?.failure?.message).to.equal("The image pull secret default/none can't be used: it does not exist.");
    expect(await namesOfNamespaces(borrowed.api)).to.deep.equal(earlier);
  });

  async function runOnLab(...more: string[]): Promise<SuiteRun> {
    return runSuite(['--kubeconfig', borrowed.lab.kubeconfigPath, ...more]);
  }

  /** A kubeconfig with a fresh token of that user. */
  async function limitedKubeconfig(): Promise<string> {
    const { api, lab } = borrowed;
    const { status } = await api.core.createNamespacedServiceAccountToken({
      name,
      namespace,
      body: { spec: { audiences: [], expirationSeconds: 600 } },
    });
    const { kubeConfig, server } = loadKubeconfig({ file: lab.kubeconfigPath });
    const ca = kubeConfig.getCurrentCluster()?.caData;
    const file = scratch.path('limited');
    await writeKubeconfig(file, { server, token: status?.token ?? '', ...(ca === undefined ? {} : { ca }) });
    return file;
  }
});
