import { expect } from 'chai';
import { describe, it } from 'mocha';
import { extrasOf, inTheirTurns, neededBy, type Allowed, type Need } from '../../../lib/verdict/needs.ts';

const allowing = (allowed: Partial<Allowed>): Allowed => ({
  latency: 'short',
  headroom: false,
  policies: 'short',
  ...allowed,
});
const needed = (needs: Need[], allowed: Partial<Allowed> = {}): Need[] => [
  ...neededBy([{ id: 'x/none' }, { id: 'x/one', needs }], allowing(allowed)),
];
const made = (needs: Need[], allowed: Partial<Allowed> = {}) =>
  Object.fromEntries(extrasOf([{ id: 'x/none' }, { id: 'x/one', needs }], allowing(allowed)));

describe('what clauses need', () => {
  it('is nothing where none says so', () => {
    expect(needed([])).to.deep.equal([]);
    expect(made([])).to.deep.equal({});
  });

  it('is what any of them says', () => {
    const clauses: { id: string; needs: Need[] }[] = [
      { id: 'x/one', needs: ['services'] },
      { id: 'x/two', needs: ['fresh pods', 'every node'] },
    ];
    expect(neededBy(clauses, allowing({}))).to.deep.equal(new Set(['services', 'fresh pods', 'every node']));
    expect([...extrasOf(clauses, allowing({})).keys()]).to.deep.equal(['services', 'fresh pods']);
  });

  it('are Services to measure latency through, unless it is switched off', () => {
    for (const latency of ['short', 'full'] as const) {
      expect(needed(['latency'], { latency })).to.deep.equal(['latency']);
      expect(made(['latency'], { latency })).to.deep.equal({ services: 'with --latency off' });
    }
    expect(needed(['latency'], { latency: 'off' })).to.deep.equal([]);
    expect(made(['latency'], { latency: 'off' })).to.deep.equal({});
    expect(made(['services'], { latency: 'off' })).to.deep.equal({ services: 'without the clause x/one' });
  });

  it('is a load, and Services to send it through, only where it is allowed', () => {
    expect(needed(['load'])).to.deep.equal([]);
    expect(needed(['load'], { headroom: true })).to.deep.equal(['load']);
    expect(made(['latency', 'load'], { headroom: true })).to.deep.equal({
      services: 'with --latency off and without --headroom',
    });
    expect(made(['latency', 'load'], { headroom: true, latency: 'off' })).to.deep.equal({
      services: 'without --headroom',
    });
  });

  it('are NetworkPolicies, and Services that they are tried through, unless --policies is off', () => {
    const without = 'with --policies off';
    expect(made(['policies'])).to.deep.equal({ policies: without, services: without });
    expect(made(['policies'], { policies: 'off' })).to.deep.equal({});
  });

  it('puts clauses off that wait for something meanwhile', () => {
    const clauses: { id: string; needs?: Need[] }[] = [
      { id: 'x/held', needs: ['services', 'held flows'] },
      { id: 'x/moved', needs: ['moved pod'] },
      { id: 'x/one', needs: ['services'] },
      { id: 'x/two' },
    ];
    expect(inTheirTurns(clauses).map(({ id }) => id)).to.deep.equal(['x/one', 'x/two', 'x/moved', 'x/held']);
  });
});
