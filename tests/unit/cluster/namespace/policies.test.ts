import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { markPods, standPolicies } from '../../../../lib/cluster/namespace/policies.ts';
import type { Policy } from '../../../../lib/policy/objects.ts';
import { startFakeApi, type FakeApi } from '../fake-api.ts';

describe('policies of the run', () => {
  const policy = (name: string, spec: Policy['spec'], namespace = 'flatnet-1'): Policy => ({
    metadata: { name, namespace },
    spec,
  });
  const closed = policy('closed', { podSelector: {}, policyTypes: ['Ingress'] });
  const opened = policy('opened', {
    podSelector: {},
    ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }],
  });
  let fake: FakeApi;
  let status = 200;
  beforeEach(async () => {
    status = 200;
    fake = await startFakeApi(() => ({ status, json: { kind: 'Status', status: 'Success' } }));
  });
  afterEach(() => fake.stop());

  const stand = (before: string[], policies: Policy[]) =>
    standPolicies(connectApi(fake.target), { namespace: 'flatnet-1', before, policies });
  const asked = () =>
    fake.requests.map(({ method, path }) => `${method} ${path.split('/networkpolicies')[1]}`).toSorted();

  it('are made, replaced and removed by name, in its own namespace', async () => {
    await stand(['closed', 'old'], [closed, opened]);
    expect(asked()).to.deep.equal(['DELETE /old', 'POST ', 'PUT /closed']);
    expect(fake.requests.every(({ path }) => path.includes('/namespaces/flatnet-1/'))).to.equal(true);
  });

  it('say what the API understands', async () => {
    await stand([], [opened]);
    const [made] = fake.requests.map(({ body }): unknown => JSON.parse(body));
    expect(made).to.have.nested.property('spec.ingress[0].from[0].podSelector');
    expect(made).to.have.nested.property('spec.ingress[0].ports[0].port', 80);
    expect(made).to.deep.nested.include({ 'metadata.name': 'opened', 'spec.podSelector': {} });
  });

  it('of another namespace are refused before anything is asked', async () => {
    const strange = policy('strange', { podSelector: {} }, 'default');
    const refusal = await stand(['closed'], [closed, strange]).catch((error: Error) => error.message);
    expect(refusal).to.equal('strange would select pods of default, not of the run');
    expect(fake.requests).to.deep.equal([]);
  });

  it('that were never made are gone', async () => {
    status = 404;
    await stand(['closed'], []);
    expect(asked()).to.deep.equal(['DELETE /closed']);
  });

  it('go by labels of the run’s pods, and only what changes is asked for', async () => {
    const pods = [
      { name: 'pod-a', pod: 'one' },
      { name: 'pod-b', pod: 'other' },
    ] as const;
    const mark = { 'flatnet/marked': 'yes' };
    const about = { namespace: 'flatnet-1', pods };
    await markPods(connectApi(fake.target), { ...about, before: {}, labels: { 'pod-a': mark } });
    await markPods(connectApi(fake.target), { ...about, before: { 'pod-a': mark }, labels: { 'pod-b': mark } });
    const patches = fake.requests.map(({ path, body }) => [path.split('/').at(-1), body]);
    const setTo = (value: string | null) => ({ metadata: { labels: { 'flatnet/marked': value } } });
    expect(patches.map(([pod, body]) => [pod, JSON.parse(String(body)) as unknown])).to.deep.equal([
      ['one', setTo('yes')],
      ['one', setTo(null)],
      ['other', setTo('yes')],
    ]);
  });
});
