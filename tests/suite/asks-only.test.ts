/** What only asks creates nothing. */
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { borrowLab, bringUpMs, type BorrowedLab } from '../support/lab.ts';
import { runSuite } from '../support/run-suite.ts';

describe('--list', () => {
  it('names every clause with level and promise, and needs no cluster', async () => {
    const { exitCode, stdout, report } = await runSuite(['--list'], { env: { KUBECONFIG: '/nonexistent' } });
    expect(exitCode).to.equal(0);
    expect(report).to.equal(null);
    for (const line of stdout.split('\n')) expect(line).to.match(/^[\w-]+\/[\w-]+ +(MUST|SHOULD|INFO) +\S.*/);
    expect(stdout).to.match(/^flat-network\/node-to-node +MUST +all nodes must be able to reach each other/m);
  });

  it('names the clauses that were chosen', async () => {
    const { stdout } = await runSuite(['--list', '--clause', 'flat-network', '--level', 'SHOULD']);
    const lines = stdout.split('\n');
    expect(lines.map((line) => line.split(/ +/).slice(0, 2))).to.deep.equal([
      ['flat-network/node-to-pod-without-nat', 'SHOULD'],
      ['flat-network/pod-to-node-without-nat', 'SHOULD'],
    ]);
  });
});

describe('--dry-run', () => {
  let borrowed: BorrowedLab;
  before('a lab is up', async function () {
    this.timeout(bringUpMs);
    borrowed = await borrowLab();
  });

  it('says what would be created where, and creates nothing', async () => {
    const { api, lab } = borrowed;
    const newest = async (): Promise<string> => (await api.core.listNamespace()).metadata?.resourceVersion ?? '';
    const since = await newest();
    const { exitCode, stdout, report } = await runSuite(['--kubeconfig', lab.kubeconfigPath, '--dry-run']);
    expect(exitCode).to.equal(0);
    expect(report).to.equal(null);
    expect(stdout).to.match(/^It would run on .*, context flatnet-lab \(https:.*, Kubernetes v1\.\d+/);
    for (const node of lab.nodes) expect(stdout).to.include(node);
    const seen: string[] = [];
    const watch = api.watch<{ metadata: { name: string } }>('/api/v1/namespaces', {
      query: { resourceVersion: since },
      deadlineMs: 1_000,
    });
    for await (const { type, object } of watch) if (type === 'ADDED') seen.push(object.metadata.name);
    expect(seen).to.deep.equal([]);
  });

  it('needs no lab to say that it would start one', async () => {
    const { exitCode, stdout } = await runSuite(['--dry-run', '--nodes', '5', '--dual-stack']);
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/^It would start the lab, a cluster of 5 nodes .* IPv4 and IPv6/);
  });
});
