import type { ClauseResult, Run } from '../verdict/run.ts';
import { detailLines } from './clause-line.ts';
import { failureBlocks, groupByCause } from './failure-blocks.ts';
import { painter } from './paint.ts';
import { standing } from './standing.ts';
import { element, escapeLines } from './xml.ts';

interface TestCase {
  suite: string;
  seconds: number;
  outcome: 'passed' | 'failure' | 'error' | 'skipped';
  xml: string;
}

/**
 * `junit.xml`: a suite for each folder, a test case for each clause. Red exactly when the exit code is:
 * `<failure>` for a promise that is broken, `<error>` for one without a verdict (a SHOULD only under strict),
 * `<skipped>` with its reason. A finding passes and says so in `<system-out>`. A run that could not be completed is an `<error>`.
 */
export function junit(run: Run): string {
  const cases = [...run.clauses.map((clause) => clauseCase(clause, run)), ...runCase(run)];
  const suites = Map.groupBy(cases, ({ suite }) => suite);
  const timestamp = run.startedAt.slice(0, 19);
  const rendered = [...suites].map(([name, members]) =>
    element(
      'testsuite',
      { name, ...totals(members), timestamp },
      members.map(({ xml }) => xml),
    ),
  );
  const all = element('testsuites', { name: 'flatnet', ...totals(cases, run.durationMs), timestamp }, rendered);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${all}\n`;
}

function totals(cases: readonly TestCase[], durationMs?: number): Record<string, string | number> {
  const having = (outcome: TestCase['outcome']) => cases.filter((one) => one.outcome === outcome).length;
  const seconds = durationMs === undefined ? cases.reduce((sum, one) => sum + one.seconds, 0) : durationMs / 1000;
  return {
    tests: cases.length,
    failures: having('failure'),
    errors: having('error'),
    skipped: having('skipped'),
    time: seconds.toFixed(3),
  };
}

function clauseCase(clause: ClauseResult, run: Run): TestCase {
  const suite = clause.id.split('/')[0]!;
  const seconds = clause.durationMs / 1000;
  const { outcome, children } = clauseOutcome(clause, run);
  const attributes = { classname: suite, name: clause.id, time: seconds.toFixed(3) };
  return { suite, seconds, outcome, xml: element('testcase', attributes, children) };
}

function clauseOutcome(clause: ClauseResult, run: Run): Pick<TestCase, 'outcome'> & { children: string[] } {
  const reason = clause.reason ?? clause.seen;
  switch (standing(clause, run)) {
    case 'kept':
      return { outcome: 'passed', children: [] };
    case 'reported':
      return {
        outcome: 'passed',
        children: [output([`INFO, never red: ${clause.seen}`, ...detailLines(clause, run)].join('\n'))],
      };
    case 'finding':
      return { outcome: 'passed', children: [output(`Finding (SHOULD, red with --strict):\n${story(clause, run)}`)] };
    case 'broken': {
      const attributes = { message: clause.seen, type: clause.likelyCause ?? 'promise not kept' };
      return { outcome: 'failure', children: [element('failure', attributes, [escapeLines(story(clause, run))])] };
    }
    case 'no verdict':
      return { outcome: 'error', children: [element('error', { message: reason, type: 'inconclusive' })] };
    case 'unknown':
      return { outcome: 'skipped', children: [element('skipped', { message: `inconclusive: ${reason}` })] };
    case 'not applicable':
      return { outcome: 'skipped', children: [element('skipped', { message: `not applicable: ${reason}` })] };
  }
}

/** Here each clause is complete by itself: a pipeline shows one test case at a time. */
function story(clause: ClauseResult, run: Run): string {
  const [group] = groupByCause([clause], run.causes);
  return failureBlocks(group!, run, { paint: painter(false), width: null });
}

/** Why there was no run, or no complete run: without it, zero tests would look like success. */
function runCase(run: Run): TestCase[] {
  const { failure, clauses } = run;
  const silent =
    run.exitCode !== 0 && !clauses.some((clause) => ['broken', 'no verdict'].includes(standing(clause, run)));
  if (failure === null && clauses.length > 0 && !silent) return [];
  const message = failure?.message ?? (clauses.length > 0 ? run.summary : 'No clause was run.');
  const text = failure?.remedy ?? null;
  const error = element(
    'error',
    { message, type: failure?.code ?? (clauses.length > 0 ? 'no-verdict' : 'nothing-run') },
    text === null ? [] : [escapeLines(text)],
  );
  const xml = element('testcase', { classname: 'run', name: 'the run could be done', time: '0.000' }, [error]);
  return [{ suite: 'run', seconds: 0, outcome: 'error', xml }];
}

function output(text: string): string {
  return element('system-out', {}, [escapeLines(text)]);
}
