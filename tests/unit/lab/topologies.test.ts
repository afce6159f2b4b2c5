import { expect } from 'chai';
import { describe, it } from 'mocha';
import { nodeAddresses } from '../../../lab/addresses.ts';
import { ciliumConfig } from '../../../lab/config/cilium.ts';
import { controlPlaneComponents } from '../../../lab/control-plane.ts';
import type { Family } from '../../../lab/families.ts';
import { startLab } from '../../../lab/index.ts';
import { nodeComponents } from '../../../lab/node.ts';
import { topologies } from '../../../lab/topology/index.ts';
import { topologyNames, topologyTable } from '../../../lab/topology/names.ts';

const families: readonly Family[] = ['IPv4', 'IPv6'];

describe('the topologies of the lab', () => {
  for (const name of topologyNames) {
    const topology = topologies[name];

    it(`${name}: every component has a command line, and what the command lines know of it is true`, () => {
      expect(Object.keys(topology.services(nodeAddresses(1), families))).to.have.members([...topology.components]);
      expect(Object.keys(topology.central?.services(families) ?? {})).to.have.members([
        ...(topology.central?.components ?? []),
      ]);
      expect(topology.kubeProxy).to.equal(topologyTable[name].kubeProxy);
    });
  }

  it('one without kube-proxy starts none, and what runs once a cluster is beside the control plane', () => {
    const free = topologies['cilium-kube-proxy-free'];
    expect(nodeComponents(free)).to.deep.equal(['containerd', 'cilium-agent', 'kubelet']);
    expect(nodeComponents(topologies.cilium).at(-1)).to.equal('kube-proxy');
    expect(controlPlaneComponents(free).at(-1)).to.equal('cilium-operator');
    expect(controlPlaneComponents(topologies.routed)).not.to.include('cilium-operator');
  });

  it('a mode of kube-proxy is refused where there is none, before anything is made', async () => {
    const options = { nodes: 1, proxy: 'nftables', families: ['IPv4'], log: () => undefined } as const;
    const refused = await startLab({ ...options, topology: 'cilium-kube-proxy-free' }).catch((error: unknown) => error);
    expect(refused).to.deep.include({
      code: 'LAB_WRONG_OPTION',
      message: 'cilium-kube-proxy-free runs no kube-proxy.',
    });
  });

  it('Cilium’s differ in what their names say', () => {
    const settings = (routing: 'tunnel' | 'native', kubeProxy: boolean) =>
      Object.entries(ciliumConfig({ routing, kubeProxy }, families)).map((entry) => entry.join('='));
    const usual = new Set(settings('tunnel', true));
    expect(settings('native', true).filter((one) => !usual.has(one))).to.deep.equal([
      'routing-mode=native',
      'auto-direct-node-routes=true',
      'ipv4-native-routing-cidr=198.18.64.0/18',
      'ipv6-native-routing-cidr=2001:2:0:6400::/56',
      'enable-bpf-masquerade=true',
    ]);
    expect(settings('tunnel', false).filter((one) => !usual.has(one))).to.deep.equal([
      'kube-proxy-replacement=true',
      'kube-proxy-replacement-healthz-bind-address=0.0.0.0:10256',
    ]);
  });
});
