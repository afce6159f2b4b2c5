import { expect } from 'chai';
import { describe, it } from 'mocha';
import { explainViolation } from '../../../lib/diagnosis/violations.ts';
import { newPods } from '../../../lib/facts/new-pods.ts';
import { makeWorld } from '../mesh/world.ts';
import { node } from './surveys.ts';

const nodes = [node('node-1'), node('node-2')];
const missing = {
  node: 'node-2',
  probe: 'fresh',
  kind: 'network',
  reason: 'failed to find plugin "bridge" in path [/opt/cni/bin]',
} as const;
const fresh = makeWorld({ nodes: 1 }).pods;
const started = { fresh, families: ['IPv4' as const], startedInMs: 4_321.6, missing: [] };

describe('new pods', () => {
  it('that all started are no news', () => {
    const found = newPods(nodes, started);
    expect(found.violations).to.deep.equal([]);
    expect(found.seen).to.match(/^2 new pods started.* 4\.3 s/);
  });

  it('that did not start are named with the kubelet’s own words, each once', () => {
    const found = newPods(nodes, { ...started, missing: [missing, { ...missing }] });
    expect(found.violations).to.have.length(1);
    expect(found.violations[0]?.evidence).to.equal(`node-2 cannot start a pod: ${missing.reason}`);
    expect(explainViolation(found.violations[0]!)?.likelyCause).to.match(/network plugin of node-2/);
  });

  it('that an agent which is away keeps from starting are told as that, once for all attempts', () => {
    // Cilium v1.20.2 and containerd 2.3, the agent stopped.
    const reason = (sandbox: string): string =>
      `FailedCreatePodSandBox: failed to setup network for sandbox "${sandbox.repeat(64)}": plugin type="cilium-cni" failed (add): unable to connect to Cilium agent: failed to create cilium agent client after 30.000000 seconds timeout: Get "http://localhost/v1/config": dial unix /var/run/cilium/cilium.sock: connect: no such file or directory Is the agent running?`;
    const both = ['a', 'b'].map((sandbox) => ({ ...missing, reason: reason(sandbox) }));
    const { violations } = newPods(nodes, { ...started, missing: both });
    expect(violations).to.have.length(1);
    expect(explainViolation(violations[0]!)?.likelyCause).to.match(
      /^the network plugin's agent on node-2 does not run/,
    );
  });

  it('that did not start for another reason leave the question open', () => {
    const found = newPods(nodes, { ...started, missing: [{ ...missing, kind: 'other', reason: 'Too many pods' }] });
    expect(found.violations).to.deep.equal([]);
    expect(found.inconclusive).to.equal('node-2/fresh did not start: Too many pods');
  });

  it('without an address of a family that the cluster has break the promise', () => {
    const found = newPods(nodes, { ...started, families: ['IPv4', 'IPv6'] });
    expect(found.violations[0]?.evidence).to.match(/has no IPv6 address/);
  });

  it('can’t be had of a node that waits for its network plugin, unless it joined only just', () => {
    const unready = {
      ...node('node-3', { ready: false, skipped: 'not Ready: cni plugin not initialized' }),
      notReadyFor: 'network plugin',
    } as const;
    const old = newPods([...nodes, { ...unready, ageMs: 3_600_000 }], started);
    expect(old.violations[0]?.evidence).to.equal('node-3 cannot start a pod: not Ready: cni plugin not initialized');
    const young = newPods([...nodes, { ...unready, ageMs: 1_000 }], started);
    expect(young.violations).to.deep.equal([]);
    expect(young.inconclusive).to.match(/node-3 joined only just/);
  });
});
