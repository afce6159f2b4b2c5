import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Probe } from '../../../lib/cluster/model.ts';
import { proxyModes } from '../../../lib/facts/proxy-mode.ts';
import { makeWorld } from '../mesh/world.ts';

describe('the mode of kube-proxy', () => {
  it('is reported', () => {
    const found = proxyModes({ 'node-1': 'nftables', 'node-2': 'nftables' });
    expect(found).to.deep.include({ seen: 'nftables on 2 nodes', finding: false, remarks: [], violations: [] });
  });

  it('is a finding when nodes differ', () => {
    const found = proxyModes({ 'node-1': 'iptables', 'node-2': 'nftables', 'node-3': 'iptables' });
    expect(found).to.include({ seen: 'iptables on 2 nodes, nftables on node-2', finding: true });
    expect(found.measurements!.map(({ subject, estimate }) => [subject.mode, estimate])).to.deep.equal([
      ['iptables', 2],
      ['nftables', 1],
    ]);
    expect(found.remarks).to.deep.equal([
      'kube-proxy runs in different modes: node-1 iptables, node-2 nftables, node-3 iptables',
      'iptables on some nodes and nftables on others is supported while a cluster is upgraded (KEP-5343); a new flow then costs what the mode of its node costs',
    ]);
    expect(found.violations).to.deep.equal([]);
  });

  it('says of no other mix that it is supported', () => {
    for (const other of ['ipvs', 'userspace'])
      expect(proxyModes({ 'node-1': 'nftables', 'node-2': other, 'node-3': 'iptables' }).remarks).to.deep.equal([
        `kube-proxy runs in different modes: node-1 nftables, node-2 ${other}, node-3 iptables`,
      ]);
  });

  it('says who else translates', () => {
    const beside = proxyModes({ 'node-1': 'iptables' }, { plugin: 'cilium' });
    expect(beside.seen).to.equal('iptables on node-1; what pods dial by ClusterIP is translated by Cilium');
    const chained = proxyModes({ 'node-1': 'iptables' }, { plugin: 'aws-vpc-cni', policies: 'cilium' });
    expect(chained.seen).to.equal(beside.seen);
    const alone = proxyModes({ 'node-1': 'Cilium, without kube-proxy (by its ConfigMap)' }, { plugin: 'cilium' });
    expect(alone.seen).to.equal('Cilium, without kube-proxy (by its ConfigMap) on node-1');
  });

  it('says which tables iptables writes to, where nodes could tell', () => {
    const [one, two, three] = makeWorld({ nodes: 3 }).nodes.map((probe, n) => ({
      ...probe,
      hello: { ...probe.hello, legacyTables: [[], ['filter', 'nat'], null][n]! },
    }));
    const seenOf = (...probes: (Probe | undefined)[]): string =>
      proxyModes(
        { 'node-1': 'iptables', 'node-2': 'iptables', 'node-3': 'iptables' },
        { probes: probes.filter((probe) => probe !== undefined) },
      ).seen;
    expect(seenOf(one)).to.equal('iptables on 3 nodes; iptables writes to nft’s tables');
    expect(seenOf(one, three)).to.equal(
      'iptables on 3 nodes; iptables writes to nft’s tables (1 of 2 nodes could tell)',
    );
    expect(seenOf(one, two)).to.equal('iptables on 3 nodes; there is a legacy nat table of iptables on node-2');
    expect(seenOf(two)).to.equal('iptables on 3 nodes; there is a legacy nat table of iptables');
    expect(seenOf(three)).to.equal('iptables on 3 nodes');
    expect(proxyModes({ 'node-1': 'nftables' }, { probes: [one!] }).seen).to.equal('nftables on node-1');
  });

  it('is not made up where nobody was asked', () => {
    expect(proxyModes({}).seen).to.equal('no node was asked');
  });
});
