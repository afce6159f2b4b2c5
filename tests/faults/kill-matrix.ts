import { mkdir, writeFile } from 'node:fs/promises';
import type { Run } from '../../lib/verdict/run.ts';
import { expectedOf, type Expected } from './expected.ts';
import type { Fault } from './fault.ts';

export interface Row {
  fault: Fault | null;
  run: Run;
}

const marks: Record<string, string> = { pass: '·', fail: 'F', inconclusive: '?', 'not applicable': '-' };

/** A table of faults by clauses: F failed, ! a finding, ? inconclusive, · passed; a mark in brackets was not expected. */
export function killMatrix(rows: Row[]): string {
  const ids = rows[0]?.run.clauses.map((clause) => clause.id) ?? [];
  const head = `| fault | ${ids.map((_, n) => n + 1).join(' | ')} | likely cause |`;
  const rule = `|---|${ids.map(() => '---').join('|')}|---|`;
  const lines = rows.map((row) => {
    const expected = expectedOf(row.fault?.breaks ?? {});
    const cells = ids.map((id) => cell(row.run, { id, expected }));
    const causes = row.run.causes.map((cause) => cause.likelyCause).join('; ');
    return `| ${row.fault?.name ?? 'none'} | ${cells.join(' | ')} | ${causes || '–'} |`;
  });
  const legend = ids.map((id, n) => `${n + 1}. \`${id}\``);
  return `# Kill matrix\n\nF failed · ! a finding · ? inconclusive · · passed\n\n${[head, rule, ...lines].join('\n')}\n\n${legend.join('\n')}\n`;
}

function cell(run: Run, { id, expected }: { id: string; expected: Expected }): string {
  const verdict = run.clauses.find((clause) => clause.id === id)?.verdict ?? 'missing';
  const isFinding = findingsOf(run).includes(id);
  const { red, mayBeRed, findings, mayFind } = expected;
  const mark = isFinding ? '!' : (marks[verdict] ?? '#');
  const isTold = verdict === 'fail' || isFinding;
  const isExpected = [...mayBeRed, ...mayFind].includes(id) || [...red, ...findings].includes(id) === isTold;
  return isExpected ? mark : `(${mark})`;
}

/** INFO clauses that found something; those of SHOULD that failed are red. */
export function findingsOf({ clauses, findings }: Run): string[] {
  const informing = new Set(clauses.filter(({ level }) => level === 'INFO').map(({ id }) => id));
  return findings.filter((id) => informing.has(id));
}

/** Writes the matrix, and all that is behind it, to reports/kill-matrix.{md,json}. */
export async function writeKillMatrix(rows: Row[]): Promise<void> {
  await mkdir('reports', { recursive: true });
  await writeFile('reports/kill-matrix.md', killMatrix(rows));
  const facts = rows.map(({ fault, run }) => ({
    fault: fault?.name ?? null,
    expected: expectedOf(fault?.breaks ?? {}),
    verdict: run.verdict,
    durationMs: run.durationMs,
    failed: run.clauses.filter((clause) => clause.verdict === 'fail').map((clause) => clause.id),
    findings: findingsOf(run),
    inconclusive: run.clauses.filter((clause) => clause.verdict === 'inconclusive').map((clause) => clause.id),
    causes: run.causes,
  }));
  await writeFile('reports/kill-matrix.json', `${JSON.stringify(facts, null, 2)}\n`);
}
