import { expect } from 'chai';
import { describe, it } from 'mocha';
import { matrixOf, type Counted } from '../../../../lib/verdict/matrix/matrix.ts';
import { readRow } from '../../../../lib/verdict/matrix/rows.ts';
import type { Edge, Matrix } from '../../../../lib/verdict/run.ts';

const nodes = ['node-1', 'node-2', 'node-3'];

interface About {
  problems?: Edge['problems'];
  protocol?: Edge['protocol'];
  probe?: string;
  via?: Edge['to']['via'];
}

function dial(
  from: string,
  to: string,
  { problems = [], protocol = 'TCP', probe = 'pod-a', via }: About = {},
): Counted {
  const end = { node: to, probe, ...(via && { via }) };
  return { from: { node: from, probe: 'pod-a' }, to: end, protocol, family: 'IPv4', problems };
}

/** One layer as a table of cells. */
function tableOf({ nodes: all, cells, rows, layers }: Matrix, n = 0): Matrix['cells'][] {
  return layers[n]!.rows.map((row) => readRow(rows[row]!, { columns: all.length + 1 }).map((index) => cells[index]!));
}

const matrix = (...edges: Counted[]): Matrix => matrixOf([{ id: 'a/b', edges }], nodes);

describe('the matrix of a run', () => {
  it('counts dials by the nodes that they went between, each once, by its first problem', () => {
    const found = matrix(
      dial('node-1', 'node-2'),
      dial('node-1', 'node-2', { problems: ['loss', 'source port translated'] }),
      dial('node-1', 'node-2'),
      dial('node-2', 'node-1', { problems: ['inconclusive'] }),
      dial('node-3', 'node-3'),
    );
    expect(tableOf(found)).to.deep.equal([
      [{}, { kept: 2, loss: 1 }, {}, {}],
      [{ inconclusive: 1 }, {}, {}, {}],
      [{}, {}, { kept: 1 }, {}],
    ]);
  });

  it('tells a pair that was never dialled from a sound one, also a node that nobody dialled', () => {
    const found = matrix(dial('node-1', 'node-2'));
    expect(found.nodes).to.deep.equal(nodes);
    expect(found.cells[0]).to.deep.equal({});
    expect(found.rows).to.deep.equal(['ab', '']);
    expect(found.layers[0]!.rows).to.deep.equal([0, 1, 1]);
  });

  it('has a layer for each clause, protocol, and kind of ends', () => {
    const edges = [
      dial('node-1', 'node-2'),
      dial('node-1', 'node-2', { protocol: 'UDP' }),
      dial('node-1', 'node-2', { probe: 'node' }),
    ];
    const { layers } = matrixOf([
      { id: 'a/b', edges },
      { id: 'a/c', edges: edges.slice(0, 1) },
    ]);
    expect(layers.map(({ clause, protocol, from, to }) => [clause, protocol, from, to].join(' '))).to.deep.equal([
      'a/b TCP pods pods',
      'a/b UDP pods pods',
      'a/b TCP pods nodes',
      'a/c TCP pods pods',
    ]);
    expect(new Set(layers.flatMap(({ rows }) => rows)).size).to.equal(2);
  });

  it('has dials through a Service by the node that answered, and in a last column where nobody knows', () => {
    const via = { service: 'one', kind: 'ClusterIP', node: null } as const;
    const found = matrix(
      dial('node-1', 'node-3', { via }),
      dial('node-1', 'the Service one', { via, probe: 'any', problems: ['timeout'] }),
    );
    expect(found.layers[0]).to.include({ from: 'pods', to: 'ClusterIP' });
    expect(tableOf(found)[0]).to.deep.equal([{}, {}, { kept: 1 }, { timeout: 1 }]);
    expect(found.nodes).to.deep.equal(nodes);
  });

  it('has dials through a NodePort by the node whose port was dialled, whoever answers', () => {
    const via = { service: 'one', kind: 'NodePort', node: 'node-2' } as const;
    const found = matrix(
      dial('node-1', 'node-3', { via }),
      dial('node-1', 'node-2', { via, probe: 'any', problems: ['timeout'] }),
    );
    expect(tableOf(found)[0]).to.deep.equal([{}, { kept: 1, timeout: 1 }, {}, {}]);
  });

  it('lists a node that the cluster does not, and the most frequent cells first', () => {
    const found = matrix(
      dial('node-1', 'node-2'),
      dial('node-1', 'node-2'),
      dial('new', 'node-1'),
      dial('new', 'node-2'),
    );
    expect(found.nodes).to.deep.equal([...nodes, 'new']);
    expect(found.cells).to.deep.equal([{}, { kept: 1 }, { kept: 2 }]);
  });

  it('is empty where nothing was dialled', () => {
    expect(matrixOf([{ id: 'a/b', edges: [] }])).to.deep.equal({ nodes: [], cells: [{}], rows: [], layers: [] });
  });
});
