import { expect } from 'chai';
import { describe, it } from 'mocha';
import { reverseName } from '../../../lib/service-paths/reverse-name.ts';

describe('the name of an address in DNS', () => {
  it('is its bytes backwards, or its digits', () => {
    expect(reverseName('198.19.0.1')).to.equal('1.0.19.198.in-addr.arpa');
    // The example of RFC 3596, section 2.5.
    expect(reverseName('4321:0:1:2:3:4:567:89ab')).to.equal(
      'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa',
    );
    expect(reverseName('2001:2:0:f::1')).to.equal(
      '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.f.0.0.0.0.0.0.0.2.0.0.0.1.0.0.2.ip6.arpa',
    );
    expect(reverseName('::1')).to.equal(`1.${'0.'.repeat(31)}ip6.arpa`);
  });
});
