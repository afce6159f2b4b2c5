import { expect } from 'chai';
import { describe, it } from 'mocha';
import { inBpf } from '../../../lib/service-paths/in-bpf.ts';

describe('whether pods’ flows are translated and tracked in BPF maps', () => {
  const of = (name: string, policies?: string) =>
    inBpf({ cni: { name, evidence: '', ...(policies ? { policies: { name: policies, evidence: '' } } : {}) } });

  it('they are by Cilium, chained or not, known to route or not', () => {
    expect([of('cilium'), of('aws-vpc-cni', 'cilium'), of('unknown', 'cilium')]).to.deep.equal([true, true, true]);
    expect([of('flannel'), of('aws-vpc-cni', 'calico'), of('unknown')]).to.deep.equal([false, false, false]);
  });
});
