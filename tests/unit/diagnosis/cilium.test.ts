import { expect } from 'chai';
import { describe, it } from 'mocha';
import { diagnose } from '../../../lib/diagnosis/diagnose.ts';
import type { Cause } from '../../../lib/verdict/run.ts';
import { clause } from '../report/sample-runs.ts';
import { drops, isPod, mesh, type Fault } from './mesh.ts';

const onCilium = (plant: Fault): Cause[] => {
  const edges = mesh({ nodes: 3 }, plant);
  return diagnose([clause({ verdict: 'fail', edges, evidence: [] })], {
    sound: edges.filter(({ problems }) => problems.length === 0),
    around: { nodeOfAddress: () => 'node-1', plugin: 'cilium' },
  }).causes;
};

describe('diagnosis where the network plugin is Cilium', () => {
  it('names its own option for masquerading, and the command that shows its translations', () => {
    const [cause] = onCilium(({ from, to, responderSees }) =>
      isPod(from, 'node-1') && to.probe === 'node' && to.node !== 'node-1' && responderSees !== null
        ? {
            problems: ['source address translated'],
            responderSees: { ...responderSees, peer: { address: '198.18.1.1', port: 50_000 } },
          }
        : null,
    );
    expect(cause?.likelyCause).to.match(/; Cilium does this by default \(enable-ipv4-masquerade, .*\)$/);
    expect(cause?.likelyCause).not.to.include('flannel');
    expect(cause?.lookWith).to.match(/spec\.nodeName=node-1 .*cilium-dbg status; cilium-dbg bpf nat list'$/);
  });

  it('names a tunnel that is down: what pods send to nodes is masqueraded, and needs none', () => {
    const other = (one: { node: string }, two: { node: string }): boolean =>
      one.node !== two.node && [one.node, two.node].includes('node-2');
    const [cause, ...more] = onCilium(
      drops(({ from, to, answer }) => other(from, to) && isPod(to) && (isPod(from) || !answer)),
    );
    expect(cause?.likelyCause).to.match(/; or the tunnel of node-2 to the other nodes is down$/);
    expect(more).to.deep.equal([]);
  });

  it('looks for policies of all three kinds where packets are lost, and for what its programs drop', () => {
    const [cause] = onCilium(drops(({ from, to }) => from.node === 'node-1' && isPod(to, 'node-2')));
    expect(cause?.lookWith).to.include('kubectl get netpol,cnp,ccnp -A; ');
    expect(cause?.lookWith).to.match(/spec\.nodeName=node-2 .*cilium-dbg monitor --type drop'$/);
  });
});
