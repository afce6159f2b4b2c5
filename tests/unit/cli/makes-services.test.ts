import { expect } from 'chai';
import { describe, it } from 'mocha';
import { makesServices } from '../../../lib/cli/chosen.ts';

describe('whether a run makes Services', () => {
  it('depends on the clauses that measure through them, on --latency, and on --headroom', () => {
    const headroom = false;
    for (const clause of ['services/kube-proxy-latency', 'services/headroom']) {
      expect(makesServices({ clauses: [clause], latency: 'short', headroom }), clause).to.equal(true);
      expect(makesServices({ clauses: [clause], latency: 'off', headroom }), clause).to.equal(false);
    }
    for (const asked of [false, true]) {
      const about = { latency: 'off', headroom: asked } as const;
      expect(makesServices({ clauses: ['services/headroom'], ...about })).to.equal(asked);
      expect(makesServices({ clauses: ['services/kube-proxy-latency'], ...about })).to.equal(false);
    }
    expect(makesServices({ clauses: ['services/proxy-mode'], latency: 'full', headroom: true })).to.equal(false);
  });
});
