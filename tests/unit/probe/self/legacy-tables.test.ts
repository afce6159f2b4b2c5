import { expect } from 'chai';
import { describe, it } from 'mocha';
import { legacyTables } from '../../../../lib/probe/self/legacy-tables.ts';

/** What there is to be read, by family; an error as readFileSync throws it. */
function reading(four: string | { code: string }, six: string | { code: string }) {
  return (path: string): string => {
    const found = path.includes('ip6') ? six : four;
    if (typeof found === 'string') return found;
    throw Object.assign(new Error(found.code), found);
  };
}

describe('legacy tables of iptables', () => {
  it('are named once for both families', () => {
    expect(legacyTables(reading('nat\nfilter\n', 'filter\n'))).to.deep.equal(['filter', 'nat']);
  });

  it('are none where the kernel lists none, or has no such back end', () => {
    expect(legacyTables(reading('', { code: 'ENOENT' }))).to.deep.equal([]);
    expect(legacyTables(reading({ code: 'ENOENT' }, { code: 'ENOENT' }))).to.deep.equal([]);
  });

  it('are unknown where they can’t be read', () => {
    expect(legacyTables(reading({ code: 'EACCES' }, ''))).to.equal(null);
    expect(legacyTables(reading('nat\n', { code: 'EACCES' }))).to.equal(null);
  });
});
