/** What a run does follows from what clauses say that they need, never from which clauses they are. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { loadClauses } from '../../../lib/cli/suite.ts';

const folder = fileURLToPath(new URL('../../../lib/cli/', import.meta.url));

/** Help and examples name clauses to people. */
const helpTexts = 'options/declared.ts';

/** The clauses that this source names outside comments: by whole id, or by a name within its folder that can mean nothing else (`headroom` is an option, too). */
function named(source: string, ids: readonly string[]): string[] {
  const code = source.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const quoted = [...code.matchAll(/(['"`])((?:(?!\1|\n).)*)\1/g)].map(([, , text]) => text!);
  const namesOf = (id: string): string[] => [id, id.split('/')[1]!].filter((name) => name.includes('-'));
  return ids.filter((id) => quoted.some((text) => text.includes(id) || namesOf(id).includes(text)));
}

describe('the command line', () => {
  it('knows no clause by its id', async () => {
    const ids = (await loadClauses()).map(({ id }) => id);
    const found = globSync('**/*.ts', { cwd: folder, exclude: [helpTexts] }).flatMap((file) =>
      named(readFileSync(`${folder}${file}`, 'utf8'), ids).map((id) => `${file}: ${id}`),
    );
    expect(found).to.deep.equal([]);
  });

  it('would be caught at it', () => {
    const ids = ['flat-network/new-pods-join', 'services/headroom'];
    expect(named("const fresh = 'flat-network/new-pods-join';", ids)).to.deep.equal([ids[0]]);
    expect(named('if (clauses.includes("services/headroom")) return `a`;', ids)).to.deep.equal([ids[1]]);
    expect(named("id.endsWith('new-pods-join')", ids)).to.deep.equal([ids[0]]);
    expect(named('/** As `services/headroom` does. */ options.headroom;', ids)).to.deep.equal([]);
  });
});
