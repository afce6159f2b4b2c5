import { expect } from 'chai';
import { describe, it } from 'mocha';
import { apiServer, nodeAddresses } from '../../../lab/addresses.ts';
import { ciliumConfig } from '../../../lab/config/cilium.ts';
import { controlPlaneServices } from '../../../lab/config/control-plane.ts';
import { dnsObjects } from '../../../lab/config/dns.ts';
import { netConf } from '../../../lab/config/flannel.ts';
import { kubeRouterArguments } from '../../../lab/config/kube-router.ts';
import { kubeletConfig, nodeServices, proxyConfig } from '../../../lab/config/node.ts';
import { familiesAskedFor, familiesByName, familiesNames, familiesText, type Family } from '../../../lab/families.ts';
import { startLab } from '../../../lab/index.ts';
import { topologies } from '../../../lab/topology/index.ts';

const node = nodeAddresses(2);

/** Everything that is written down for a cluster of these families. */
const written = (families: readonly Family[]): string =>
  JSON.stringify([
    apiServer(families),
    controlPlaneServices(families),
    nodeServices(node, families),
    kubeletConfig(node, families),
    proxyConfig('iptables', families),
    dnsObjects(families),
    netConf('vxlan', families),
    kubeRouterArguments(node, families),
    ciliumConfig({ routing: 'native', kubeProxy: false }, families),
    topologies.routed.routes(node, [nodeAddresses(1), node], families),
  ]);

describe('the IP families of a lab', () => {
  it('IPv6 alone means no address of IPv4 in anything that a component is told, but for etcd’s own', () => {
    const all = written(['IPv6']);
    expect(all.match(/\d+\.\d+\.\d+\.\d+(?=[:/"])/g)).to.satisfy((found: string[]) =>
      found.every((address) => address === '127.0.0.1'),
    );
    expect(all.match(/http:\/\/127\.0\.0\.1:\d+/g)).to.include('http://127.0.0.1:2379');
    for (const one of [
      'https://[2001:2::2]:6443',
      '--node-ip=2001:2::12"',
      '--service-cluster-ip-range=2001:2:0:f::/112"',
      '--cluster-cidr=2001:2:0:6400::/56"',
      '--node-cidr-mask-size-ipv6=64',
      '"healthzBindAddress":"[::]:10256"',
      '"clusterIPs":["2001:2:0:f::a"]',
      '"EnableIPv4":false',
      '--router-id=generate',
      'route add 2001:2:0:6400::/64 via 2001:2::11',
    ])
      expect(all).to.include(one);
  });

  it('IPv4 alone means none of IPv6', () => {
    expect(written(['IPv4'])).not.to.match(/2001:2|\[::|ipv6=64/);
  });

  it('of two, the first is the one that components have where they take one only', () => {
    const all = written(['IPv4', 'IPv6']);
    expect(all).to.include('--bind-address=198.18.0.2').and.include('"address":"198.18.0.12"');
    expect(all).to.include('--node-ip=198.18.0.12,2001:2::12');
  });

  it('are asked for by name or by the short form, not by both where they contradict each other', () => {
    expect(familiesAskedFor({})).to.deep.equal(['IPv4']);
    expect(familiesAskedFor({ dualStack: true })).to.deep.equal(['IPv4', 'IPv6']);
    for (const families of familiesNames)
      expect(familiesAskedFor({ families })).to.deep.equal([...familiesByName[families]]);
    expect(familiesAskedFor({ families: 'dual', dualStack: true })).to.deep.equal(['IPv4', 'IPv6']);
    expect(familiesAskedFor({ families: 'ipv6', dualStack: true })).to.equal(null);
    expect(familiesNames.map((name) => familiesText(familiesByName[name]))).to.deep.equal([
      'IPv4',
      'IPv6',
      'dual stack',
    ]);
  });

  it('are refused where the topology carries only another one, before anything is made', async () => {
    const options = { nodes: 1, proxy: 'iptables', families: ['IPv6'], log: () => undefined } as const;
    const refused = await startLab({ ...options, topology: 'flannel-udp' }).catch((error: unknown) => error);
    expect(refused).to.deep.include({ code: 'LAB_WRONG_OPTION', message: 'flannel-udp carries IPv4 only.' });
  });
});
