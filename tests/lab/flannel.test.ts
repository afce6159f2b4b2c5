/** The suite on a real network that is not the lab's own: flannel as its own manifest sets it up. */
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { nodeAddresses } from '../../lab/addresses.ts';
import { startLab, type Lab } from '../../lab/index.ts';
import { bringUpMs } from '../support/lab.ts';
import { otherNotes } from '../support/notes.ts';
import { runSuite } from '../support/run-suite.ts';
import { machine, machineWithoutLeftovers, type Machine } from '../support/machine.ts';

const id = 'flat-network/pod-to-node-without-nat';

describe('a lab with flannel', function () {
  this.timeout(bringUpMs);
  let lab: Lab;
  let found: Machine;
  before('it is up', async () => {
    found = await machineWithoutLeftovers();
    lab = await startLab({
      nodes: 3,
      proxy: 'iptables',
      families: ['IPv4', 'IPv6'],
      topology: 'flannel',
      dns: true,
      log: () => undefined,
    });
  });
  after(async () => lab?.stop());

  it('is conformant with two findings: flanneld masquerades what pods send to nodes, and enforces no policies', async () => {
    const { exitCode, report, stdout } = await runSuite(['--kubeconfig', lab.kubeconfigPath, '--latency', 'off']);
    expect(exitCode, stdout).to.equal(0);
    expect(report, stdout).to.deep.include({ verdict: 'conformant', findings: [id, 'policy/supported'] });
    expect(otherNotes(report)).to.deep.equal([]);
    expect(report).to.have.nested.property('cluster.cni.name', 'flannel');
    const translators = ['node-1 (to 198.18.0.11, 2001:2::11)', 'node-2 (to 198.18.0.12,', 'node-3 (to 198.18.0.13,'];
    const causes = report?.causes.map(({ likelyCause }) => likelyCause).join('\n');
    for (const one of [...translators, '(the network plugin is flannel)']) expect(causes).to.include(one);
  });

  it('keeps no path MTU between nodes that the run has lowered: the tunnels’ own packets go there', async () => {
    const addresses = new Set<string | undefined>(
      lab.nodes.map((_, n) => nodeAddresses(n + 1)).flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]),
    );
    for (const node of lab.nodes)
      for (const family of ['-4', '-6']) {
        const { stdout } = await lab.execInNode(node, ['ip', '-o', family, 'route', 'show', 'cache']);
        const lowered = stdout.split('\n').filter((line) => addresses.has(line.split(' ')[0]));
        expect(lowered, node).to.deep.equal([]);
      }
  });

  it('is not conformant under --strict', async () => {
    const { exitCode, report } = await runSuite(['--kubeconfig', lab.kubeconfigPath, '--clause', id, '--strict']);
    expect(exitCode).to.equal(1);
    expect(report).to.deep.include({ verdict: 'not conformant', strict: true });
  });

  it('has one VXLAN link a node and family, inside that node, and no default route', async () => {
    for (const node of lab.nodes) {
      const links = await lab.execInNode(node, ['ip', '-o', 'link', 'show', 'type', 'vxlan']);
      expect(links.stdout.match(/flannel[\w-]*\.1/g), node).to.have.members(['flannel.1', 'flannel-v6.1']);
      for (const family of ['-4', '-6']) {
        const { stdout } = await lab.execInNode(node, ['ip', family, 'route', 'show', 'default']);
        expect(stdout, node).to.equal('');
      }
    }
  });

  it('leaves nothing', async () => {
    await lab.stop();
    expect(await machine()).to.deep.equal(found);
  });
});
