import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { policyNames } from '../../../../lib/cluster/namespace/policies.ts';
import { startFakeApi, status, type FakeAnswer, type FakeApi } from '../fake-api.ts';

describe('policyNames', () => {
  let fake: FakeApi | undefined;
  afterEach(async () => fake?.stop());
  const names = async (answer: FakeAnswer) => {
    fake = await startFakeApi(() => answer);
    const notes: string[] = [];
    const found = await policyNames(connectApi(fake.target), {
      namespace: 'flatnet-1',
      onNote: (note) => notes.push(note),
    });
    return { found, notes };
  };

  it('gives the names of NetworkPolicies in the run’s namespace', async () => {
    const { found } = await names({ json: { metadata: {}, items: [{ metadata: { name: 'default-deny' } }] } });
    expect(found).to.deep.equal(['default-deny']);
    expect(fake?.requests.map(({ path }) => path)).to.deep.equal([
      '/apis/networking.k8s.io/v1/namespaces/flatnet-1/networkpolicies',
    ]);
  });

  it('knows none, and says nothing, where they may not be listed or are unknown', async () => {
    expect(await names(status(403, 'networkpolicies is forbidden'))).to.deep.equal({ found: [], notes: [] });
    await fake?.stop();
    expect(await names(status(404, 'not found'))).to.deep.equal({ found: [], notes: [] });
  });

  it('says so when the list fails otherwise', async () => {
    const { found, notes } = await names(status(400, 'no'));
    expect(found).to.deep.equal([]);
    expect(notes[0]).to.contain('could not be listed');
  });
});
