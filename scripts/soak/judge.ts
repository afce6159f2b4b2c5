import { isDeepStrictEqual } from 'node:util';
import type { Healthy } from '../../tests/support/healthy.ts';
import { otherNotes } from '../../tests/support/notes.ts';
import type { SuiteRun } from '../../tests/support/run-suite.ts';

/** What is wrong with a run on a lab in which nothing was planted, each in a few words; empty when it reports the truth. */
export function problemsOf({ report, exitCode, stderr }: SuiteRun, healthy: Healthy): string[] {
  if (report === null) return [`no report: ${stderr.trim().split('\n').at(-1) || `exit code ${exitCode}`}`];
  const ids = (verdict: string, level: string) =>
    report.clauses.filter((clause) => clause.verdict === verdict && clause.level === level).map(({ id }) => id);
  const failed = ids('fail', 'MUST');
  const inconclusive = report.clauses.filter(({ verdict }) => verdict === 'inconclusive').map(({ id }) => id);
  return [
    ...(report.failure === null ? [] : [report.failure.message]),
    ...(report.verdict === healthy.verdict ? [] : [report.verdict]),
    ...(isDeepStrictEqual(failed, healthy.failed) ? [] : [`failed: ${list(failed)}`]),
    ...(inconclusive.length === 0 ? [] : [`inconclusive: ${list(inconclusive)}`]),
    ...(isDeepStrictEqual(report.findings, healthy.findings) ? [] : [`findings: ${list(report.findings)}`]),
    ...otherNotes(report).map((note) => `note: ${note}`),
  ];
}

const list = (ids: readonly string[]): string => ids.join(', ') || 'none';
