import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { whoRefusesExec } from '../../../../lib/cluster/probes/who-refuses-exec.ts';
import { startFakeApi, status, type FakeAnswer, type FakeApi } from '../fake-api.ts';

describe('exec that is refused', () => {
  let fake: FakeApi;
  afterEach(async () => fake.stop());
  const told = async (answer: FakeAnswer) => {
    fake = await startFakeApi(() => answer);
    const where = { namespace: 'flatnet-1', pod: 'pod-a-x', seen: 'Unexpected server response: 400' };
    const error = await whoRefusesExec(connectApi(fake.target), where);
    expect(error.code).to.equal('exec-refused');
    expect(error.message).to.include(`through ${fake.target.server}: Unexpected server response: 400; `);
    return error.message;
  };

  it('by what stands before the API server, which itself allows it', async () => {
    expect(await told(status(400, 'Upgrade request required'))).to.include('does not pass WebSocket upgrades');
    expect(fake.requests[0]?.path).to.equal('/api/v1/namespaces/flatnet-1/pods/pod-a-x/exec');
  });

  it('by the API server, in its words', async () => {
    expect(await told(status(403, 'pods "pod-a-x" is forbidden: no exec here'))).to.include(
      'the API server refuses it (pods "pod-a-x" is forbidden: no exec here)',
    );
  });

  it('by something else', async () => {
    expect(await told({ status: 405, text: 'Method not allowed by gateway' })).to.include(
      'answers 405 (Method not allowed by gateway)',
    );
  });
});
