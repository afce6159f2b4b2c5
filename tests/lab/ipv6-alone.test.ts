/** The suite on a cluster of IPv6 alone: nothing in it has an address of IPv4. */
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { startLab, type Lab } from '../../lab/index.ts';
import { bringUpMs } from '../support/lab.ts';
import { otherNotes } from '../support/notes.ts';
import { runSuite } from '../support/run-suite.ts';
import { machine, machineWithoutLeftovers, type Machine } from '../support/machine.ts';

const clauses = ['flat-network/pod-to-pod-across-nodes', 'services/dns'];

describe('a lab of IPv6 alone', function () {
  this.timeout(bringUpMs);
  let lab: Lab;
  let found: Machine;
  before('it is up', async () => {
    found = await machineWithoutLeftovers();
    const options = { nodes: 2, proxy: 'iptables', families: ['IPv6'], topology: 'routed', dns: true } as const;
    lab = await startLab({ ...options, log: () => undefined });
  });
  after(async () => lab?.stop());

  it('has no address of IPv4 on a node nor beside the API server, but those of loopback interfaces', async () => {
    for (const name of [...lab.nodes, 'control']) {
      const { stdout } = await lab.execInNode(name, ['ip', '-4', '-oneline', 'address']);
      expect(
        stdout.split('\n').filter((line) => line !== '' && !/ lo +inet 127\./.test(line)),
        name,
      ).to.deep.equal([]);
    }
  });

  it('is found conformant, by a name server, too', async () => {
    const chosen = clauses.flatMap((id) => ['--clause', id]);
    const { report, stdout } = await runSuite(['--kubeconfig', lab.kubeconfigPath, '--latency', 'off', ...chosen]);
    expect(
      report?.clauses.map(({ id, verdict }) => `${id} ${verdict}`),
      stdout,
    ).to.deep.equal(clauses.map((id) => `${id} pass`));
    expect(report).to.have.deep.nested.property('cluster.families', ['IPv6']);
    expect(otherNotes(report)).to.deep.equal([]);
  });

  it('leaves nothing', async () => {
    await lab.stop();
    expect(await machine()).to.deep.equal(found);
  });
});
