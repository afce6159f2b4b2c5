/** A route by a third node is named where it explains all that fails, and where others have none like it. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Leg } from '../../../../lib/diagnosis/folding/observations.ts';
import type { Edge } from '../../../../lib/verdict/run.ts';
import { causesOf, drops, isPod, mesh, type Fault } from '../mesh.ts';
import { addressOf, kernelsOf, type KernelOptions } from './kernels.ts';

/** What connection tracking on the third node makes of it: no TCP, in whichever direction it was opened. */
const halfSeen: Fault = drops(
  ({ from, to, protocol }: Leg) => protocol === 'TCP' && from.node === 'node-2' && isPod(to, 'node-1'),
);
const byThird = (node: string, to: Edge['from']) =>
  node === 'node-2' && isPod(to, 'node-1') ? { gateway: addressOf('node-3') } : null;

function saidOf(plant: Fault, options: KernelOptions, { nodes = 4 } = {}) {
  const edges = mesh({ nodes }, plant);
  return causesOf(edges, { evidence: kernelsOf(edges, options) });
}

const likely = (plant: Fault, options: KernelOptions, more = {}): string[] =>
  saidOf(plant, options, more).map(({ likelyCause }) => likelyCause);

const asEver = /^a packet filter on the path drops/;

describe('a route by a third node', () => {
  for (const nodes of [3, 4, 5])
    it(`is the cause, with the third by name, among ${nodes} nodes`, () => {
      const [cause, ...more] = saidOf(halfSeen, { says: byThird }, { nodes });
      expect(cause?.likelyCause).to.match(
        /^node-2 sends what is for the pods of node-1 by node-3 \(198\.18\.3\.1\): node-3 sees only one direction of each connection, and drops what its connection tracking takes for invalid, or does not forward it at all$/,
      );
      expect(cause?.lookWith).to.match(/node\/node-2 .*ip route get 198\.18\.1\.[23];/);
      expect(cause?.evidence[0]).to.match(/^all traffic to pods from node-2 to node-1 over TCP is lost/);
      expect(cause?.evidence.slice(1)).to.deep.equal([
        'by the kernel of node-2 (ip route get), the way to 198.18.1.2 and 198.18.1.3 is by 198.18.3.1, which is node-3',
        'by the kernel of node-1, the way back to 198.18.2.1, 198.18.2.2 and 198.18.2.3 is not by node-3',
      ]);
      expect(more).to.deep.equal([]);
    });

  it('is the cause whoever dials: of one direction only the answers are sent astray', () => {
    const opened: Fault = (edge) => (edge.from.node === 'node-1' ? halfSeen(edge) : null);
    const answered: Fault = (edge) => (edge.from.node === 'node-2' ? halfSeen(edge) : null);
    for (const one of [opened, answered])
      expect(likely(one, { says: byThird })).to.match(/^node-2 sends what is for the pods of node-1 by node-3/);
  });

  it('is told of the node, and of both, where the route is for that', () => {
    const toAll = drops(({ from, to }: Leg) => from.node === 'node-2' && to.node === 'node-1');
    const says = (node: string, to: Edge['from']) =>
      node === 'node-2' && to.node === 'node-1' ? { gateway: addressOf('node-3') } : null;
    expect(likely(toAll, { says })).to.match(/^node-2 sends what is for node-1 and its pods by node-3/);
  });

  it('is one cause where several patterns come of it', () => {
    const others = ({ from, to }: Edge): boolean => from.node === 'node-2' && isPod(to, 'node-1');
    const refused: Fault = (edge) =>
      others(edge) && edge.protocol === 'UDP' ? { outcome: 'refused', problems: ['refused'] } : halfSeen(edge);
    const [cause, ...more] = saidOf(refused, { says: byThird });
    expect(cause?.evidence.filter((one) => / is (lost|refused)/.test(one))).to.have.length(2);
    expect(more).to.deep.equal([]);
  });

  it('is the usual one where others send by a third as well, as by a hub: then it says nothing', () => {
    const hub = (node: string, to: Edge['from']) =>
      node !== to.node && ![node, to.node].includes('node-3') ? { gateway: addressOf('node-3') } : null;
    expect(likely(halfSeen, { says: hub })).to.match(asEver);
    expect(likely(halfSeen, { says: hub }, { nodes: 3 })).to.match(asEver);
    const oneWay = (node: string, to: Edge['from']) => (to.node === 'node-1' ? hub(node, to) : null);
    expect(likely(halfSeen, { says: oneWay })).to.match(asEver);
  });

  it('says nothing where others of the same protocol pass by it, as on other ports', () => {
    const onePort: Fault = (edge) => (edge.port === 4_000 ? halfSeen(edge) : null);
    const edges = mesh({ nodes: 3, ports: [4_000] }, onePort);
    const said = causesOf(edges, { evidence: kernelsOf(edges, { says: byThird }) }).map((one) => one.likelyCause);
    expect(said.join()).not.to.include('by node-3');
  });

  it('says nothing of what it does not explain', () => {
    const all = drops(
      ({ from, to, protocol }: Leg) => protocol === 'TCP' && from.node !== 'node-1' && isPod(to, 'node-1'),
    );
    expect(likely(all, { says: byThird }).join()).not.to.include('node-3 (');
    const elsewhere = drops(({ from, to }: Leg) => from.node === 'node-4' && isPod(to, 'node-1'));
    expect(likely(elsewhere, { says: byThird }).join()).not.to.include('node-3');
  });

  it('says nothing where whose next hop it is, or the way back, is not known', () => {
    const stranger = (node: string, to: Edge['from']) =>
      byThird(node, to) === null ? null : { gateway: '198.18.0.254' };
    expect(likely(halfSeen, { says: stranger })).to.match(asEver);
    expect(likely(halfSeen, { says: byThird, asked: ['node-2', 'node-3'] })).to.match(asEver);
    expect(likely(halfSeen, { says: byThird, asked: ['node-1', 'node-3'] })).to.match(asEver);
    expect(likely(halfSeen, { asked: [] })).to.match(asEver);
  });
});
