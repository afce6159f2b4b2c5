/** Clusters that put a quota or default limits into each new namespace: the suite says so, and judges what runs. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { until } from '../support/admission.ts';
import { borrowingLab } from '../support/lab.ts';
import { namesOfNamespaces } from '../support/namespaces.ts';
import { runSuite, type SuiteRun } from '../support/run-suite.ts';
import { asking } from '../support/webhook.ts';

const toPods = 'flat-network/pod-to-pod-across-nodes';
const fromNodes = 'flat-network/node-to-pod';

describe('a namespace that gets', function () {
  this.timeout(150_000);
  const borrowed = borrowingLab();

  /** A run in whose namespace `put` has made something before the first pod is asked for: as operators do, and without a race. */
  async function withIn(
    put: (namespace: string) => Promise<unknown>,
    options: readonly string[] = [],
  ): Promise<SuiteRun> {
    const made = new Map<string, Promise<unknown>>();
    const { done, asked } = await asking(
      borrowed,
      async ({ namespace }) => {
        const making = made.get(namespace) ?? put(namespace);
        made.set(namespace, making);
        await making;
      },
      async () =>
        runSuite(['--kubeconfig', borrowed.lab.kubeconfigPath, '--clause', toPods, '--clause', fromNodes, ...options]),
    );
    expect(asked.map(({ resource }) => resource)).to.include.members(['daemonsets', 'pods']);
    expect([...made.keys()]).to.deep.equal([done.report?.namespace]);
    expect(await namesOfNamespaces(borrowed.api)).to.deep.equal(borrowed.earlier);
    return done;
  }
  const verdicts = ({ report }: SuiteRun): string[] => (report?.clauses ?? []).map(({ verdict }) => verdict);

  it('a quota of fewer pods than there are probes: it is told in its own words, and what runs is judged', async () => {
    const { core } = borrowed.api;
    const found = await withIn(async (namespace) => {
      await core.createNamespacedResourceQuota({
        namespace,
        body: { metadata: { name: 'few' }, spec: { hard: { pods: '5' } } },
      });
      // Before its controller has counted, everything is refused.
      await until(async () => {
        const { status } = await core.readNamespacedResourceQuota({ namespace, name: 'few' });
        return status?.used?.['pods'] !== undefined;
      }, 'the quota is in force');
    });
    expect(found.exitCode, found.stdout).to.equal(3);
    // Which probes are let in is a matter of chance; of any five, some can dial others.
    expect(verdicts(found)).to.include('pass');
    for (const verdict of verdicts(found)) expect(verdict).to.be.oneOf(['pass', 'inconclusive']);
    expect(found.report?.causes).to.deep.equal([]);
    const notes = found.report?.notes.join('\n');
    expect(notes).to.match(/exceeded quota: few, requested: pods=1, used: pods=5, limited: pods=5/);
    expect(notes).to.include('Raise the quota');
    // Not waited out (180 s), as slow as the machine may be: pods that are let in may take half a minute to start.
    expect(found.report?.phases['waiting']).to.be.below(60_000);
  });

  it('small default limits: they are told, and nothing is red for them', async () => {
    const _default = { cpu: '30m', memory: '40Mi' };
    const found = await withIn(
      async (namespace) =>
        borrowed.api.core.createNamespacedLimitRange({
          namespace,
          body: { metadata: { name: 'small' }, spec: { limits: [{ type: 'Container', _default }] } },
        }),
      ['--deadline', '20'],
    );
    // How far probes come with so little depends on the machine: all the way, too late, or until they are killed.
    expect(found.exitCode, found.stdout).to.be.oneOf([0, 3]);
    for (const verdict of verdicts(found)) expect(verdict).to.be.oneOf(['pass', 'inconclusive']);
    expect(found.report?.causes).to.deep.equal([]);
    const notes = found.report?.notes.join('\n');
    expect(notes).to.include(
      "a LimitRange of the namespace limited the probes' containers on node-1, node-2, node-3 (cpu 30m, memory 40Mi)",
    );
    expect(notes).to.include('--limits');
  });
});
