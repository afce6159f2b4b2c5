/** The API server as pods know it. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { V1EndpointSlice, V1Service } from '@kubernetes/client-node';
import type { Api } from '../../../../lib/cluster/api/api.ts';
import { ClusterError } from '../../../../lib/cluster/api/errors.ts';
import { findApiService, serversBehind } from '../../../../lib/cluster/survey/api-server.ts';

const denied = new ClusterError('permission-missing', { message: 'no', remedy: '', status: 403 });

const find = (found: V1Service[] | Error) =>
  findApiService({
    core: {
      listNamespacedService: async () => {
        if (found instanceof Error) throw found;
        return { items: found };
      },
    },
  } as unknown as Api);

const behind = (found: V1EndpointSlice[] | Error) =>
  serversBehind({
    discovery: {
      listNamespacedEndpointSlice: async () => {
        if (found instanceof Error) throw found;
        return { items: found };
      },
    },
  } as unknown as Api);

describe('the Service of the API server', () => {
  it('has addresses and a port, be it another than 443', async () => {
    const ports = [
      { name: 'other', port: 1, protocol: 'UDP' },
      { name: 'metrics', port: 2 },
      { name: 'https', port: 8443 },
    ];
    expect(await find([{ spec: { clusterIPs: ['10.96.0.1', 'fd00::1'], ports } }])).to.deep.equal({
      name: 'default/kubernetes',
      addresses: { IPv4: '10.96.0.1', IPv6: 'fd00::1' },
      port: 8443,
    });
    expect(await find([{ spec: { clusterIP: '10.96.0.1', ports: ports.slice(0, 2) } }])).to.include({ port: 2 });
  });

  it('is not there, or may not be looked for: a sentence says so', async () => {
    const without = /^the cluster has no Service default\/kubernetes/;
    expect(await find([])).to.match(without);
    expect(await find([{ spec: { clusterIP: 'None', ports: [{ port: 443 }] } }])).to.match(without);
    expect(await find([{ spec: { clusterIP: '10.96.0.1', ports: [] } }])).to.match(without);
    expect(await find(denied)).to.match(/^no permission to list Services/);
    const thrown = await find(new Error('gone')).catch((error: unknown) => error);
    expect(thrown).to.have.property('message', 'gone');
  });

  it('has servers behind it: those that are ready, none, or nobody knows', async () => {
    const slice = (over: Partial<V1EndpointSlice>): V1EndpointSlice => ({
      addressType: 'IPv4',
      endpoints: [
        { addresses: ['198.18.0.2'], conditions: { ready: true } },
        { addresses: ['198.18.0.3'], conditions: { ready: false } },
        { addresses: ['198.18.0.4'] },
      ],
      ports: [{ port: 6443, protocol: 'TCP' }, { port: 1, protocol: 'UDP' }, {}],
      ...over,
    });
    const ready = [
      { address: '198.18.0.2', port: 6443 },
      { address: '198.18.0.4', port: 6443 },
    ];
    expect(await behind([slice({})])).to.deep.equal(ready);
    expect(await behind([slice({ endpoints: [] })])).to.deep.equal([]);
    expect(await behind([])).to.deep.equal([]);
    expect(await behind(denied)).to.equal(null);
    const thrown = await behind(new Error('gone')).catch((error: unknown) => error);
    expect(thrown).to.have.property('message', 'gone');
  });
});
