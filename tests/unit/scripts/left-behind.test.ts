import { expect } from 'chai';
import { describe, it } from 'mocha';
import { leftBehind } from '../../../scripts/soak/left-behind.ts';
import type { Found } from '../../../scripts/soak/left-behind.ts';

const clean: Found = {
  namespaces: [],
  mounts: [],
  links: ['eth0', 'lo'],
  routes: [],
  rules: [],
  processes: [],
  cgroups: [],
  folders: [],
  sysctls: ['kernel/panic=0'],
  bpf: ['program 3'],
};

describe('what a lab left', () => {
  it('is nothing on a machine that is as it was', () => {
    expect(leftBehind(clean, { ...clean })).to.deep.equal([]);
  });

  it('is what there is more of, what is gone, and what has another value', () => {
    const now: Found = {
      ...clean,
      links: ['lo', 'cilium_host'],
      sysctls: ['kernel/panic=1'],
      bpf: ['map 9'],
    };
    expect(leftBehind(clean, now)).to.deep.equal([
      'links: + cilium_host',
      'links: - eth0',
      'sysctls: + kernel/panic=1',
      'sysctls: - kernel/panic=0',
      'bpf: + map 9',
    ]);
  });
});
