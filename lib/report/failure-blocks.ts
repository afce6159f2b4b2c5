import type { Cause, ClauseResult, Edge, Run } from '../verdict/run.ts';
import type { BlockOptions } from './block-options.ts';
import { marked } from './clause-line.ts';
import { standing } from './standing.ts';
import { oneLine, wrap } from './text.ts';

const evidenceShown = 12;
const furtherShown = 5;
const labelWidth = 14;

/** Failing clauses and the cause they share, null if none is known; `further`: other causes of some of them. */
export interface FailureGroup {
  clauses: ClauseResult[];
  cause: Cause | null;
  further: Cause[];
}

/** Clauses that fail for one likely cause together, in the order of the run; each clause once, and each cause. */
export function groupByCause(failing: readonly ClauseResult[], causes: readonly Cause[]): FailureGroup[] {
  const groups = groupByFirstCause(failing, causes);
  const reported = new Set(groups.map(({ cause }) => cause));
  for (const cause of causes) {
    if (reported.has(cause)) continue;
    const has = (level: string | null, { clauses }: FailureGroup): boolean =>
      clauses.some((one) => cause.clauses.includes(one.id) && (level === null || one.level === level));
    (groups.find((group) => has('MUST', group)) ?? groups.find((group) => has(null, group)))?.further.push(cause);
  }
  return groups;
}

function groupByFirstCause(failing: readonly ClauseResult[], causes: readonly Cause[]): FailureGroup[] {
  const groups: FailureGroup[] = [];
  const grouped = new Map<Cause, FailureGroup>();
  for (const clause of failing) {
    const cause = causes.find(({ clauses }) => clauses.includes(clause.id)) ?? null;
    const known = cause === null ? undefined : grouped.get(cause);
    if (known !== undefined) {
      known.clauses.push(clause);
      continue;
    }
    const group: FailureGroup = { clauses: [clause], cause, further: [] };
    groups.push(group);
    if (cause !== null) grouped.set(cause, group);
  }
  return groups;
}

/** The five blocks: promise, expected, seen for each clause; evidence and likely cause once for all of them. `short`: of findings only what was seen and why. */
export function failureBlocks(group: FailureGroup, run: Pick<Run, 'strict'>, options: BlockOptions): string {
  const lines: string[] = [];
  const isShort = options.short === true && group.clauses.every((clause) => standing(clause, run) === 'finding');
  for (const clause of group.clauses) {
    const level = clause.level === 'MUST' ? '' : ` (${clause.level})`;
    lines.push(`${marked(standing(clause, run), options.paint)} ${options.paint('bold', oneLine(clause.id))}${level}`);
    if (!isShort) {
      lines.push(block('promise', [clause.promise], options));
      lines.push(block('expected', [clause.expected], options));
    }
    lines.push(block('seen', [clause.seen], options));
  }
  const [first] = group.clauses;
  const { likelyCause, lookWith } = group.cause ?? first!;
  const several = group.clauses.length > 1 ? ` (of all ${group.clauses.length})` : '';
  const words = `${likelyCause ?? 'none that the suite knows of'}${several}`;
  lines.push(...causeBlocks({ evidence: isShort ? [] : evidenceOf(group), words, lookWith }, options));
  for (const cause of group.further.slice(0, furtherShown)) {
    const of =
      group.clauses.length > 1 || cause.clauses.length > 1 ? ` (of ${cause.clauses.map(oneLine).join(', ')})` : '';
    lines.push(...causeBlocks({ ...cause, words: `also: ${cause.likelyCause}${of}` }, options));
  }
  const hidden = group.further.length - furtherShown;
  if (hidden > 0) lines.push(block('', [`+${hidden} more causes in report.json`], options));
  return lines.join('\n');
}

function causeBlocks(
  { evidence, words, lookWith }: { evidence: string[]; words: string; lookWith: string | null },
  options: BlockOptions,
): string[] {
  const lines: string[] = [];
  if (evidence.length > 0) lines.push(block('evidence', capped(evidence), options));
  lines.push(block('likely cause', [words], options));
  if (lookWith !== null) lines.push(block('look with', [lookWith], { ...options, width: null }));
  return lines;
}

function evidenceOf({ clauses, cause }: FailureGroup): string[] {
  const own = clauses.flatMap(({ evidence }) => evidence);
  const reported = cause !== null && cause.evidence.length > 0 ? cause.evidence : own;
  if (reported.length > 0) return [...new Set(reported)];
  return clauses.flatMap(({ edges }) => edges.filter(({ problems }) => problems.length > 0).map(sentence));
}

/** One edge that contradicts its promise, where there is no folded sentence. */
function sentence({ from, to, protocol, family, port, problems, detail }: Edge): string {
  const said = detail === null ? '' : ` (${detail})`;
  const via = to.via === undefined ? '' : ` through the ${to.via.kind} of ${to.via.service}`;
  return `${from.node}/${from.probe} → ${to.node}/${to.probe}${via} over ${protocol} ${family} port ${port}: ${problems.join(', ')}${said}`;
}

function capped(evidence: readonly string[]): string[] {
  if (evidence.length <= evidenceShown) return [...evidence];
  return [...evidence.slice(0, evidenceShown), `+${evidence.length - evidenceShown} more in report.json`];
}

function block(label: string, texts: readonly string[], { paint, width }: BlockOptions): string {
  const indent = ' '.repeat(labelWidth + 2);
  return texts
    .map((text, index) => {
      const head = index === 0 ? `  ${paint('dim', label.padEnd(labelWidth))}` : indent;
      return head + wrap(oneLine(text), { width, indent });
    })
    .join('\n');
}
