import { expect } from 'chai';
import { describe, it } from 'mocha';
import { withoutAny } from '../../../../lib/cluster/probes/deploy.ts';
import type { Missing } from '../../../../lib/cluster/model.ts';
import { makeWorld } from '../../mesh/world.ts';

describe('a fresh probe', () => {
  it('is not waited for on a node that got no probe at all, and is missing there for the same reason', () => {
    const { pods } = makeWorld({ nodes: 1 });
    const lacks = (node: string, probe: Missing['probe']): Missing => ({
      node,
      probe,
      reason: `no ${probe} on ${node}`,
      kind: 'other',
    });
    const missing = [lacks('node-1', 'node'), lacks('node-2', 'pod-a'), lacks('node-2', 'pod-b')];
    expect(withoutAny(['node-1', 'node-2'], { name: 'fresh', probes: pods, missing })).to.deep.equal([
      { ...lacks('node-2', 'pod-a'), probe: 'fresh' },
    ]);
  });
});
