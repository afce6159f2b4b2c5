/** The Service of the cluster's DNS. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { V1Pod, V1Service } from '@kubernetes/client-node';
import type { Api } from '../../../../lib/cluster/api/api.ts';
import { ClusterError } from '../../../../lib/cluster/api/errors.ts';
import { behindDns, findDns } from '../../../../lib/cluster/survey/dns.ts';

const service = (namespace: string, name: string, spec: V1Service['spec']): V1Service => ({
  metadata: { namespace, name },
  ...(spec === undefined ? {} : { spec }),
});

function apiOf(dns: V1Service[], error?: Error): Api {
  const core = {
    listServiceForAllNamespaces: async () => {
      if (error !== undefined) throw error;
      return { items: dns };
    },
    listNamespacedService: async () => ({
      items: [service('default', 'kubernetes', { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'] })],
    }),
  };
  return { core } as unknown as Api;
}

describe('the Service of the cluster’s DNS', () => {
  it('is found by its label, with its addresses and ports; one without an address is none', async () => {
    const ports = [
      { name: 'metrics', port: 9153, protocol: 'TCP' },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ];
    const clusterIPs = ['10.96.0.10', 'fd00::a'];
    const found = await findDns(
      apiOf([
        service('other', 'headless', { clusterIPs: ['None'] }),
        service('kube-system', 'kube-dns', { clusterIPs, ports, selector: { 'k8s-app': 'kube-dns' } }),
      ]),
    );
    expect(found).to.deep.equal({
      name: 'kube-system/kube-dns',
      namespace: 'kube-system',
      selector: { 'k8s-app': 'kube-dns' },
      addresses: { IPv4: '10.96.0.10', IPv6: 'fd00::a' },
      ports: { UDP: 53, TCP: null },
      targetPorts: { UDP: 53, TCP: null },
      kubernetes: { IPv4: '10.96.0.1' },
    });
  });

  it('is not there, or may not be looked for: a sentence says so', async () => {
    expect(await findDns(apiOf([]))).to.equal('the cluster has no Service for DNS (labelled k8s-app=kube-dns)');
    const denied = new ClusterError('permission-missing', { message: 'no', remedy: '', status: 403 });
    expect(await findDns(apiOf([], denied))).to.match(/^no permission to list Services/);
    const thrown = await findDns(apiOf([], new Error('gone'))).catch((error: unknown) => error);
    expect(thrown).to.have.property('message', 'gone');
  });

  it('tells where its pods receive, by number or by the name of a port of theirs', async () => {
    const ports = [
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 8053 },
      { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 'dns-tcp' },
    ];
    const found = await findDns(apiOf([service('kube-system', 'kube-dns', { clusterIPs: ['10.96.0.10'], ports })]));
    if (typeof found === 'string') throw new Error(found);
    expect(found.targetPorts).to.deep.equal({ UDP: 8053, TCP: 'dns-tcp' });
    const calling = (...called: [string, number, string][]): V1Pod => ({
      spec: {
        containers: [
          { name: 'dns', ports: called.map(([name, containerPort, protocol]) => ({ name, containerPort, protocol })) },
        ],
      },
    });
    const behind = async (...pods: V1Pod[]) => {
      const listNamespacedPod = async () => ({ items: pods, metadata: {} });
      const api = { until: () => ({ core: { listNamespacedPod } }) } as unknown as Api;
      return (await behindDns(api, { ...found, selector: { app: 'dns' } })).ports;
    };
    const one = calling(['dns', 5353, 'UDP'], ['dns-tcp', 5354, 'UDP'], ['dns-tcp', 5353, 'TCP']);
    expect(await behind(one, one)).to.deep.equal({ UDP: 8053, TCP: 5353 });
    expect(await behind(one, calling(['dns-tcp', 53, 'TCP']))).to.deep.equal({ UDP: 8053, TCP: null });
    expect(await behind()).to.deep.equal({ UDP: 8053, TCP: null });
  });

  it('has its pods on nodes: each once, none where they may not be listed, and none without a selector', async () => {
    const asked: unknown[] = [];
    const nodesOf = async (pods: V1Pod[] | Error, selector: Record<string, string>): Promise<string[]> => {
      const listNamespacedPod = async (request: { namespace: string; labelSelector: string }) => {
        asked.push([request.namespace, request.labelSelector]);
        if (pods instanceof Error) throw pods;
        return { items: pods, metadata: {} };
      };
      const api = { until: () => ({ core: { listNamespacedPod } }) } as unknown as Api;
      const dns = { name: 'one/dns', namespace: 'one', addresses: {}, ports: { UDP: 53, TCP: 53 }, kubernetes: {} };
      const targetPorts = dns.ports;
      return (await behindDns(api, { ...dns, targetPorts, selector })).on;
    };
    const on = (nodeName?: string): V1Pod => ({
      spec: { containers: [], ...(nodeName === undefined ? {} : { nodeName }) },
    });
    const labels = { app: 'dns', tier: 'one' };
    expect(await nodesOf([on('node-2'), on('node-1'), on('node-2'), on()], labels)).to.deep.equal(['node-1', 'node-2']);
    expect(await nodesOf(new Error('forbidden'), labels)).to.deep.equal([]);
    expect(await nodesOf([on('node-1')], {})).to.deep.equal([]);
    expect(asked).to.deep.equal([
      ['one', 'app=dns,tier=one'],
      ['one', 'app=dns,tier=one'],
    ]);
  });
});
