import { stripVTControlCharacters } from 'node:util';
import type { ClauseResult, Run } from '../verdict/run.ts';
import type { BlockOptions } from './block-options.ts';
import type { Paint } from './paint.ts';
import { standing, type Standing } from './standing.ts';
import { clean, count, duration, oneLine, wrap } from './text.ts';

const idWidth = 40;
const indent = '    ';
/** Of a remark that does not fit beside its clause; the rest is in the reports, or further down. */
const remarkLines = 2;

/** A finished clause: its line, and below it what does not fit there; with `details` everything that an INFO clause reports. */
export function clauseLines(clause: ClauseResult, run: Pick<Run, 'strict'>, options: BlockOptions): string {
  const { paint, width, details = false } = options;
  const stands = standing(clause, run);
  const remark = remarkOn(clause, stands);
  const whole = clauseLine(clause, run, paint);
  const fits = width === null || remark === '' || stripVTControlCharacters(whole).length <= width;
  const linesAtMost = details || stands === 'not applicable' ? Infinity : remarkLines;
  const lines = fits ? [whole] : [columnsOf(clause, run, paint), ...below(remark, { width, linesAtMost })];
  return [...lines, ...(details ? detailLines(clause, run).flatMap((line) => below(line, { width })) : [])].join('\n');
}

/** Rows of a table are left as they are, sentences are wrapped. */
function below(
  text: string,
  { width, linesAtMost = Infinity }: { width: number | null; linesAtMost?: number },
): string[] {
  if (text.includes('  ')) return [`${indent}${text}`];
  const lines = wrap(text, { width, indent }).split('\n');
  const shown =
    lines.length <= linesAtMost ? lines : [...lines.slice(0, linesAtMost - 1), cut(lines[linesAtMost - 1]!)];
  return [`${indent}${shown[0]}`, ...shown.slice(1)];
}

/** The last word gives way to the ellipsis. */
const cut = (line: string): string => line.replace(/[,;:]?\s+\S+$/, ' …');

/** What an INFO clause reports beyond what it saw. Some of it is columns of a table, so spaces are kept. */
export function detailLines(clause: ClauseResult, run: Pick<Run, 'strict'>): string[] {
  if (standing(clause, run) !== 'reported') return [];
  return clause.evidence.map((line) => clean(line).replaceAll(/[\r\n\t]/g, ' '));
}

/** One line for a finished clause: mark, id, level unless it is MUST, what was exchanged, duration, and a remark. */
export function clauseLine(clause: ClauseResult, run: Pick<Run, 'strict'>, paint: Paint): string {
  const remark = remarkOn(clause, standing(clause, run));
  return `${columnsOf(clause, run, paint)}${remark === '' ? '' : `  ${remark}`}`;
}

function columnsOf(clause: ClauseResult, run: Pick<Run, 'strict'>, paint: Paint): string {
  const level = clause.level === 'MUST' ? '' : clause.level;
  const { dials, edges } = clause.exchanged;
  const exchanged = dials === 0 ? '' : `${count(dials, 'dial')}, ${count(edges, 'edge')}`;
  const columns = [
    `${marked(standing(clause, run), paint)} ${oneLine(clause.id).padEnd(idWidth)}`,
    level.padEnd(6),
    exchanged.padEnd(21),
    paint('dim', duration(clause.durationMs).padStart(7)),
  ];
  return columns.join(' ').trimEnd();
}

/** The mark of a clause, in its colour. */
export function marked(stands: Standing, paint: Paint): string {
  switch (stands) {
    case 'kept':
      return paint('green', '✓');
    case 'broken':
      return paint('red', '✗');
    case 'finding':
      return paint('yellow', '!');
    case 'reported':
      return paint('cyan', 'i');
    case 'no verdict':
      return paint('red', '?');
    case 'unknown':
      return paint('yellow', '?');
    case 'not applicable':
      return paint('dim', '-');
  }
}

function remarkOn(clause: ClauseResult, stands: Standing): string {
  switch (stands) {
    case 'reported':
      return oneLine(clause.seen);
    case 'no verdict':
    case 'unknown':
      return `no verdict: ${oneLine(clause.reason ?? clause.seen)}`;
    case 'not applicable':
      return `not applicable: ${oneLine(clause.reason ?? clause.seen)}`;
    default:
      return '';
  }
}
