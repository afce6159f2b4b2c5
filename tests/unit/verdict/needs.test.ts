import { expect } from 'chai';
import { describe, it } from 'mocha';
import { neededBy, type Allowed, type Need } from '../../../lib/verdict/needs.ts';

const needed = (needs: Need[], allowed: Partial<Allowed> = {}): Need[] => [
  ...neededBy([{}, { needs }], { latency: 'short', headroom: false, ...allowed }),
];

describe('what clauses need', () => {
  it('is nothing where none says so', () => expect(needed([])).to.deep.equal([]));

  it('is what any of them says', () => {
    expect(
      neededBy([{ needs: ['services'] }, { needs: ['fresh pods', 'every node'] }], { latency: 'off', headroom: false }),
    ).to.deep.equal(new Set(['services', 'fresh pods', 'every node']));
  });

  it('are Services to measure latency through, unless it is switched off', () => {
    expect(needed(['latency'])).to.deep.equal(['latency', 'services']);
    expect(needed(['latency'], { latency: 'full' })).to.deep.equal(['latency', 'services']);
    expect(needed(['latency'], { latency: 'off' })).to.deep.equal([]);
    expect(needed(['services'], { latency: 'off' })).to.deep.equal(['services']);
  });

  it('is a load, and Services to send it through, only where it is allowed', () => {
    expect(needed(['load'])).to.deep.equal([]);
    expect(needed(['load'], { headroom: true })).to.deep.equal(['load', 'services']);
    expect(needed(['latency', 'load'], { latency: 'off', headroom: true })).to.deep.equal(['load', 'services']);
  });
});
