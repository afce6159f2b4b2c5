import type { ClauseResult, Run } from '../verdict/run.ts';
import type { Paint } from './paint.ts';
import { standing, type Standing } from './standing.ts';
import { clean, count, duration, oneLine } from './text.ts';

const idWidth = 40;

/** A clause that has ended: its line, and below it what an INFO has to tell in more than one. */
export function clauseLines(clause: ClauseResult, run: Pick<Run, 'strict'>, paint: Paint): string {
  return [clauseLine(clause, run, paint), ...toldLines(clause, run).map((line) => `    ${line}`)].join('\n');
}

/** What an INFO has to tell beside what it saw: columns of a table, so spaces stay. */
export function toldLines(clause: ClauseResult, run: Pick<Run, 'strict'>): string[] {
  if (standing(clause, run) !== 'told') return [];
  return clause.evidence.map((line) => clean(line).replaceAll(/[\r\n\t]/g, ' '));
}

/** One line for a clause that has ended: mark, id, level when it isn't MUST, what was exchanged, duration, and what else must be known. */
export function clauseLine(clause: ClauseResult, run: Pick<Run, 'strict'>, paint: Paint): string {
  const stands = standing(clause, run);
  const level = clause.level === 'MUST' ? '' : clause.level;
  const { dials, edges } = clause.exchanged;
  const exchanged = dials === 0 ? '' : `${count(dials, 'dial')}, ${count(edges, 'edge')}`;
  const columns = [
    `${marked(stands, paint)} ${oneLine(clause.id).padEnd(idWidth)}`,
    level.padEnd(6),
    exchanged.padEnd(21),
    paint('dim', duration(clause.durationMs).padStart(7)),
  ];
  const remark = remarkOn(clause, stands);
  return `${columns.join(' ')}${remark === '' ? '' : `  ${remark}`}`.trimEnd();
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
    case 'told':
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
    case 'told':
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
