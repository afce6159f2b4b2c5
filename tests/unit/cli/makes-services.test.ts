import { expect } from 'chai';
import { describe, it } from 'mocha';
import { makesServices } from '../../../lib/cli/run-on-cluster.ts';

describe('whether a run makes Services', () => {
  it('depends on the clauses that measure through them, and on --latency', () => {
    for (const clause of ['services/kube-proxy-latency', 'services/headroom']) {
      expect(makesServices({ clauses: [clause], latency: 'short' }), clause).to.equal(true);
      expect(makesServices({ clauses: [clause], latency: 'off' }), clause).to.equal(false);
    }
    expect(makesServices({ clauses: ['services/proxy-mode'], latency: 'full' })).to.equal(false);
  });
});
