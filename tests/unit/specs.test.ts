/** What every spec has in common. Textual on purpose: a spec is read more often than it is run. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const root = new URL('../../', import.meta.url);

/** Folders of specs in the order in which the network model speaks of them. */
const model = ['addressing', 'flat-network', 'protocols', 'services', 'policy'];

/** One entry for all neighbours of one folder. */
function foldersOf(files: readonly string[]): string[] {
  const folders = files.map((file) => file.split('/')[1]!);
  return folders.filter((folder, n) => folder !== folders[n - 1]);
}

/** What is wrong with a spec, one sentence each. */
function complaints(id: string, source: string): string[] {
  const opening = /^\s*\/\*\*(.*?)\*\//s.exec(source)?.[1] ?? '';
  const code = source.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const level = /\blevel:\s*'(\w+)'/.exec(code)?.[1];
  const checks: [boolean, string][] = [
    [/\bid:\s*'([^']+)'/.exec(code)?.[1] === id, `its id is its path: '${id}'`],
    [level !== undefined && ['MUST', 'SHOULD', 'INFO'].includes(level), 'its level is written: MUST, SHOULD or INFO'],
    [/\bpromise:\s*['"`]/.test(code), 'its promise is written'],
    [(code.match(/\bclause\(/g) ?? []).length === 1, 'it is one clause'],
    [/^export default clause\(/m.test(code), 'it exports its clause'],
    [opening !== '', 'it opens with a comment'],
    [/\bVerified by\b/.test(opening), 'the comment says "Verified by"'],
    [/\bWould be missed by\b/.test(opening), 'the comment says "Would be missed by"'],
    [level !== 'MUST' || /["“«]|^\s*\*\s*>/m.test(opening), 'a MUST quotes what requires it'],
    [!/\bif\s*\(/.test(code), 'there is no `if`'],
    [!/\b(setTimeout|sleep|delay|setInterval)\b/.test(code), 'there is no sleep'],
    [!/\.only\(|\.skip\(/.test(code), 'nothing is skipped or singled out'],
    [source.split('\n').length <= 120, 'it fits on a page or two'],
  ];
  return checks.filter(([kept]) => !kept).map(([, rule]) => rule);
}

describe('every spec', () => {
  const files = globSync('specs/**/*.ts', { cwd: fileURLToPath(root) }).map((path) => path.replaceAll('\\', '/'));

  it('is there', () => expect(files).not.to.deep.equal([]));

  const { spec } = JSON.parse(readFileSync(new URL('.mocharc.json', root), 'utf8')) as { spec: string[] };

  it('is run: .mocharc.json names it once', () => {
    expect(spec.toSorted()).to.deep.equal(files.toSorted());
  });

  it('is run in its turn: folders are in the order of the model, and none is torn apart', () => {
    expect(foldersOf(spec)).to.deep.equal(model);
    const [first, ...others] = spec;
    expect(foldersOf([...others, first!]), 'the first one last').not.to.deep.equal(model);
    expect(foldersOf(spec.toReversed()), 'the other way round').not.to.deep.equal(model);
  });

  for (const file of files.toSorted()) {
    it(`${file} reads like a clause`, () => {
      expect(file, 'one clause a file, in a folder of the model').to.match(/^specs\/[a-z-]+\/[a-z-]+\.spec\.ts$/);
      const id = file.slice('specs/'.length, -'.spec.ts'.length);
      expect(complaints(id, readFileSync(new URL(file, root), 'utf8'))).to.deep.equal([]);
    });
  }
});

describe('the lint of specs', () => {
  const good = `/**
 * "all pods reach each other, without NAT"
 *
 * Verified by: dials.
 * Would be missed by: a ping.
 */
import { clause } from '../../lib/index.ts';

export default clause({ id: 'a/b', level: 'MUST', promise: 'P.' }, async ({ mesh }) => {});
`;

  it('has nothing to say of a good one', () => expect(complaints('a/b', good)).to.deep.equal([]));

  it('notices what is missing, and what does not belong', () => {
    expect(complaints('a/c', good)).to.deep.equal(["its id is its path: 'a/c'"]);
    expect(complaints('a/b', good.replace(`level: 'MUST', `, ''))).to.have.length(1);
    expect(complaints('a/b', good.replaceAll('"', ''))).to.deep.equal(['a MUST quotes what requires it']);
    expect(complaints('a/b', good.replace('Would be missed by', ''))).to.have.length(1);
    expect(complaints('a/b', good.replace('export default ', ''))).to.deep.equal(['it exports its clause']);
    expect(complaints('a/b', good.replace('{});', '{ if (x) await sleep(1); });'))).to.deep.equal([
      'there is no `if`',
      'there is no sleep',
    ]);
    expect(complaints('a/b', '')).not.to.deep.equal([]);
  });
});
