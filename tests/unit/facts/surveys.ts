import type { NodeFacts, Survey } from '../../../lib/cluster/model.ts';

export function node(name: string, over: Partial<NodeFacts> = {}): NodeFacts {
  return {
    name,
    ready: true,
    notReadyFor: null,
    skipped: null,
    ageMs: null,
    addresses: [{ type: 'InternalIP', address: '192.0.2.1' }],
    podCIDRs: [],
    kubeletVersion: 'v1.37.2',
    kernel: '6.18.5',
    os: 'linux',
    arch: 'amd64',
    containerRuntime: 'containerd://2.3.7',
    ...over,
  };
}

/** A cluster of two nodes in which nothing clashes. */
export function survey(over: Partial<Survey> = {}): Survey {
  return {
    server: 'https://192.0.2.1:6443',
    context: 'lab',
    version: 'v1.37.2',
    nodes: [node('node-1'), node('node-2', { addresses: [{ type: 'InternalIP', address: '192.0.2.2' }] })],
    podRanges: [
      { range: '10.1.1.0/24', node: 'node-1', source: 'node' },
      { range: '10.1.2.0/24', node: 'node-2', source: 'node' },
    ],
    serviceRanges: [{ range: '10.96.0.0/16', source: 'ServiceCIDR' }],
    owners: [],
    cni: { name: 'unknown', evidence: '' },
    takenPorts: [],
    proxyModeConfigured: null,
    ...over,
  };
}
