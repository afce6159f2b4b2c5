/** Folders tell what is in them: few files in each, and the tests where one looks for them. */
import { globSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const root = fileURLToPath(new URL('../..', import.meta.url));
const foldersOf = (pattern: string): string[] =>
  globSync(pattern, { cwd: root }).map((path) => dirname(path.replaceAll('\\', '/')));

const mostFiles = 16;

describe('a folder of lib/', () => {
  it(`has at most ${mostFiles} files of its own`, () => {
    const counts = Map.groupBy(foldersOf('lib/**/*.*'), (folder) => folder);
    const full = [...counts].filter(([, { length }]) => length > mostFiles).map(([folder]) => folder);
    expect(full).to.deep.equal([]);
  });
});

describe('tests/unit', () => {
  it('mirrors lib/', () => {
    const lib = new Set(foldersOf('lib/**/*.ts').map((folder) => folder.slice('lib'.length)));
    const elsewhere = new Set(['/bench', '/faults', '/lab', '/scripts']);
    const tests = foldersOf('tests/unit/**/*.ts').map((folder) => folder.slice('tests/unit'.length));
    expect(tests.filter((folder) => !lib.has(folder) && !elsewhere.has(folder))).to.deep.equal([]);
  });
});
