import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { movePod } from '../../../../lib/cluster/probes/moved-pod.ts';
import { startFakeApi, status, type FakeApi } from '../fake-api.ts';

const manifest = {
  image: 'image',
  hostPort: 0,
  hasPullSecret: false,
  hostIPsField: 'status.hostIPs' as const,
  sourcePaths: [],
};

/** A cluster in which a pod has an address as soon as it is made, on these nodes. */
async function clusterWith(
  addresses: Record<string, string>,
  { mayCreate = true, afterMs = 0 } = {},
): Promise<FakeApi> {
  let tell: (event: unknown) => void = () => undefined;
  let node = '';
  const waiting: unknown[] = [];
  const say = (type: string): void => {
    const podIPs = addresses[node] === undefined ? [] : [{ ip: addresses[node] }];
    const event = { type, object: { metadata: { name: 'moved' }, spec: { nodeName: node }, status: { podIPs } } };
    waiting.push(event);
    tell(event);
  };
  return startFakeApi(({ method, path, body }) => {
    if (!path.startsWith('/api/v1/namespaces/run/pods')) return status(404, 'no such path');
    if (method === 'GET')
      return {
        stream: (write) => {
          for (const event of waiting) write(event);
          tell = write;
        },
      };
    if (method === 'POST' && !mayCreate) return status(403, 'pods is forbidden');
    if (method === 'POST') {
      ({ nodeName: node } = (JSON.parse(body) as { spec: { nodeName: string } }).spec);
      say('ADDED');
    } else say('DELETED');
    return { status: method === 'POST' ? 201 : 200, json: { metadata: { name: 'moved' } }, afterMs };
  });
}

describe('a pod that is made anew on another node', () => {
  let fake: FakeApi | null = null;
  afterEach(async () => fake?.stop());
  const moved = async (
    cluster: Promise<FakeApi>,
    { nodes = ['node-1', 'node-2', 'node-3'], deadlineMs = 5_000 } = {},
  ): ReturnType<typeof movePod> => {
    fake = await cluster;
    return movePod(connectApi(fake.target), { namespace: 'run', manifest, nodes, deadlineMs });
  };

  it('is told of with its nodes and addresses, after four requests', async () => {
    const places = await moved(clusterWith({ 'node-1': '198.18.65.9', 'node-2': '198.18.66.9' }));
    expect(places).to.deep.equal([
      { node: 'node-1', addresses: ['198.18.65.9'] },
      { node: 'node-2', addresses: ['198.18.66.9'] },
    ]);
    expect(fake?.requests.map(({ method }) => method).toSorted()).to.deep.equal(['DELETE', 'GET', 'POST', 'POST']);
  });

  it('has more time where admission takes long for each request', async () => {
    const addresses = { 'node-1': '198.18.65.9', 'node-2': '198.18.66.9' };
    expect(await moved(clusterWith(addresses, { afterMs: 1_000 }), { deadlineMs: 1_500 })).to.have.length(2);
  });

  it('is given up where it gets no address, where it may not be made, and where there is one node', async () => {
    expect(await moved(clusterWith({ 'node-1': '198.18.65.9' }), { deadlineMs: 3_000 })).to.equal(
      'it had no address on node-2 within 3 s',
    );
    await fake?.stop();
    expect(await moved(clusterWith({}, { mayCreate: false }))).to.match(
      /^a pod of its own may not be made, watched and deleted \(.*pods is forbidden/,
    );
    await fake?.stop();
    expect(await moved(clusterWith({}), { nodes: ['node-1'] })).to.equal('it takes two nodes');
  });
});
