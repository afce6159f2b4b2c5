/** A probe that is killed for its memory in mid-run says nothing about the network: it is told how it ended. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { sh } from '../faults/shell.ts';
import { borrowingLab } from '../support/lab.ts';
import { namesOfNamespaces, untilGone } from '../support/namespaces.ts';
import { runSuite, type SuiteRun } from '../support/run-suite.ts';

/**
 * Takes the memory that one probe's container has away from it. With cgroup v2 a limit below what is used kills at once; with v1 it is refused,
 * so that the least that is accepted is looked for, and kills by the next page.
 */
const starve = `
pid=$(grep -lz '^FLATNET_UID=' /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3 | while read -r one; do
  tr '\\0' '\\n' < /proc/$one/environ | grep -q '^HOSTNAME=pod-b' && echo $one; done | head -n 1)
test "$pid" || { echo 'no probe is here' >&2; exit 1; }
path=$(sed -n 's/^[0-9]*:memory://p' /proc/$pid/cgroup)
if test "$path"; then file=/sys/fs/cgroup/memory$path/memory.limit_in_bytes
else file=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/$pid/cgroup)/memory.max; fi
for mib in $(seq 4 200); do echo $((mib << 20)) > $file 2>/dev/null && { echo "$mib MiB for $pid"; exit; }; done
echo "$file takes no limit" >&2; exit 1`;

describe('a probe that is killed for its memory in mid-run', function () {
  this.timeout(300_000);
  const borrowed = borrowingLab();

  it('is named with how it ended; nothing is red for it', async () => {
    const { lab, api } = borrowed;
    const starved: Promise<string>[] = [];
    const run = async (): Promise<SuiteRun> =>
      runSuite(['--kubeconfig', lab.kubeconfigPath, '--clause', 'flat-network', '--clause', 'protocols'], {
        onLine: (line) =>
          void (line.startsWith('✓') && starved.length === 0 && starved.push(sh(lab, 'node-2', starve))),
      });
    const { report, stdout, exitCode } = await run();
    const [seen] = await Promise.all(starved);
    expect(seen, stdout).to.match(/MiB for/);
    const red = report?.clauses.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
    expect(red, stdout).to.deep.equal([]);
    expect(report?.causes).to.deep.equal([]);
    expect(exitCode, stdout).to.equal(3);
    expect(report?.notes.join('\n')).to.match(/pod-b\S* on node-2: OOMKilled/);
    expect(await untilGone(api, report?.namespace ?? '')).to.equal(true);
    expect(await namesOfNamespaces(api)).to.deep.equal(borrowed.earlier);
  });
});
