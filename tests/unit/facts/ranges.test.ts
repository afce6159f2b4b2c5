import { expect } from 'chai';
import { assert, integer, ipV4, property } from 'fast-check';
import { describe, it } from 'mocha';
import { overlap, rangesOf } from '../../../lib/facts/ranges.ts';
import { node, survey } from './surveys.ts';

const evidence = (over: Parameters<typeof survey>[0]): string[] =>
  rangesOf(survey(over)).violations.map((one) => one.evidence);

describe('two ranges', () => {
  it('overlap when one holds an address of the other', () => {
    expect(overlap('10.0.0.0/8', '10.1.2.0/24')).to.equal(true);
    expect(overlap('10.1.2.0/24', '10.0.0.0/8')).to.equal(true);
    expect(overlap('10.1.2.0/24', '10.1.2.255')).to.equal(true);
    expect(overlap('fd00::/8', 'fd00:1::/64')).to.equal(true);
    expect(overlap('0.0.0.0/0', '192.0.2.1')).to.equal(true);
  });

  it('do not when they lie beside each other, or are of different families', () => {
    expect(overlap('10.1.2.0/24', '10.1.3.0/24')).to.equal(false);
    expect(overlap('fd00:1::/64', 'fd00:1:0:1::/64')).to.equal(false);
    expect(overlap('0.0.0.0/0', '::/0')).to.equal(false);
    expect(overlap('nonsense', '0.0.0.0/0')).to.equal(false);
  });

  it('overlap whichever is named first, and each with itself', () => {
    assert(
      property(ipV4(), ipV4(), integer({ min: 0, max: 32 }), integer({ min: 0, max: 32 }), (one, other, bits, more) => {
        const [first, second] = [`${one}/${bits}`, `${other}/${more}`];
        return overlap(first, second) === overlap(second, first) && overlap(first, first);
      }),
    );
  });
});

describe('the ranges of a cluster', () => {
  it('hold when pods, services and nodes are apart', () => {
    expect(rangesOf(survey())).to.include({ inconclusive: null });
    expect(evidence({})).to.deep.equal([]);
  });

  it('clash between two nodes', () => {
    const podRanges = [
      { range: '10.1.0.0/23', node: 'node-1', source: 'node' },
      { range: '10.1.1.0/24', node: 'node-2', source: 'node' },
    ];
    expect(evidence({ podRanges })).to.deep.equal([
      '10.1.0.0/23 (pods of node-1) overlaps 10.1.1.0/24 (pods of node-2)',
    ]);
  });

  it('clash between pods and services, pods and nodes, services and nodes', () => {
    expect(evidence({ serviceRanges: [{ range: '10.1.0.0/16', source: 'ServiceCIDR' }] })).to.have.length(2);
    const own = (address: string) => ({ kind: 'node' as const, name: 'node-3', node: 'node-3', address });
    expect(evidence({ owners: [own('10.1.2.77')] })).to.deep.equal([
      '10.1.2.0/24 (pods of node-2) overlaps 10.1.2.77 (node node-3)',
    ]);
    expect(evidence({ owners: [own('10.96.1.1')] })).to.have.length(1);
    const pod = { kind: 'pod' as const, name: 'a/x', node: 'node-1', address: '10.96.0.44' };
    expect(evidence({ podRanges: [], owners: [pod] })).to.deep.equal([
      '10.96.0.44 (pod a/x on node-1) lies in the service range 10.96.0.0/16',
    ]);
  });

  it('clash in IPv6', () => {
    const podRanges = [{ range: 'fd00:1::/48', node: 'node-1', source: 'node' }];
    expect(
      evidence({ podRanges, serviceRanges: [{ range: 'fd00:1:0:ffff::/112', source: 'ServiceCIDR' }] }),
    ).to.have.length(1);
  });

  it('do not clash where a plugin’s pool stands beside the nodes’ shares of it, or a node has several', () => {
    const podRanges = [
      { range: '10.1.0.0/16', node: null, source: 'IPPool' },
      { range: '10.1.1.0/24', node: 'node-1', source: 'node' },
      { range: '10.1.1.0/26', node: 'node-1', source: 'IPAMBlock' },
    ];
    expect(evidence({ podRanges })).to.deep.equal([]);
  });

  it('do not clash for a node whose name stands among its addresses', () => {
    expect(
      evidence({ nodes: [node('node-1', { addresses: [{ type: 'InternalIP', address: 'node-1.example' }] })] }),
    ).to.deep.equal([]);
  });

  it('are inconclusive without the service range, and say when nodes have no pod ranges', () => {
    expect(rangesOf(survey({ serviceRanges: [] })).inconclusive).to.equal('the service range could not be read');
    expect(rangesOf(survey({ podRanges: [] })).remarks).to.have.length(1);
  });
});
