import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { nodesLost } from '../../../../lib/cluster/probes/ended.ts';
import { startFakeApi, status, type FakeAnswer, type FakeApi } from '../fake-api.ts';

describe('nodes whose probes were lost', () => {
  let fake: FakeApi;
  afterEach(async () => fake.stop());
  const told = async (answer: FakeAnswer, ...nodes: string[]): Promise<string[]> => {
    fake = await startFakeApi(() => answer);
    return nodesLost(connectApi(fake.target), new Set(nodes));
  };
  const ready = (name: string, condition: object) => ({
    metadata: { name },
    status: { conditions: [{ type: 'Ready', ...condition }], nodeInfo: { operatingSystem: 'linux' } },
  });
  const away = { status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
  const list = {
    json: { kind: 'NodeList', apiVersion: 'v1', items: [ready('node-1', { status: 'True' }), ready('node-2', away)] },
  };

  it('are told where they are not Ready any more, or gone', async () => {
    expect(await told(list, 'node-1', 'node-2', 'node-3')).to.deep.equal([
      'at the end of the run node-2 was not Ready: NodeStatusUnknown: Kubelet stopped posting node status.',
      'node-3 was removed from the cluster meanwhile',
    ]);
  });

  it('are not asked for where no probe was lost', async () => {
    expect(await told(list)).to.deep.equal([]);
    expect(fake.requests).to.have.length(0);
  });

  it('are left out where the API server does not tell', async () => {
    expect(await told(status(403, 'nodes is forbidden'), 'node-2')).to.deep.equal([]);
  });
});
