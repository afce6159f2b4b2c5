/** The whole mesh in one table: every dial of a run, counted by pair of nodes. */
import type { ClauseResult, Edge, Matrix } from '../run.ts';
import { newPalette } from './palette.ts';
import { writeRow } from './rows.ts';

/** What is counted of a dial. */
export type Counted = Pick<Edge, 'protocol' | 'family' | 'problems'> & {
  from: Pick<Edge['from'], 'node' | 'probe'>;
  to: Pick<Edge['to'], 'node' | 'probe' | 'via'>;
};
type Clause = Pick<ClauseResult, 'id'> & { edges: Iterable<Counted> };
type Layer = Omit<Matrix['layers'][number], 'rows'>;

/** Counts of one layer by kind of dial: row by row, a column per node and a last one for unknown destinations. */
interface Sheet {
  layer: Layer;
  counts: Map<keyof Matrix['cells'][number], Uint32Array>;
}

/** Counts the dials of all clauses; each counts once, by its first problem. `known`: nodes that are listed even if nothing dialled them. */
export function matrixOf(clauses: readonly Clause[], known: readonly string[] = []): Matrix {
  const nodes = nodesOf(clauses, known);
  const at = new Map(nodes.map((node, n) => [node, n]));
  const palette = newPalette();
  // One clause at a time: the counts of one take as much memory as the codes of all.
  const coded = clauses.flatMap((clause) =>
    sheetsOf(clause, at).map(({ layer, counts }) => ({ layer, codes: palette.codesOf(counts) })),
  );
  const { cells, final } = palette.byFrequency(coded.map(({ codes }) => codes));
  const rows = new Map<string, number>();
  const layers = coded.map(({ layer, codes }) => ({
    ...layer,
    rows: nodes.map((_, n) => {
      const text = writeRow(codes.subarray(n * (nodes.length + 1), (n + 1) * (nodes.length + 1)), final);
      const index = rows.get(text) ?? rows.size;
      rows.set(text, index);
      return index;
    }),
  }));
  return { nodes, cells, rows: [...rows.keys()], layers };
}

function nodesOf(clauses: readonly Clause[], known: readonly string[]): string[] {
  const nodes = new Set(known);
  for (const { edges } of clauses)
    for (const { from, to } of edges) {
      nodes.add(from.node);
      const node = placeOf(to);
      if (node !== null) nodes.add(node);
    }
  return [...nodes];
}

/** Where a dial arrived: the node whose port was dialled, or that of the probe that answered or received it; null: unknown. */
function placeOf({ node, probe, via }: Counted['to']): string | null {
  return via?.node ?? (probe === 'any' ? null : node);
}

function sheetsOf({ id, edges }: Clause, at: ReadonlyMap<string, number>): Sheet[] {
  const sheets = new Map<string, Sheet>();
  const columns = at.size + 1;
  for (const { from, to, protocol, family, problems } of edges) {
    const ends = { from: kindOf(from), to: to.via?.kind ?? kindOf(to) };
    const key = `${protocol} ${family} ${ends.from} ${ends.to}`;
    const sheet = sheets.get(key) ?? { layer: { clause: id, protocol, family, ...ends }, counts: new Map() };
    sheets.set(key, sheet);
    const kind = problems[0] ?? 'kept';
    const counts = sheet.counts.get(kind) ?? new Uint32Array(at.size * columns);
    sheet.counts.set(kind, counts);
    const place = placeOf(to);
    counts[at.get(from.node)! * columns + (place === null ? at.size : at.get(place)!)]! += 1;
  }
  return [...sheets.values()];
}

function kindOf({ probe }: { probe: string }): 'pods' | 'nodes' {
  return probe === 'node' ? 'nodes' : 'pods';
}
