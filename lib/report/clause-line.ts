import { stripVTControlCharacters } from 'node:util';
import type { ClauseResult, Run } from '../verdict/run.ts';
import type { BlockOptions } from './block-options.ts';
import type { Paint } from './paint.ts';
import { standing, type Standing } from './standing.ts';
import { clean, count, duration, oneLine, wrap } from './text.ts';

const idWidth = 38;
const indent = '    ';
const leastRoom = 6;

/** A finished clause: its line, and below it what does not fit there (`short`: cut instead); with `details` everything that an INFO clause reports. */
export function clauseLines(clause: ClauseResult, run: Pick<Run, 'strict'>, options: BlockOptions): string {
  const { paint, width, short = false } = options;
  const remark = remarkOn(clause, standing(clause, run));
  const whole = clauseLine(clause, run, paint);
  const start = columnsOf(clause, run, paint);
  if (width === null || remark === '' || widthOf(whole) <= width)
    return [whole, ...detailsBelow(clause, run, options)].join('\n');
  if (short) return beside(start, remark, { width });
  return [start, ...below(remark, { width }), ...detailsBelow(clause, run, options)].join('\n');
}

function detailsBelow(clause: ClauseResult, run: Pick<Run, 'strict'>, { width, details }: BlockOptions): string[] {
  return details === true ? detailLines(clause, run).flatMap((line) => below(line, { width })) : [];
}

/** Rows of a table are left as they are, sentences are wrapped. */
function below(text: string, { width }: { width: number | null }): string[] {
  return [`${indent}${text.includes('  ') ? text : wrap(text, { width, indent })}`];
}

/** As many whole words as there is room for, and an ellipsis where that is not all; nothing where there is room for hardly a word. */
function beside(line: string, text: string, { width }: { width: number | null }): string {
  const room = width === null ? Infinity : width - widthOf(line) - 2;
  if (text.length <= room) return `${line}  ${text}`;
  const [words = ''] = /^.*(?=\s)/.exec(text.slice(0, Math.max(0, room - 1))) ?? [];
  return words.length < leastRoom ? line : `${line}  ${words.replace(/[,;:]$/, '')} …`;
}

function widthOf(line: string): number {
  return stripVTControlCharacters(line).length;
}

/** What an INFO clause reports beyond what it saw. Some of it is columns of a table, so spaces are kept. */
export function detailLines(clause: ClauseResult, run: Pick<Run, 'strict'>): string[] {
  if (standing(clause, run) !== 'reported') return [];
  return clause.evidence.map((line) => clean(line).replaceAll(/[\r\n\t]/g, ' '));
}

/** One line for a finished clause: mark, id, level unless it is MUST, duration, what was exchanged, and a remark. */
export function clauseLine(clause: ClauseResult, run: Pick<Run, 'strict'>, paint: Paint): string {
  const remark = remarkOn(clause, standing(clause, run));
  return `${columnsOf(clause, run, paint)}${remark === '' ? '' : `  ${remark}`}`;
}

/** One line for several kept clauses of one folder: "✓ policy  31 ms  2 kept  open-by-default, supported". */
export function keptLine(clauses: readonly ClauseResult[], { paint, width }: BlockOptions): string {
  const [folder = ''] = clauses[0]?.id.split('/') ?? [];
  const durationMs = clauses.reduce((total, one) => total + one.durationMs, 0);
  const line = columns({ stands: 'kept', name: folder, level: '', durationMs, dials: 0, edges: 0 }, paint);
  const names = clauses.map(({ id }) => oneLine(id).slice(folder.length + 1));
  return beside(`${line}  ${clauses.length} kept`, names.join(', '), { width });
}

function columnsOf(clause: ClauseResult, run: Pick<Run, 'strict'>, paint: Paint): string {
  const { id, level, durationMs, exchanged } = clause;
  return columns({ stands: standing(clause, run), name: id, level, durationMs, ...exchanged }, paint);
}

interface Columns {
  stands: Standing;
  name: string;
  level: ClauseResult['level'] | '';
  durationMs: number;
  dials: number;
  edges: number;
}

function columns({ stands, name, level, durationMs, dials, edges }: Columns, paint: Paint): string {
  const all = [
    `${marked(stands, paint)} ${oneLine(name).padEnd(idWidth)}`,
    (level === 'MUST' ? '' : level).padEnd(6),
    paint('dim', duration(durationMs).padStart(7)),
    dials === 0 ? '' : ` ${count(dials, 'dial')}, ${count(edges, 'edge')}`,
  ];
  return all.join(' ').trimEnd();
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
