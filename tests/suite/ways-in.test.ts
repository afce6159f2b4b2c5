/** What stands between a user and the API server: the same verdict, or who does not let pass what. */
import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { loadKubeconfig, type Target } from '../../lib/cluster/index.ts';
import { scratchFolder } from '../support/kubeconfigs.ts';
import { borrowingLab } from '../support/lab.ts';
import { namesOfNamespaces, untilGone } from '../support/namespaces.ts';
import { startPlainProxy } from '../support/plain-proxy.ts';
import { startProxy } from '../support/proxy.ts';
import { startRelay } from '../support/relay.ts';
import { runSuite } from '../support/run-suite.ts';

const fromNodes = 'flat-network/node-to-node';
const cutEveryMs = 12_000;

describe('a way in', function () {
  this.timeout(150_000);
  const borrowed = borrowingLab();
  let scratch: Awaited<ReturnType<typeof scratchFolder>>;
  let target: Target;
  before(async () => {
    scratch = await scratchFolder();
    target = loadKubeconfig({ file: borrowed.lab.kubeconfigPath });
  });
  after(async () => scratch.remove());

  /** Of the API server as kubeconfigs name it. */
  const there = (): { host: string; port: number } => {
    const { hostname, port } = new URL(target.server);
    return { host: hostname, port: Number(port) };
  };

  /** The lab's kubeconfig with another server, which has the certificate of the first. */
  async function through(server: string): Promise<string> {
    const config = JSON.parse(target.kubeConfig.exportConfig()) as { clusters: { cluster: Record<string, unknown> }[] };
    for (const { cluster } of config.clusters) {
      // The lab's own says that it uses none.
      delete cluster['proxy-url'];
      Object.assign(cluster, { server, 'tls-server-name': there().host });
    }
    const file = scratch.path('through');
    await writeFile(file, JSON.stringify(config));
    return file;
  }

  it(`whose connections are cut every ${cutEveryMs / 1_000} s, as load balancers do, changes no verdict`, async () => {
    const relay = await startRelay(there());
    let cuts = 0;
    const cutting = setInterval(() => {
      relay.cut();
      cuts++;
    }, cutEveryMs);
    try {
      const file = await through(`https://127.0.0.1:${relay.port}`);
      const found = await runSuite(['--kubeconfig', file, '--clause', 'flat-network', '--clause', 'protocols']);
      expect(found.exitCode, found.stdout).to.equal(0);
      expect(found.report).to.include({ verdict: 'conformant' });
      expect(cuts).to.be.at.least(1);
      expect(await untilGone(borrowed.api, found.report?.namespace ?? '')).to.equal(true);
    } finally {
      clearInterval(cutting);
      await relay.stop();
    }
  });

  it('by HTTPS_PROXY alone carries requests, watches and exec', async () => {
    const proxy = await startProxy(there());
    try {
      // A name that only the proxy can resolve: nothing passes by it.
      const file = await through('https://api.invalid:6443');
      const found = await runSuite(['--kubeconfig', file, '--clause', fromNodes], { env: { HTTPS_PROXY: proxy.url } });
      expect(found.exitCode, found.stdout).to.equal(0);
      expect(found.report).to.include({ verdict: 'conformant' });
      expect(new Set(proxy.asked)).to.deep.equal(new Set(['api.invalid:6443']));
    } finally {
      await proxy.stop();
    }
  });

  it('that passes no WebSocket is told apart from a cluster that refuses exec', async () => {
    const proxy = await startPlainProxy(target);
    try {
      const found = await runSuite(['--kubeconfig', await through(proxy.url), '--clause', fromNodes]);
      expect(found.exitCode, found.stdout).to.equal(3);
      expect(found.report?.failure?.code).to.equal('exec-refused');
      expect(found.report?.failure?.message).to.include(`could be opened through ${proxy.url}`);
      expect(found.report?.failure?.message).to.include('does not pass WebSocket upgrades');
      expect(await namesOfNamespaces(borrowed.api)).to.deep.equal(borrowed.earlier);
    } finally {
      await proxy.stop();
    }
  });
});
