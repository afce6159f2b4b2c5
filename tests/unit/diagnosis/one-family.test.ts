import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Cause, Edge } from '../../../lib/verdict/run.ts';
import { causesOf, drops, isPod, mesh } from './mesh.ts';

type Family = Edge['family'];

const only = (cause: Cause[]): Cause => {
  expect(cause.map(({ likelyCause }) => likelyCause)).to.have.length(1);
  return cause[0]!;
};
const cutOff = (...families: Family[]): Cause =>
  only(
    causesOf(
      mesh(
        { nodes: 3, families },
        drops(({ from, to }) => from.node !== to.node && (isPod(from, 'node-2') || isPod(to, 'node-2'))),
      ),
    ),
  );
const noRoute = (...families: Family[]): Cause =>
  only(
    causesOf(
      mesh(
        { nodes: 3, families },
        drops(({ from, to }) => from.node === 'node-1' && isPod(to, 'node-3')),
      ),
    ),
  );

describe('where to look on a cluster of one family', () => {
  it('is in the rules and routes of that family', () => {
    expect(cutOff('IPv6').lookWith)
      .to.include('ip6tables -S FORWARD')
      .and.not.to.match(/\biptables/);
    expect(cutOff('IPv4').lookWith).to.include('; iptables -S FORWARD');
    expect(noRoute('IPv6').lookWith).to.match(/'ip -6 route get fd00:\S+; ip -6 neigh'/);
    expect(noRoute('IPv4').lookWith).to.match(/'ip route get 198\S+; ip neigh'/);
  });

  it('is not told apart where both families fail alike', () => {
    expect(cutOff('IPv4', 'IPv6').lookWith).to.include('; iptables -S FORWARD');
  });

  it('names how that family finds a neighbour', () => {
    for (const [family, asked] of [
      ['IPv4', 'ARP requests'],
      ['IPv6', 'neighbour solicitations'],
    ] as const) {
      const all = mesh({ nodes: 3, families: [family] }, () => null);
      const first = all
        .filter(({ from, to }) => from.probe === 'node' && to.probe === 'node' && to.node === 'node-2')
        .map((edge): Edge => ({
          ...edge,
          id: `first-${edge.id}`,
          firstContact: true,
          outcome: 'timeout',
          problems: ['no first contact'],
          answered: 0,
          responderSees: null,
        }));
      expect(only(causesOf([...all, ...first])).likelyCause).to.include(asked);
    }
  });

  it('is in the neighbour table where nothing arrives at a node either', () => {
    for (const [family, asked] of [
      ['IPv4', 'ARP requests'],
      ['IPv6', 'neighbour solicitations'],
    ] as const) {
      const into = (isItself: boolean): Cause =>
        only(
          causesOf(
            mesh(
              { nodes: 3, families: [family] },
              drops(
                ({ from, to }) => from.node !== to.node && to.node === 'node-2' && (isItself || to.probe !== 'node'),
              ),
            ),
          ),
        );
      expect(into(true).likelyCause)
        .to.match(/^node-2 drops what comes for it and its pods/)
        .and.include(asked);
      expect(into(true).lookWith).to.match(family === 'IPv6' ? /ip -6 neigh/ : /; ip neigh/);
      expect(into(false).likelyCause).not.to.include(asked);
    }
  });
});
