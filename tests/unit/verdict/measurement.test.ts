import { expect } from 'chai';
import { describe, it } from 'mocha';
import { identityOf, measurement, measurementOf } from '../../../lib/verdict/measurement.ts';
import { measured } from '../../../lib/verdict/measurement-names.ts';

describe('a measurement', () => {
  it('has the unit of its name, and null for what is not known', () => {
    const made = measurementOf('conntrack/fill', { node: 'node-1' }, { estimate: 0.5 });
    expect(measurement.parse(made)).to.deep.equal({
      name: 'conntrack/fill',
      subject: { node: 'node-1' },
      unit: 'share',
      estimate: 0.5,
      lower: null,
      upper: null,
      level: null,
      resolution: null,
      control: null,
      better: 'lower',
    });
  });

  it('has an interval at 95 %, unless it is said at which', () => {
    const at = (found: object) => measurementOf('flow/lost', {}, { estimate: 0, ...found }).level;
    expect(at({ lower: 0, upper: 0.1 })).to.equal(0.95);
    expect(at({ lower: 0 })).to.equal(0.95);
    expect(at({ lower: 0, upper: 0.1, level: 1 })).to.equal(1);
    expect(at({})).to.equal(null);
  });

  it('is identified by its name and its subject, in whatever order that was written', () => {
    const one = identityOf({ name: 'a', subject: { from: 'x', to: 'y' } });
    expect(identityOf({ name: 'a', subject: { to: 'y', from: 'x' } })).to.equal(one);
    expect(identityOf({ name: 'b', subject: { from: 'x', to: 'y' } })).not.to.equal(one);
    expect(identityOf({ name: 'a', subject: { from: 'y', to: 'x' } })).not.to.equal(one);
  });

  it('has a name in steps of lower-case words', () => {
    for (const name of Object.keys(measured)) expect(name).to.match(/^[a-z0-9-]+(\/[a-z0-9-]+)+$/);
  });
});
