/** A clause that nothing turns red proves nothing: each is killed by a fault, or says why not. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { covers, killedByNone } from '../../faults/covers.ts';
import { expectedOf } from '../../faults/expected.ts';
import { faults } from '../../faults/index.ts';

const { spec } = JSON.parse(readFileSync(new URL('../../../.mocharc.json', import.meta.url), 'utf8')) as {
  spec: string[];
};
const ids = spec.map((path) => path.slice('specs/'.length, -'.spec.ts'.length));

/** Those that no fault of every check turns red, or makes find something. */
function unkilled(clauses: readonly string[], planted: readonly Pick<(typeof faults)[number], 'breaks'>[]): string[] {
  const killed = new Set(planted.flatMap(({ breaks }) => Object.values(pick(expectedOf(breaks))).flat()));
  return clauses.filter((id) => !killed.has(id));
}

const pick = ({ red, findings }: ReturnType<typeof expectedOf>) => ({ red, findings });

describe('every clause', () => {
  const everyCheck = faults.filter(({ slow }) => slow !== true);

  it('says what it covers, in the order of .mocharc.json', () => {
    expect(Object.keys(covers)).to.deep.equal(ids);
  });

  it('is killed by a fault that is planted in every check, or there is a reason why not', () => {
    expect(unkilled(ids, everyCheck)).to.deep.equal(Object.keys(killedByNone));
  });

  it('would be missed without its faults', () => {
    expect(unkilled(ids, [])).to.deep.equal(ids);
    const withoutOne = everyCheck.filter(({ name }) => name !== 'overlapping ranges');
    expect(unkilled(ids, withoutOne)).to.include('addressing/ranges-do-not-overlap');
  });
});

describe('every fault', () => {
  it('has a name of its own', () => {
    const names = faults.map(({ name }) => name);
    expect(names.filter((name, n) => names.indexOf(name) !== n)).to.deep.equal([]);
  });

  it('is in the index', () => {
    const folder = new URL('../../faults/', import.meta.url);
    const files = globSync('*.fault.ts', { cwd: fileURLToPath(folder) });
    const index = readFileSync(new URL('index.ts', folder), 'utf8');
    expect(files.filter((file) => !index.includes(`'./${file}'`))).to.deep.equal([]);
  });
});
