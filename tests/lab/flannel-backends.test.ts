/** flannel's other backends: the same daemon, and two more ways between nodes. */
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startLab, type Lab, type LabOptions } from '../../lab/index.ts';
import { healthy } from '../support/healthy.ts';
import { bringUpMs } from '../support/lab.ts';
import { otherNotes } from '../support/notes.ts';
import { runSuite } from '../support/run-suite.ts';
import { machine, machineWithoutLeftovers, type Machine } from '../support/machine.ts';

const acrossNodes = 'flat-network/pod-to-pod-across-nodes';

describe('a lab with another backend of flannel', function () {
  this.timeout(bringUpMs);
  let lab: Lab | undefined;
  let found: Machine;
  const up = async (options: Pick<LabOptions, 'topology' | 'families'>): Promise<Lab> =>
    (lab = await startLab({ nodes: 3, proxy: 'iptables', log: () => undefined, ...options }));
  beforeEach(async () => {
    found = await machineWithoutLeftovers();
  });
  afterEach(async () => {
    await lab?.stop();
    expect(await machine(), 'nothing is left').to.deep.equal(found);
  });

  it('host-gw has routes and no tunnel; flanneld translates what goes between pods and nodes, both ways', async () => {
    const { kubeconfigPath, execInNode } = await up({ topology: 'flannel-host-gw', families: ['IPv4', 'IPv6'] });
    const { stdout: links } = await execInNode('node-1', ['ip', '-brief', 'link']);
    expect(links).not.to.include('flannel');
    const { stdout: routes } = await execInNode('node-1', ['ip', 'route']);
    expect(routes).to.match(/^198\.18\.65\.0\/24 via 198\.18\.0\.12 dev eth0/m);

    const { report, stdout } = await runSuite(['--kubeconfig', kubeconfigPath, '--latency', 'off']);
    const failed = report?.clauses.filter(({ level, verdict }) => level === 'MUST' && verdict === 'fail');
    const { verdict, findings, failed: expected } = healthy['flannel-host-gw'];
    expect(report, stdout).to.deep.include({ verdict, findings });
    expect(
      failed?.map(({ id }) => id),
      stdout,
    ).to.deep.equal(expected);
    expect(otherNotes(report)).to.deep.equal([]);
  });

  it('udp has one TUN device a node, and pods reach pods on other nodes through flanneld', async () => {
    const { kubeconfigPath, execInNode } = await up({ topology: 'flannel-udp', families: ['IPv4'] });
    const { stdout: routes } = await execInNode('node-1', ['ip', 'route', 'show', 'dev', 'flannel0']);
    expect(routes.trim()).to.equal('198.18.64.0/18');

    // TCP only: a burst of datagrams is more than the queue of a TUN device holds, and is lost without anybody's fault.
    const { report, stdout } = await runSuite(['--kubeconfig', kubeconfigPath, '--clause', acrossNodes]);
    const edges = report?.clauses.find(({ id }) => id === acrossNodes)?.edges ?? [];
    const outcomes = edges.filter(({ protocol }) => protocol === 'TCP').map(({ outcome }) => outcome);
    expect(outcomes, stdout).to.deep.equal(Array.from({ length: 24 }, () => 'delivered'));
  });

  it('udp says that it carries IPv4 only, and starts nothing', async () => {
    const refused = await up({ topology: 'flannel-udp', families: ['IPv4', 'IPv6'] }).catch((error: unknown) => error);
    expect(refused).to.deep.include({ code: 'LAB_WRONG_OPTION', message: 'flannel-udp carries IPv4 only.' });
  });
});
