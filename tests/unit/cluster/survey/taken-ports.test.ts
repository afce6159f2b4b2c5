import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { moveFromTaken } from '../../../../lib/cluster/probes/move-ports.ts';
import { checkHostPort } from '../../../../lib/cluster/survey/taken-ports.ts';
import { rejection, startFakeApi, status, type FakeApi } from '../fake-api.ts';
import { podObject } from '../fake-cluster.ts';
import { makeWorld } from '../../mesh/world.ts';

describe('a port of a node', () => {
  let fake: FakeApi | undefined;
  afterEach(async () => fake?.stop());
  const ingress = podObject('ingress', { node: 'node-2' });
  ingress.spec!.containers[0]!.ports = [{ containerPort: 80, hostPort: 8_080 }];
  const exporter = podObject('exporter', { node: 'node-1', hostNetwork: true });
  exporter.spec!.containers[0]!.ports = [{ containerPort: 9_100 }];
  const ended = podObject('ended', { node: 'node-1', phase: 'Succeeded' });
  ended.spec!.containers[0]!.ports = [{ containerPort: 80, hostPort: 8_081 }];
  const service = { metadata: { namespace: 'shop', name: 'web' }, spec: { ports: [{ port: 80, nodePort: 30_080 }] } };
  const check = async (hostPort: number, { mayList = true } = {}) => {
    await fake?.stop();
    fake = await startFakeApi(({ path }) => {
      if (path === '/api/v1/services' && !mayList) return status(403, 'forbidden');
      return { json: { metadata: {}, items: path === '/api/v1/services' ? [service] : [ingress, exporter, ended] } };
    });
    return checkHostPort(connectApi(fake.target), { hostPort, nodes: ['node-1', 'node-2'] });
  };

  it('that a Service or a pod has is no port for probes: it is said whose it is', async () => {
    const words = async (port: number) => ((await rejection(check(port))) as Error).message;
    expect(await words(30_080)).to.equal('Port 30080 is taken on every node: it is the NodePort of Service shop/web.');
    expect(await words(8_080)).to.equal('Port 8080 is taken on node-2: it is the host port of pod default/ingress.');
    expect(await words(9_100))
      .to.include('node-1')
      .and.include('default/exporter');
  });

  it('that is free, of a pod that has ended or not known is taken', async () => {
    await check(7_777);
    await check(8_081);
    await check(30_080, { mayList: false });
  });

  it('that the kernel chose is left where it leads elsewhere', async () => {
    const { nodes } = makeWorld({
      nodes: 2,
      reply: (_probe, body) =>
        body.kind === 'listen'
          ? {
              records: body.ports.flatMap((port) =>
                (['TCP', 'UDP'] as const).map((protocol) => ({ kind: 'listen' as const, protocol, port, error: null })),
              ),
            }
          : null,
    });
    const [one, other] = nodes.map(({ hello }) => hello.port) as [number, number];
    const taken = [{ port: one, node: nodes[0]!.node, by: 'NodePort of Service shop/web' }];
    expect(await moveFromTaken(nodes, taken)).to.deep.equal([]);
    expect(nodes[0]!.hello.port).to.not.equal(one);
    expect(nodes[1]!.hello.port).to.equal(other);
  });
});
