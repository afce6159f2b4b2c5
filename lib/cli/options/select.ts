import type { ClauseMetadata } from '../../verdict/clause.ts';
import type { Level } from '../../verdict/run.ts';
import { nearest } from './nearest.ts';
import { UsageError } from '../usage-error.ts';

export type KnownClause = Pick<ClauseMetadata, 'id' | 'level' | 'needs'>;

export interface Selection {
  /** Clause ids or folders; empty means all. */
  clauses: readonly string[];
  /** Empty means all. */
  levels: readonly Level[];
}

/** The ids to run, in the catalogue's order. Throws `unknown-clause` and, when no clause matches both options, `nothing-selected`. */
export function selectClauses(known: readonly KnownClause[], { clauses, levels }: Selection): string[] {
  const wanted = clauses.map((text) => text.replace(/^\.?\/?(specs\/)?/, '').replace(/(\/|\.spec\.ts)$/, ''));
  for (const [index, selector] of wanted.entries()) {
    if (!known.some(({ id }) => matches(id, selector))) throw unknownClause(clauses[index]!, selector, known);
  }
  const selected = known
    .filter(({ id }) => wanted.length === 0 || wanted.some((selector) => matches(id, selector)))
    .filter(({ level }) => levels.length === 0 || levels.includes(level))
    .map(({ id }) => id);
  if (selected.length === 0) {
    throw new UsageError(
      'nothing-selected',
      `No clause in ${wanted.length === 0 ? 'the suite' : wanted.join(', ')} has level ${levels.join(' or ')}: nothing would run.`,
      'npm test -- --list shows every clause with its level.',
    );
  }
  return selected;
}

/** Whether a clause is what `--clause` names: itself, or in its folder. */
export function matches(id: string, selector: string): boolean {
  return id === selector || id.startsWith(`${selector}/`);
}

function unknownClause(asked: string, selector: string, known: readonly KnownClause[]): UsageError {
  const ids = known.map(({ id }) => id);
  const folders = [...new Set(ids.map((id) => id.split('/')[0]!))];
  const names = [...folders, ...ids];
  // "self-ip" without its folder, "services/kube" cut short: likely mistakes, but too far from the whole id to be found by edit distance.
  const guess =
    names.find((name) => name.startsWith(selector) || name.endsWith(`/${selector}`)) ??
    nearest(selector, names) ??
    names.find((name) => name.includes(`/${selector}`));
  const question = guess === undefined ? '' : ` Did you mean "${guess}"?`;
  return new UsageError(
    'unknown-clause',
    `There is no clause or folder "${asked}".${question}`,
    'npm test -- --list shows them all.',
  );
}
