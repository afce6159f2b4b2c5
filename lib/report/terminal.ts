import type { ClauseResult, Run } from '../verdict/run.ts';
import type { BlockOptions } from './block-options.ts';
import { clauseLines, detailLines } from './clause-line.ts';
import { failureBlocks, groupByCause } from './failure-blocks.ts';
import { standing, type Standing } from './standing.ts';
import { count, duration, oneLine, wrap } from './text.ts';

/** The whole report: what was tested, a line per clause, and the end. */
export function terminalReport(run: Run, options: BlockOptions): string {
  const lines = run.clauses
    .filter((clause) => hasOwnLine(clause, run, options))
    .map((clause) => clauseLines(clause, run, options));
  return [heading(run, options), lines.join('\n'), terminalEnd(run, options)]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** What is being tested, in one line: "flatnet 0.1.0 on lab: Kubernetes v1.37.2, 3 nodes, IPv4, bridge". */
export function heading(run: Pick<Run, 'suite' | 'cluster'>, { paint }: BlockOptions): string {
  const suite = paint('bold', `flatnet ${oneLine(run.suite.version)}`);
  if (run.cluster === null) return suite;
  const { target, version, nodes, families, cni } = run.cluster;
  const policies = cni.policies === undefined ? '' : `policies by ${cni.policies.name}`;
  const network = [cni.name === 'unknown' ? '' : cni.name, policies];
  const facts = [`Kubernetes ${version}`, count(nodes.length, 'node'), families.join(' and '), ...network];
  return `${suite} on ${oneLine(target)}: ${oneLine(facts.filter((fact) => fact !== '').join(', '))}`;
}

/** What follows the lines of the clauses: failures, findings, what has no verdict, notes, where to find more, where the time went, the verdict. */
export function terminalEnd(run: Run, options: BlockOptions): string {
  const { paint, short = false } = options;
  const last = [
    ...(short ? notApplicable(run, options) : []),
    ...whereMoreIs(run, options),
    paint('dim', wrap(timeLine(run, { short }), { width: options.width, indent: '  ' })),
    verdictLine(run, options),
  ];
  const parts = [
    ...failures(run, 'broken', options),
    ...findings(run, options),
    ...withoutVerdict(run, options),
    ...notes(run, options),
    ...cutShort(run, options),
    ...(short ? [last.join('\n')] : last),
  ];
  return parts.join('\n\n');
}

/** `short`: clauses that do not apply are listed at the end, once for each reason. */
export function hasOwnLine(clause: ClauseResult, run: Pick<Run, 'strict'>, { short = false }: BlockOptions): boolean {
  return !short || standing(clause, run) !== 'not applicable';
}

function of(run: Run, wanted: Standing): ClauseResult[] {
  return run.clauses.filter((clause) => standing(clause, run) === wanted);
}

/** A finding that has the same cause as a broken clause is reported together with it. */
function failures(run: Run, wanted: 'broken' | 'finding', options: BlockOptions): string[] {
  const failing = run.clauses.filter((clause) => ['broken', 'finding'].includes(standing(clause, run)));
  return groupByCause(failing, run.causes)
    .filter(({ clauses }) => clauses.some((clause) => standing(clause, run) === 'broken') === (wanted === 'broken'))
    .map((group) => failureBlocks(group, run, options));
}

function findings(run: Run, options: BlockOptions): string[] {
  const blocks = failures(run, 'finding', options);
  if (blocks.length === 0) return [];
  const title = options.paint(
    'yellow',
    `${count(blocks.length, 'finding')}: not required, but relied upon; red only with --strict`,
  );
  return options.short === true ? [[title, ...blocks].join('\n')] : [title, ...blocks];
}

function withoutVerdict(run: Run, { paint, width }: BlockOptions): string[] {
  const clauses = [...of(run, 'no verdict'), ...of(run, 'unknown')];
  if (clauses.length === 0) return [];
  const lines = clauses.map(({ id, reason, seen }) => listed(`${oneLine(id)}: ${oneLine(reason ?? seen)}`, width));
  return [[paint('yellow', 'No verdict, which says nothing about the network:'), ...lines].join('\n')];
}

function notApplicable(run: Run, { paint, width }: BlockOptions): string[] {
  const byReason = Map.groupBy(of(run, 'not applicable'), ({ reason, seen }) => oneLine(reason ?? seen));
  if (byReason.size === 0) return [];
  const lines = [...byReason].map(
    ([reason, clauses]) => `Not applicable: ${clauses.map(({ id }) => oneLine(id)).join(', ')}: ${reason}`,
  );
  return [lines.map((line) => paint('dim', wrap(line, { width, indent: '  ' }))).join('\n')];
}

function notes(run: Run, { paint, width }: BlockOptions): string[] {
  if (run.notes.length === 0) return [];
  const lines = run.notes.map((note) => listed(oneLine(note), width));
  return [[paint('dim', 'Notes:'), ...lines].join('\n')];
}

/** Where to find the tables that would not fit on a screen. */
function whereMoreIs(run: Run, { paint, width, details, short }: BlockOptions): string[] {
  if (short === true && run.clauses.length > 0)
    return [paint('dim', 'More in report.html and report.json, or here with --details')];
  const ids = run.clauses.filter((clause) => detailLines(clause, run).length > 0).map(({ id }) => oneLine(id));
  if (details || ids.length === 0) return [];
  const sentence = `More on ${ids.join(', ')}: in report.html and report.json, or here with --details`;
  return [paint('dim', wrap(sentence, { width, indent: '  ' }))];
}

function listed(text: string, width: number | null): string {
  return `  ${wrap(text, { width, indent: '  ' })}`;
}

/** Unless the verdict already says it. */
function cutShort(run: Run, options: BlockOptions): string[] {
  const { failure } = run;
  if (failure === null || verdictSays(run)) return [];
  const message = options.paint('red', wrapped(failure.message, options));
  return [[message, ...remedy(run, options)].join('\n')];
}

function verdictSays({ failure, summary }: Run): boolean {
  return failure !== null && summary.includes(failure.message);
}

function remedy({ failure }: Run, options: BlockOptions): string[] {
  return failure === null || failure.remedy === null ? [] : [wrapped(failure.remedy, options)];
}

function wrapped(text: string, { width }: BlockOptions): string {
  return wrap(oneLine(text), { width, indent: '' });
}

function timeLine(run: Run, { short }: { short: boolean }): string {
  const phases = Object.entries(run.phases).map(([name, ms]) => `${oneLine(name)} ${duration(ms)}`);
  const total = `${duration(run.durationMs)} in all, ${count(run.apiRequests.total, 'API request')}`;
  return phases.length === 0 || short ? `Time: ${total}` : `Time: ${phases.join(' · ')} · ${total}`;
}

function verdictLine(run: Run, options: BlockOptions): string {
  const { paint } = options;
  const good = run.verdict === 'conformant' && run.exitCode === 0;
  const style = good ? 'green' : run.verdict === 'partial' && !verdictSays(run) ? 'yellow' : 'red';
  const line = paint(style, paint('bold', wrapped(run.summary, options)));
  return [line, ...(verdictSays(run) ? remedy(run, options) : [])].join('\n');
}
