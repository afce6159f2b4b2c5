/** Which clauses go red for which fault, and where that was seen: docs/kill-matrix.md. */
import { matches } from '../../lib/cli/options/select.ts';
import { covers, killedByNone, killedElsewhere } from '../../tests/faults/covers.ts';
import { expectedOf, type Expected } from '../../tests/faults/expected.ts';
import type { Fault } from '../../tests/faults/fault.ts';
import { faults } from '../../tests/faults/index.ts';
import { killersElsewhere, soakCommand } from '../../tests/faults/killers.ts';
import { plantedElsewhere, type PlantedElsewhere } from '../../tests/faults/planted-elsewhere.ts';
import { isGood, type Row } from './row.ts';
import { table } from './table.ts';

/** A row per fault: what must be red, as derived from what it breaks, and the circumstances in which exactly that was seen. */
export function killMatrixOf(rows: readonly Row[]): string {
  const ids = Object.keys(covers);
  const lines = faults.map((fault) => {
    const expected = expectedOf(fault.breaks);
    return [nameOf(fault), ...ids.map((id) => (isJudged(fault, id) ? markOf(expected, id) : '')), seenIn(fault, rows)];
  });
  const numbers = ids.map((_, n) => n + 1);
  return `# Kill matrix

Faults that are planted in the lab, and the clauses that must go red for them: **F**; those that must have a finding: **!**; and those that may, since only some flows are hit: *f*. All others (·) must stay as they are on that network without the fault; where there is nothing, the fault's run leaves that clause out (most do not try policies).
Which they are is derived from what a fault breaks and what a clause covers ([tests/faults](../tests/faults/README.md)). The last column: where \`npm run soak -- --faults\` planted it, at which commit, and whether exactly that was red and the cause was named. Made from \`soak.json\` by \`npm run soak -- --write\`.

${table(['fault', ...numbers, 'planted'], lines)}

${ids.map((id, n) => `${n + 1}. \`${id}\`${reasonOf(id)}`).join('\n')}

\`npm run check\` plants, on the lab's own network with both families, what is a fault there and not slow. It turns red, or makes find something, every clause but those with a reason above and these, which need another network, or slow faults:

${Object.entries(killedElsewhere).map(elsewhere).join('\n')}

## Planted by other commands

They are no breach of a promise, or take a lab of their own, and so have no row above:

${table(['fault', 'clauses', 'must be said', 'planted by'], plantedElsewhere.map(byCommand))}
`;
}

/** With the reports of the same on real clusters. */
function nameOf({ name, reported = [] }: Fault): string {
  const links = reported.map((id) => `[${id}](https://github.com/${id.replace('#', '/issues/')})`);
  return links.length === 0 ? name : `${name} (${links.join(', ')})`;
}

/** Whether the fault's own run checks this clause. */
function isJudged({ args = [], triesPolicies }: Fault, id: string): boolean {
  const chosen = args.filter((_, n) => args[n - 1] === '--clause');
  if (chosen.length > 0) return chosen.some((one) => matches(id, one));
  return triesPolicies === true || !id.startsWith('policy/') || id === 'policy/open-by-default';
}

function markOf({ red, mayBeRed, findings, mayFind }: Expected, id: string): string {
  if (red.includes(id)) return '**F**';
  if (findings.includes(id)) return '**!**';
  return mayBeRed.includes(id) || mayFind.includes(id) ? '*f*' : '·';
}

/** "right: 3 nodes (3f0c2d1), dual stack (3f0c2d1); wrong: 16 nodes (3f0c2d1)". */
function seenIn({ name }: Fault, rows: readonly Row[]): string {
  const planted = rows.filter(({ fault }) => fault === name);
  const { right = [], wrong = [] } = Object.groupBy(planted, (row) => (isGood(row) ? 'right' : 'wrong'));
  const words = Object.entries({ right, wrong }).flatMap(([word, some]) =>
    some.length === 0
      ? []
      : [`${word}: ${some.map(({ circumstance, commit }) => `${circumstance} (${commit})`).join(', ')}`],
  );
  return words.join('; ') || '–';
}

function elsewhere([id, circumstance]: [string, string]): string {
  const { names = [] } = killersElsewhere(id).find((one) => one.circumstance === circumstance) ?? {};
  return `* \`${id}\` (${names.join(', ')}): \`${soakCommand({ circumstance, names })}\``;
}

function byCommand({ fault, clauses, must, command }: PlantedElsewhere): string[] {
  const ids = clauses.map((id) => `\`${id}\``).join(', ');
  return [fault, ids === '' ? '–' : ids, must, `\`${command}\``];
}

function reasonOf(id: string): string {
  const reason = killedByNone[id];
  return reason === undefined ? '' : ` (${reason})`;
}
