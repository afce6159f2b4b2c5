import { expect } from 'chai';
import { describe, it } from 'mocha';
import { diagnose } from '../../../lib/diagnosis/diagnose.ts';
import { clause } from '../report/sample-runs.ts';
import { drops, mesh } from './mesh.ts';

describe('a node’s address that another node carries', () => {
  it('is one cause for all that fails from or to its owner', () => {
    const edges = mesh(
      { nodes: 3 },
      drops(({ from, to }) => from.node === 'node-1' && from.probe === 'node' && to.node === 'node-2'),
    );
    const { causes } = diagnose([clause({ verdict: 'fail', edges, evidence: [] })], {
      sound: edges.filter(({ problems }) => problems.length === 0),
      around: {
        nodeOfAddress: () => null,
        carried: [{ address: '198.18.1.1', owner: 'node-1', carrier: 'node-2', link: 'eth0' }],
      },
    });
    expect(causes.map(({ likelyCause }) => likelyCause)).to.deep.equal([
      '198.18.1.1, the address of node-1, is also on an interface of node-2: what is for node-1 ends there, and what comes from node-1 is taken for a forgery',
    ]);
    expect(causes[0]?.evidence[0]).to.match(
      /^198\.18\.1\.1 belongs to node node-1, and node-2 carries it, too \(\d+ dials/,
    );
  });
});
