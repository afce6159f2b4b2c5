import { mkdir, writeFile } from 'node:fs/promises';
import type { Run } from '../../lib/verdict/run.ts';
import type { Fault } from './fault.ts';

export interface Row {
  fault: Fault | null;
  run: Run;
}

const marks: Record<string, string> = { pass: '·', fail: 'F', inconclusive: '?', 'not applicable': '-' };

/** A table of faults by clauses: F failed, ? inconclusive, · passed; a mark in brackets was not expected. */
export function killMatrix(rows: Row[]): string {
  const ids = rows[0]?.run.clauses.map((clause) => clause.id) ?? [];
  const head = `| fault | ${ids.map((_, n) => n + 1).join(' | ')} | likely cause |`;
  const rule = `|---|${ids.map(() => '---').join('|')}|---|`;
  const lines = rows.map((row) => {
    const cells = ids.map((id) => cell(row, id));
    const causes = row.run.causes.map((cause) => cause.likelyCause).join('; ');
    return `| ${row.fault?.name ?? 'none'} | ${cells.join(' | ')} | ${causes || '–'} |`;
  });
  const legend = ids.map((id, n) => `${n + 1}. \`${id}\``);
  return `# Kill matrix\n\nF failed · ? inconclusive · · passed\n\n${[head, rule, ...lines].join('\n')}\n\n${legend.join('\n')}\n`;
}

function cell({ fault, run }: Row, id: string): string {
  const verdict = run.clauses.find((clause) => clause.id === id)?.verdict ?? 'missing';
  const mark = marks[verdict] ?? '!';
  const expected = (fault?.red.includes(id) ?? false) === (verdict === 'fail');
  return expected ? mark : `(${mark})`;
}

/** Writes the matrix, and all that is behind it, to reports/kill-matrix.{md,json}. */
export async function writeKillMatrix(rows: Row[]): Promise<void> {
  await mkdir('reports', { recursive: true });
  await writeFile('reports/kill-matrix.md', killMatrix(rows));
  const facts = rows.map(({ fault, run }) => ({
    fault: fault?.name ?? null,
    expected: fault?.red ?? [],
    verdict: run.verdict,
    durationMs: run.durationMs,
    failed: run.clauses.filter((clause) => clause.verdict === 'fail').map((clause) => clause.id),
    inconclusive: run.clauses.filter((clause) => clause.verdict === 'inconclusive').map((clause) => clause.id),
    causes: run.causes,
  }));
  await writeFile('reports/kill-matrix.json', `${JSON.stringify(facts, null, 2)}\n`);
}
