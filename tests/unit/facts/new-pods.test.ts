import { expect } from 'chai';
import { describe, it } from 'mocha';
import { newPods } from '../../../lib/facts/new-pods.ts';
import { node } from './surveys.ts';

const nodes = [node('node-1'), node('node-2')];
const missing = { node: 'node-2', probe: 'fresh', reason: 'failed to find plugin "bridge" in path [/opt/cni/bin]' };
const started = { started: 2, startedInMs: 4_321.6, missing: [] };

describe('new pods', () => {
  it('that all started are no news', () => {
    const found = newPods(nodes, started);
    expect(found.violations).to.deep.equal([]);
    expect(found.seen).to.match(/^2 new pods started.* 4\.3 s/);
  });

  it('that did not start are named with the kubelet’s own words, each once', () => {
    const found = newPods(nodes, { ...started, started: 1, missing: [missing, { ...missing }] });
    expect(found.violations).to.have.length(1);
    expect(found.violations[0]?.evidence).to.equal(`node-2 cannot start a pod: ${missing.reason}`);
    expect(found.violations[0]?.likelyCause).to.match(/network plugin of node-2/);
  });

  it('can’t be had of a node that is not Ready for want of a network', () => {
    const unready = node('node-3', {
      ready: false,
      skipped: 'not Ready: NetworkPluginNotReady: cni plugin not initialized',
    });
    expect(newPods([...nodes, unready], started).violations.map(({ evidence }) => evidence)).to.deep.equal([
      'node-3 cannot start a pod: not Ready: NetworkPluginNotReady: cni plugin not initialized',
    ]);
    expect(newPods([...nodes, node('node-4', { skipped: 'runs windows' })], started).violations).to.deep.equal([]);
  });
});
