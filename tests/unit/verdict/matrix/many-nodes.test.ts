/** What a report of 500 nodes comes to. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { json } from '../../../../lib/report/json.ts';
import { seededRandom } from '../../../../lib/statistics/random.ts';
import { matrixOf, type Counted } from '../../../../lib/verdict/matrix/matrix.ts';
import { readRow } from '../../../../lib/verdict/matrix/rows.ts';
import type { Run } from '../../../../lib/verdict/run.ts';
import { withSamples } from '../../../../lib/verdict/samples.ts';
import { clause, edge, healthy } from '../../report/sample-runs.ts';

const names = Array.from({ length: 500 }, (_, n) => `worker-${n}.eu-central-1.compute.example`);
/** As many pairs as an exchange dials at most, each over two protocols and two families. */
const pairs = 100_000;
const clauses = 12;
const mebibyte = 1024 ** 2;

/** Pairs by chance, so that no two rows are alike and runs are short; each clause has others: worse than any real run. One of 200 dials fails. */
function* dials(seed: number): Generator<Counted> {
  const random = seededRandom(seed);
  const [pods, nodes] = ['pod-a', 'node'].map((probe) => names.map((node) => ({ node, probe })));
  for (let n = 0; n < pairs; n += 1) {
    const [from, to] = [pods![random.below(names.length)]!, nodes![random.below(names.length)]!];
    const problems: Counted['problems'] = random.below(200) === 0 ? [random.below(2) === 0 ? 'loss' : 'timeout'] : [];
    for (const protocol of ['TCP', 'UDP'] as const)
      for (const family of ['IPv4', 'IPv6'] as const) yield { from, to, protocol, family, problems };
  }
}

/** The same dials each time that they are read; `onRead` is told of it. */
const again = (seed: number, onRead: () => void): Iterable<Counted> => ({
  [Symbol.iterator]: () => {
    onRead();
    return dials(seed);
  },
});

describe('a run of 500 nodes', function () {
  // 4.8 million dials: 5 s on two cores that had other work.
  this.timeout(300_000);

  it('has a report of at most 20 MB, for which every dial is read twice, however many there are, and counted', () => {
    let reads = 0;
    const all = Array.from({ length: clauses }, (_, n) => ({
      id: `a-folder/a-clause-${n}`,
      edges: again(n, () => (reads += 1)),
    }));
    const matrix = matrixOf(all, names);
    // For what there is at all, and for counting.
    expect(reads).to.equal(2 * clauses);

    const counted = new Map<string, number>();
    const perRow = matrix.rows.map((row) => readRow(row, { columns: names.length + 1 }));
    for (const { rows } of matrix.layers)
      for (const row of rows)
        for (const cell of perRow[row]!)
          for (const [kind, count] of Object.entries(matrix.cells[cell]!))
            counted.set(kind, (counted.get(kind) ?? 0) + count);
    expect([...counted.values()].reduce((sum, count) => sum + count, 0)).to.equal(clauses * pairs * 4);
    expect(counted.get('loss')).to.be.within(0.002 * clauses * pairs * 4, 0.003 * clauses * pairs * 4);

    const edges = Array.from({ length: 3_000 }, (_, n) => longest(names[n % 500]!));
    const run: Run = {
      ...healthy(),
      clauses: withSamples(all.map(({ id }) => clause({ id, edges }))),
      matrix,
    };
    const bytes = Buffer.byteLength(json(run));
    expect(bytes / mebibyte).to.be.below(20);
  });
});

/** An edge that says as much as an edge may. */
function longest(node: string) {
  const socket = { address: 'fd00:198:18:64:ffff:ffff:ffff:ffff', port: 65_535 };
  const end = { node, probe: 'pod-a', address: socket.address };
  return edge({
    id: '0123456789abcdef0123456789abcdef',
    from: end,
    to: end,
    problems: ['source address translated', 'source port translated'],
    diallerSees: { local: socket, remote: socket },
    responderSees: { who: `${node}/pod-a`, local: socket, peer: socket },
    rounds: Array.from({ length: 2 }, () => ({
      outcome: 'delivered' as const,
      attempts: 20,
      answered: 19,
      deadFlows: 0,
    })),
    detail: `[${socket.address}]:65535 arrived as [${socket.address}]:65535`,
  });
}
