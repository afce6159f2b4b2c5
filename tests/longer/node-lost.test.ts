/** A node that goes in mid-run costs what it would have shown, and no verdict about the network of the others. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { sh } from '../faults/shell.ts';
import { borrowingLab } from '../support/lab.ts';
import { namesOfNamespaces, untilGone } from '../support/namespaces.ts';
import { runSuite, type SuiteRun } from '../support/run-suite.ts';

const lost = 'node-3';
const table = 'inet flatnet_test';
/** As by a power cut: from one moment to the next nothing comes from it. (A link that is down would lose its routes as well.) */
const cut = [
  `add table ${table}`,
  `add chain ${table} in { type filter hook prerouting priority -500; }`,
  `add rule ${table} in iifname "eth0" drop`,
  `add chain ${table} out { type filter hook postrouting priority 500; }`,
  `add rule ${table} out oifname "eth0" drop`,
].join('; ');

describe('a node that goes in mid-run', function () {
  this.timeout(300_000);
  const borrowed = borrowingLab();

  it('is named; nothing is red for it', async () => {
    const { lab, api } = borrowed;
    const gone: Promise<string>[] = [];
    const run = async (): Promise<SuiteRun> =>
      runSuite(['--kubeconfig', lab.kubeconfigPath, '--clause', 'flat-network'], {
        onLine: (line) => void (line.startsWith('✓') && gone.length === 0 && gone.push(sh(lab, lost, `nft '${cut}'`))),
      });
    let found: SuiteRun;
    try {
      found = await run();
    } finally {
      await Promise.allSettled(gone);
      await sh(lab, lost, `nft delete table ${table} 2>/dev/null || true`);
    }
    expect(gone, found.stdout).to.have.length(1);
    const red = found.report?.clauses.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
    expect(red, found.stdout).to.deep.equal([]);
    expect(found.exitCode, found.stdout).to.equal(3);
    expect(found.report?.causes).to.deep.equal([]);
    expect(found.report?.notes.join('\n')).to.match(new RegExp(`${lost} was not Ready`));
    expect(await untilGone(api, found.report?.namespace ?? '')).to.equal(true);
    expect(await namesOfNamespaces(api)).to.deep.equal(borrowed.earlier);
  });
});
