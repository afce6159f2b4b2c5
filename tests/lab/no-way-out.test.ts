import { networkInterfaces } from 'node:os';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { apiAddress, apiPort } from '../../lab/addresses.ts';
import { connectApi } from '../../lab/api.ts';
import { type Lab, probeImage, startLab } from '../../lab/index.ts';
import { run } from '../../lab/run.ts';
import { eventually } from '../../lab/processes.ts';

// Addresses kept for documentation (RFC 5737, 3849): they stand for the whole outside, and nobody answers at them.
const outside = ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1'];

// Dials over TCP and UDP and prints how it went: `connected`, `sent`, or the error's code.
const dial = `const [,address, port] = process.argv
const tcp = new Promise((done) => require('net').connect({ host: address, port: +port, timeout: 8000 }).on('connect', () => done('connected')).on('timeout', () => done('ETIMEDOUT')).on('error', (error) => done(error.code)))
const udp = new Promise((done) => { const socket = require('dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4').on('error', (error) => done(error.code)); socket.connect(+port, address, (error) => done(error ? error.code : 'routed')) })
Promise.all([tcp, udp]).then((results) => { console.log(results.join(' ')); process.exit() })`;

describe('nothing leaves the lab', function () {
  this.timeout(1_200_000);
  let lab: Lab;
  let forwarding: string;
  let folder: string;
  let node: string;

  before(async () => {
    // A node of the lab has a /tmp of its own, and this checkout may lie below the machine's.
    folder = await mkdtemp('/var/tmp/flatnet-no-way-out-');
    node = join(folder, 'node');
    await copyFile(process.execPath, node);
    forwarding = await readForwarding();
    lab = await startLab({
      nodes: 2,
      proxy: 'iptables',
      families: ['IPv4', 'IPv6'],
      topology: 'routed',
      log: () => undefined,
    });
  });
  after(async () => {
    await lab?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('has no default route on any node, nor beside the API server', async () => {
    for (const name of [...lab.nodes, 'control']) {
      for (const family of ['-4', '-6']) {
        const { stdout } = await lab.execInNode(name, ['ip', family, 'route', 'show', 'table', 'all', 'default']);
        // The kernel's own answer "no such network" counts as a route of type unreachable.
        expect(
          stdout.split('\n').filter((line) => line !== '' && !line.startsWith('unreachable')),
          name,
        ).to.deep.equal([]);
      }
    }
  });

  it('cannot be left by a node', async () => {
    for (const address of [...outside, ...machineAddresses()]) {
      const { stdout } = await lab.execInNode('node-1', [node, '-e', dial, address, '443']);
      expect(stdout, address).to.equal('ENETUNREACH ENETUNREACH');
    }
  });

  it('cannot be left by a pod', async () => {
    const inPod = await podNamespace(lab, node);
    expect(await inPod(apiAddress.ipv4, apiPort), 'the same dial reaches what is inside').to.match(/^connected/);
    for (const address of [outside[0]!, outside.at(-1)!, ...machineAddresses()])
      expect((await inPod(address, 443)).split(' ')[0], address).to.match(/^E(NETUNREACH|HOSTUNREACH|ACCES)$/);
  });

  it('gets its answers from this machine inside the lab, not by way of the default route', async () => {
    for (const address of ['198.18.64.2', '198.19.0.1'])
      expect(await run('ip', ['route', 'get', address])).to.include('dev flatnet-host');
  });

  it('leaves forwarding on this machine as it was', async () => {
    expect(await readForwarding()).to.equal(forwarding);
  });
});

const readForwarding = async () =>
  (
    await Promise.all(
      ['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding'].map((name) =>
        readFile(`/proc/sys/${name}`, 'utf8').catch(() => ''),
      ),
    )
  ).join();

const machineAddresses = () =>
  Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    name.startsWith('flatnet')
      ? []
      : (addresses ?? [])
          .filter(({ internal, family, address }) => !internal && !(family === 'IPv6' && address.startsWith('fe80')))
          .map(({ address }) => address),
  );

/** Starts a pod on node-1 and gives a function that dials from its network namespace. */
async function podNamespace(lab: Lab, program: string): Promise<(address: string, port: number) => Promise<string>> {
  const api = await connectApi();
  const spec = {
    nodeName: 'node-1',
    containers: [{ name: 'idle', image: probeImage, command: ['node', '-e', 'setInterval(() => {}, 1e6)'] }],
  };
  await api('POST', '/api/v1/namespaces/default/pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'idle' },
    spec,
  });
  const running = await eventually(
    async () => JSON.parse((await api('GET', '/api/v1/namespaces/default/pods/idle')).body).status.phase === 'Running',
    30_000,
  );
  expect(running, 'the pod runs').to.equal(true);
  const namespace = (await lab.execInNode('node-1', ['ls', '/run/netns'])).stdout.split('\n')[0];
  return async (address, port) =>
    (
      await lab.execInNode('node-1', [
        'nsenter',
        `--net=/run/netns/${namespace}`,
        program,
        '-e',
        dial,
        address,
        String(port),
      ])
    ).stdout;
}
