import { expect } from 'chai';
import { describe, it } from 'mocha';
import { diagnose } from '../../../../lib/diagnosis/diagnose.ts';
import type { Cause } from '../../../../lib/verdict/run.ts';
import { clause } from '../../report/sample-runs.ts';
import { drops, isPod, mesh, type Fault } from '../mesh.ts';

const onCilium = (plant: Fault, plugins: { plugin: string; policies?: string } = { plugin: 'cilium' }): Cause[] => {
  const edges = mesh({ nodes: 3 }, plant);
  return diagnose([clause({ verdict: 'fail', edges, evidence: [] })], {
    sound: edges.filter(({ problems }) => problems.length === 0),
    around: { nodeOfAddress: () => 'node-1', ...plugins },
  }).causes;
};

const masquerade: Fault = ({ from, to, responderSees }) =>
  isPod(from, 'node-1') && to.probe === 'node' && to.node !== 'node-1' && responderSees !== null
    ? {
        problems: ['source address translated'],
        responderSees: { ...responderSees, peer: { address: '198.18.1.1', port: 50_000 } },
      }
    : null;

describe('diagnosis where the network plugin is Cilium', () => {
  it('names its own option for masquerading, and the command that shows its translations', () => {
    const [cause] = onCilium(masquerade);
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

  it('chained to another plugin, drops by its policies, and leaves masquerading to the other', () => {
    const chained = { plugin: 'aws-vpc-cni', policies: 'cilium' };
    const [lost] = onCilium(
      drops(({ from, to }) => from.node === 'node-1' && isPod(to, 'node-2')),
      chained,
    );
    expect(lost?.lookWith).to.match(/cilium-dbg monitor --type drop'$/);
    const [translated] = onCilium(masquerade, chained);
    expect(translated?.likelyCause).to.include('many plugins do this by default');
    expect(translated?.lookWith).not.to.include('cilium');
  });

  it('looks for policies of all three kinds where packets are lost, and for what its programs drop', () => {
    const [cause] = onCilium(drops(({ from, to }) => from.node === 'node-1' && isPod(to, 'node-2')));
    expect(cause?.lookWith).to.include('kubectl get netpol,cnp,ccnp -A; ');
    expect(cause?.lookWith).to.match(/spec\.nodeName=node-2 .*cilium-dbg monitor --type drop'$/);
  });
});
