import type { ClauseMetadata } from '../verdict/clause.ts';

/** What `--list` prints: id, level and promise of each clause, aligned. */
export function listText(clauses: readonly ClauseMetadata[]): string {
  const width = Math.max(...clauses.map(({ id }) => id.length));
  return clauses.map(({ id, level, promise }) => `${id.padEnd(width)}  ${level.padEnd(6)}  ${promise}`).join('\n');
}
