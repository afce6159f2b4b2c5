import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { howTheyEnded, nodesLost } from '../../../../lib/cluster/probes/ended.ts';
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

describe('containers that ended', () => {
  let fake: FakeApi;
  afterEach(async () => fake.stop());
  const killed = (name: string, message: string) => ({
    metadata: { name },
    spec: { nodeName: 'node-1', containers: [{ name: 'probe', resources: { limits: { memory: '40Mi' } } }] },
    status: { containerStatuses: [{ lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', message } } }] },
  });
  const told = async (...names: string[]): Promise<string[]> => {
    const items = names.map((name) => killed(name, `${name} listens on port 8080`));
    fake = await startFakeApi(() => ({ json: { kind: 'PodList', apiVersion: 'v1', items } }));
    return howTheyEnded(connectApi(fake.target), { namespace: 'flatnet-1', pods: new Set(names) });
  };

  it('alike are told together, without what they said last', async () => {
    expect(await told('a')).to.deep.equal(['the container of a on node-1: OOMKilled (its limits: memory 40Mi)']);
  });

  it('are counted where there are many', async () => {
    expect(await told('a', 'b', 'c', 'd', 'e')).to.deep.equal([
      '5 containers (a on node-1, b on node-1, c on node-1 and 2 more): OOMKilled (its limits: memory 40Mi)',
    ]);
  });
});
