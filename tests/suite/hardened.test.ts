/** Clusters that refuse some of what a run makes, limit it, or forbid some of what it sends: the suite says so, and judges what is left. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { changing, refusing } from '../support/admission.ts';
import { namesOfDenials, withDefaultDeny } from '../support/default-deny.ts';
import { borrowingLab } from '../support/lab.ts';
import { namesOfNamespaces, whenNamespace } from '../support/namespaces.ts';
import { runSuite, type SuiteRun } from '../support/run-suite.ts';

const toPods = 'flat-network/pod-to-pod-across-nodes';
const fromNodes = 'flat-network/node-to-pod';

describe('a hardened cluster', function () {
  this.timeout(100_000);
  const borrowed = borrowingLab();

  const run = async (clauses: readonly string[], more = ''): Promise<SuiteRun> => {
    const chosen = clauses.flatMap((id) => ['--clause', id]);
    const options = more === '' ? [] : more.split(' ');
    const found = await runSuite(['--kubeconfig', borrowed.lab.kubeconfigPath, ...chosen, ...options]);
    expect(await namesOfNamespaces(borrowed.api)).to.deep.equal(borrowed.earlier);
    return found;
  };
  const verdicts = ({ report }: SuiteRun) =>
    Object.fromEntries((report?.clauses ?? []).map(({ id, verdict }) => [id, verdict]));

  const hostNetwork = {
    resources: ['pods'],
    expression: '!has(object.spec.hostNetwork) || !object.spec.hostNetwork',
    message: 'host network is not allowed here',
  };
  const labelled = {
    resources: ['namespaces', 'daemonsets', 'pods'],
    expression: "has(object.metadata.labels) && 'team' in object.metadata.labels",
    message: 'label team is required',
  };
  const annotated = {
    resources: ['namespaces', 'daemonsets', 'pods'],
    expression: "has(object.metadata.annotations) && 'cost-centre' in object.metadata.annotations",
    message: 'annotation cost-centre is required',
  };
  const limited = {
    resources: ['pods'],
    expression: 'object.spec.containers.all(one, has(one.resources) && has(one.resources.limits))',
    message: 'limits are required',
  };
  it('that requires labels, annotations and limits, and allows no host network: pods are judged, and of nodes it is said why not', async () => {
    await refusing(borrowed.api, [hostNetwork, labelled, annotated, limited], async () => {
      const refused = await run([toPods]);
      expect(refused.exitCode, refused.stdout).to.equal(3);
      expect(refused.report?.failure).to.include({ code: 'namespace-refused' });
      // Two policies refuse the namespace, and the API tells of one of them, not always the same.
      const { message = '', remedy = '' } = refused.report?.failure ?? {};
      const [told, option] = message.includes(labelled.message) ? [labelled, '--label'] : [annotated, '--annotation'];
      expect(message).to.include(told.message);
      expect(remedy).to.include(option);

      const asked = '--label team=net --annotation cost-centre=7 --limits cpu=500m,memory=256Mi';
      const some = await run([toPods, fromNodes], asked);
      expect(some.exitCode, some.stdout).to.equal(3);
      expect(verdicts(some)).to.deep.equal({ [toPods]: 'pass', [fromNodes]: 'inconclusive' });
      expect(some.report?.clauses.find(({ id }) => id === fromNodes)?.reason).to.include(hostNetwork.message);
      // Not waited out (180 s), as slow as the machine may be: pods that are let in may take half a minute to start.
      expect(some.report?.phases['waiting']).to.be.below(60_000);

      const all = await run([toPods, fromNodes], `${asked} --pods-only`);
      expect(all.exitCode, all.stdout).to.equal(0);
      expect(verdicts(all)).to.deep.equal({ [toPods]: 'pass', [fromNodes]: 'not applicable' });
    });
  });

  it('that allows some registries and no NodePorts: the first is told with its remedy, the second costs what needs them', async () => {
    const registry = {
      resources: ['pods'],
      expression: "object.spec.containers.all(one, one.image.startsWith('registry.example/'))",
      message: 'only images of registry.example are allowed',
    };
    const nodePort = {
      resources: ['pods', 'services'],
      expression: "!has(object.spec.type) || object.spec.type != 'NodePort'",
      message: 'NodePorts are not allowed here',
    };
    const refused = await refusing(borrowed.api, [registry], async () => run([toPods]));
    expect(refused.exitCode, refused.stdout).to.equal(3);
    expect(refused.report?.failure?.message).to.include(registry.message);
    expect(refused.report?.failure?.remedy).to.include('--image');

    const services = ['services/cluster-ip', 'services/node-port'];
    const some = await refusing(borrowed.api, [nodePort], async () => run(services));
    expect(some.exitCode, some.stdout).to.equal(0);
    expect(verdicts(some)).to.deep.equal({ 'services/cluster-ip': 'pass', 'services/node-port': 'not applicable' });
    expect(some.report?.clauses[1]?.reason).to.include(nodePort.message);
  });

  it('where a node can’t pull the image and another has little CPU for probes: neither is the network’s fault', async () => {
    const image = { node: 'node-2', path: '/spec/containers/0/image', value: 'registry.invalid/no/such:image' };
    const limits = { node: 'node-1', path: '/spec/containers/0/resources/limits', value: { cpu: '30m' } };
    const found = await changing(borrowed.api, image, async () =>
      changing(borrowed.api, limits, async () => run([toPods], '--deadline 20')),
    );
    expect(found.exitCode, found.stdout).to.equal(3);
    expect(verdicts(found)[toPods]).to.be.oneOf(['pass', 'inconclusive']);
    expect(found.stdout).to.match(/node-2.*registry\.invalid/);
    expect(found.report?.notes.join('\n')).to.include("limited the probes' containers on node-1 (cpu 30m)");
  });

  it('that gives probes less memory than they ask for on one node: it is told, and what runs is judged', async () => {
    const limits = { node: 'node-1', path: '/spec/containers/0/resources/limits', value: { memory: '24Mi' } };
    const found = await changing(borrowed.api, limits, async () => run([toPods], '--deadline 20'));
    expect(found.exitCode, found.stdout).to.equal(3);
    expect(verdicts(found)).to.deep.equal({ [toPods]: 'pass' });
    expect(found.report?.causes).to.deep.equal([]);
    const notes = found.report?.notes.join('\n');
    expect(notes).to.match(/node-1.*less than or equal to memory limit of 24Mi/);
    expect(notes).to.include('--limits');
  });

  it('that keeps the pods of a namespace on chosen nodes: the others are named, and by whom they were left out', async () => {
    const chosen = { path: '/spec/nodeSelector', value: { 'kubernetes.io/hostname': 'node-1' } };
    const found = await changing(borrowed.api, chosen, async () => run([toPods, 'flat-network/pod-to-pod-same-node']));
    expect(found.exitCode, found.stdout).to.equal(3);
    expect(found.report?.causes).to.deep.equal([]);
    expect(found.stdout).to.match(/kubernetes.io\/hostname/);
  });

  it('with policies of its own for all pods: what they close has no verdict, and they are named', async () => {
    const { api, earlier } = borrowed;
    const found = await withDefaultDeny(borrowed, async () => {
      const injected = whenNamespace(api, { besides: earlier }).then(inject);
      const [done] = await Promise.all([run([toPods, 'policy/open-by-default']), injected]);
      return done;
    });
    expect(found.exitCode, found.stdout).to.equal(3);
    expect(verdicts(found)).to.deep.equal({ [toPods]: 'inconclusive', 'policy/open-by-default': 'inconclusive' });
    expect(found.report?.clauses[0]?.reason).to.match(/NetworkPolicy injected, .* may forbid it/);
    for (const name of [...namesOfDenials, 'NetworkPolicy injected'])
      expect(found.report?.notes.join('\n')).to.include(name);
  });

  /** As admission controllers and operators do with each new namespace. */
  async function inject(namespace: string | null): Promise<void> {
    const spec = { podSelector: {}, policyTypes: ['Ingress'] };
    const body = { metadata: { name: 'injected' }, spec };
    await borrowed.api.networking.createNamespacedNetworkPolicy({ namespace: namespace ?? '', body });
  }
});
