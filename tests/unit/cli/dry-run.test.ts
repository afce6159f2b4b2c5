import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { dryRunText } from '../../../lib/cli/dry-run.ts';
import { parseOptions } from '../../../lib/cli/options/options.ts';
import type { ClauseMetadata } from '../../../lib/verdict/clause.ts';
import { scratchFolder, writeKubeconfig } from '../../support/kubeconfigs.ts';
import { startFakeApi, status, type FakeApi } from '../cluster/fake-api.ts';
import { nodeObject } from '../cluster/fake-cluster.ts';

const clauses: ClauseMetadata[] = [
  { id: 'x/plain', level: 'MUST', promise: 'P' },
  { id: 'x/young', level: 'MUST', promise: 'P', needs: ['fresh pods'] },
  { id: 'x/timed', level: 'INFO', promise: 'P', needs: ['latency'] },
  { id: 'x/loading', level: 'INFO', promise: 'P', needs: ['latency', 'load'] },
];

describe('what --dry-run says', () => {
  let scratch: Awaited<ReturnType<typeof scratchFolder>>;
  let fake: FakeApi;

  before(async () => {
    scratch = await scratchFolder();
    fake = await startFakeApi(({ path }) => {
      if (path === '/version') return { json: { gitVersion: 'v1.37.2' } };
      if (path === '/api/v1/nodes') return { json: { metadata: {}, items: [nodeObject('node-1')] } };
      if (path.endsWith('/selfsubjectaccessreviews'))
        return { status: 201, json: { spec: {}, status: { allowed: true } } };
      return status(404, 'no such path');
    });
    await writeKubeconfig(scratch.path('config'), { server: fake.target.server });
  });
  after(async () => {
    await fake.stop();
    await scratch.remove();
  });

  /** Its text, and the resources that permission was asked for. */
  async function dryRun(...argv: string[]): Promise<{ text: string; asked: string[] }> {
    const options = parseOptions(['--dry-run', '--kubeconfig', scratch.path('config'), ...argv], {}, clauses);
    const earlier = fake.requests.length;
    const chosen = clauses.filter(({ id }) => options.clauses.includes(id));
    const text = await dryRunText(options, chosen);
    const asked = fake.requests.slice(earlier).flatMap(({ path, body }) => {
      if (!path.endsWith('/selfsubjectaccessreviews')) return [];
      const { spec } = JSON.parse(body) as { spec: { resourceAttributes: { resource: string } } };
      return [spec.resourceAttributes.resource];
    });
    return { text, asked };
  }

  it('is no more than the probes where no clause needs more', async () => {
    const { text, asked } = await dryRun('--clause', 'x/plain');
    expect(text).to.include('3 DaemonSets:\n  2 pods and 1 on the host network on each of 1 nodes (node-1)');
    expect(text).not.to.match(/Service of type|load the network/);
    expect(text).to.include('\nThis user has every permission that is required: this was checked.\n');
    expect(text).to.match(/It would check 1 clauses:\n {2}x\/plain$/);
    expect(asked).not.to.include('services');
  });

  it('counts fresh pods where a clause needs them', async () => {
    const { text } = await dryRun('--clause', 'x/young');
    expect(text).to.include('4 DaemonSets:\n  3 pods and 1 on the host network');
  });

  it('has Services, and asks for permission to make them, where a clause measures through them', async () => {
    const { text, asked } = await dryRun('--clause', 'x/timed');
    expect(text).to.include('Some Services, with these pods behind them');
    expect(asked).to.include('services');
    const off = await dryRun('--clause', 'x/timed', '--latency', 'off');
    expect(off.text).not.to.include('Some Services');
    expect(off.asked).not.to.include('services');
  });

  it('announces a load where one is allowed', async () => {
    const argv = ['--clause', 'x/loading', '--latency', 'off'];
    expect((await dryRun(...argv)).text).not.to.match(/load the network|NodePort/);
    expect((await dryRun(...argv, '--headroom')).text).to.match(/Some Services[^]*It would load the network/);
  });
});
