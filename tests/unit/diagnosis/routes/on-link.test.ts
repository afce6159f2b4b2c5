/** A bridge whose subnet overlaps the pods' range is named where it explains all that fails, and where others send by a next hop. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Leg } from '../../../../lib/diagnosis/folding/observations.ts';
import type { Route } from '../../../../lib/evidence/node-evidence.ts';
import type { Edge } from '../../../../lib/verdict/run.ts';
import { causesOf, drops, isPod, mesh, type Fault } from '../mesh.ts';
import { kernelsOf, type KernelOptions } from './kernels.ts';

/** What node-2 sends to pods of node-3 goes to a bridge where nobody has these addresses. */
const lost: Fault = drops(({ from, to }: Leg) => from.node === 'node-2' && isPod(to, 'node-3'));
const bridge: Partial<Route> = { gateway: null, device: 'docker0' };
const toBridge = (node: string, to: Edge['from']): Partial<Route> | null =>
  node === 'node-2' && isPod(to, 'node-3') ? bridge : null;

function saidOf(options: KernelOptions, { plant = lost, nodes = 3 } = {}) {
  const edges = mesh({ nodes }, plant);
  return causesOf(edges, { evidence: kernelsOf(edges, options) });
}

const asEver = /^node-2 has no working route to the pods of node-3, or a wrong neighbour entry/;

describe('a bridge whose subnet overlaps the range of pods', () => {
  it('is the cause, by its name, and how others send there is told', () => {
    const [cause, ...more] = saidOf({ says: toBridge });
    expect(cause?.likelyCause).to.match(
      /^node-2 takes the pods of node-3 for neighbours on its interface docker0, and sends .* there: the subnet of that interface overlaps/,
    );
    expect(cause?.evidence[1]).to.equal(
      'by the kernel of node-2 (ip route get), the way to 198.18.3.2 and 198.18.3.3 is straight out of docker0; by that of node-1, it is by 198.18.3.1',
    );
    expect(cause?.lookWith).to.match(/node\/node-2 .*ip route get 198\.18\.3\.[23]; ip -br address/);
    expect(more).to.deep.equal([]);
  });

  it('is the cause where no other node was asked: the way back has a next hop', () => {
    const two = saidOf({ says: toBridge, asked: ['node-2', 'node-3'] });
    expect(two[0]?.likelyCause).to.match(/on its interface docker0/);
    expect(two[0]?.evidence[1]).to.match(/by that of node-3, the way back is by 198\.18\.2\.1$/);
  });

  it('says nothing where others send on a link as well, as where all nodes and pods are on one', () => {
    const flat = (node: string, to: Edge['from']) => (node !== to.node ? { gateway: null, device: 'eth0' } : null);
    expect(saidOf({ says: flat })[0]?.likelyCause).to.match(asEver);
  });

  it('says nothing where the way back is on that link, too, as between two nodes of one subnet where a third is in another', () => {
    const near = (node: string, to: Edge['from']) =>
      [node, to.node].toSorted().join() === 'node-2,node-3' ? { gateway: null, device: 'eth0' } : null;
    expect(saidOf({ says: near })[0]?.likelyCause).to.match(asEver);
  });

  it('says nothing of what it does not explain, or where something passes that way', () => {
    const one = (node: string, to: Edge['from']) => (to.probe === 'pod-a' ? toBridge(node, to) : null);
    expect(saidOf({ says: one })[0]?.likelyCause).to.match(asEver);
    const some: Fault = (edge) => (edge.protocol === 'TCP' ? lost(edge) : null);
    expect(saidOf({ says: toBridge }, { plant: some })[0]?.likelyCause).not.to.include('docker0');
  });

  it('says nothing where it was not asked, has the address itself, or how others send is not known', () => {
    expect(saidOf({ says: toBridge, asked: ['node-1', 'node-3'] })[0]?.likelyCause).to.match(asEver);
    expect(saidOf({ says: toBridge, asked: ['node-2'] })[0]?.likelyCause).to.match(asEver);
    const own = (node: string, to: Edge['from']) =>
      toBridge(node, to) === null ? null : { gateway: null, device: 'lo', table: 255 };
    expect(saidOf({ says: own })[0]?.likelyCause).to.match(asEver);
  });
});
