import { expect } from 'chai';
import { describe, it } from 'mocha';
import { addressesFollow } from '../../../lib/facts/moved-pod.ts';

const before = { node: 'node-1', addresses: ['198.18.65.9', '2001:2:0:65::9'] };

describe('whether an address follows its pod', () => {
  it('is reported, and neither is wrong', () => {
    const other = addressesFollow([before, { node: 'node-2', addresses: ['198.18.66.9', '2001:2:0:66::9'] }]);
    expect(other).to.deep.include({
      seen: 'a pod that moved from node-1 to node-2 got another address (198.18.65.9, 2001:2:0:65::9, then 198.18.66.9, 2001:2:0:66::9)',
      violations: [],
    });
    const same = addressesFollow([before, { node: 'node-2', addresses: before.addresses.slice(0, 1) }]);
    expect(same.seen).to.match(/^a pod that moved from node-1 to node-2 kept 198\.18\.65\.9: /);
    expect(same.violations).to.deep.equal([]);
  });

  it('does not apply where no pod could be moved', () => {
    expect(addressesFollow('it takes two nodes')).to.include({ notApplicable: 'it takes two nodes' });
  });
});
