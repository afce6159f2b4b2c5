/** Servers that are not there, do not answer, or have no node to run on: bounded, one sentence, exit code 3. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { scratchFolder, writeKubeconfig } from '../support/kubeconfigs.ts';
import { runSuite, type SuiteRun } from '../support/run-suite.ts';
import { startFakeApi, status, type FakeApi } from '../unit/cluster/fake-api.ts';
import { nodeObject } from '../unit/cluster/fake-cluster.ts';

describe('a cluster that can’t be used', () => {
  let scratch: Awaited<ReturnType<typeof scratchFolder>>;
  let silent: { server: Server; sockets: Set<Socket> } | undefined;
  let fake: FakeApi | undefined;
  beforeEach(async () => {
    scratch = await scratchFolder();
  });
  afterEach(async () => {
    for (const socket of silent?.sockets ?? []) socket.destroy();
    silent?.server.close();
    silent = undefined;
    await fake?.stop();
    fake = undefined;
    await scratch.remove();
  });
  const runOn = async (server: string): Promise<SuiteRun> => {
    await writeKubeconfig(scratch.path('config'), { server });
    return runSuite(['--kubeconfig', scratch.path('config')]);
  };
  const runOnNodes = async (nodes: unknown[]): Promise<SuiteRun> => {
    fake = await startFakeApi(({ path }) => {
      if (path.startsWith('/version')) return { json: { gitVersion: 'v1.37.2' } };
      if (path === '/api/v1/nodes') return { json: { metadata: {}, items: nodes } };
      if (path.endsWith('/selfsubjectaccessreviews'))
        return { status: 201, json: { spec: {}, status: { allowed: true } } };
      return status(404, 'no such path');
    });
    return runOn(fake.target.server);
  };

  it('because nobody listens there is said at once', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const { exitCode, stdout, report, durationMs } = await runOn(`https://127.0.0.1:${port}`);
    expect(exitCode, stdout).to.equal(3);
    expect(durationMs).to.be.below(20_000);
    expect(stdout).to.include(`The API server https://127.0.0.1:${port} can't be reached`);
    expect(report?.failure?.code).to.equal('server-unreachable');
    expect(report?.verdict).to.equal('partial');
    expect(report?.namespace).to.equal(null);
  });

  it('because the server accepts and is silent is said within 10 s and the start of the suite', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => void sockets.add(socket.on('error', () => {}))).listen(0, '127.0.0.1');
    silent = { server, sockets };
    await once(server, 'listening');
    const { exitCode, stdout, durationMs } = await runOn(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(exitCode, stdout).to.equal(3);
    expect(stdout).to.match(/can't be reached \(GET \/version\/?\): no answer after 1\d\.\d s/);
    expect(durationMs).to.be.below(40_000);
  });

  it('because no node is Ready is said with each node’s reason, and nothing is created', async () => {
    const { exitCode, stdout, report } = await runOnNodes([
      nodeObject('node-1', { ready: false }),
      nodeObject('node-2', { os: 'windows' }),
    ]);
    expect(exitCode, stdout).to.equal(3);
    expect(stdout).to.match(
      /no node that a probe can run on: node-1 \(not Ready: KubeletNotReady.*\), node-2 \(runs windows\)\./,
    );
    expect(report?.failure?.code).to.equal('no-ready-node');
    expect(created()).to.deep.equal([]);
  });

  it('because it has no nodes is said', async () => {
    const { exitCode, stdout } = await runOnNodes([]);
    expect(exitCode, stdout).to.equal(3);
    expect(stdout).to.include('The cluster has no nodes.');
    expect(created()).to.deep.equal([]);
  });

  /** Reviews are posted, too, but leave nothing. */
  function created(): string[] {
    return (fake?.requests ?? [])
      .filter(({ method, path }) => method !== 'GET' && !path.endsWith('reviews'))
      .map(({ path }) => path);
  }
});
