/** What the documents say and the code knows better. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { measurementsDocument } from '../../scripts/measurements-document.ts';
import { clausesDocument, clausesFile, tell, withOptions } from '../../scripts/write-clauses.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('docs/clauses.md', () => {
  it('is what the specs say (else: npm run clauses)', () => {
    expect(readFileSync(clausesFile, 'utf8')).to.equal(clausesDocument());
  });

  it('is not made from a spec that leaves something out', () => {
    const whole = `/**
 * > Pods reach pods.
 *
 * A remark
 * in two lines.
 *
 * Verified by: dials,
 * many of them.
 * Would be missed by: a ping.
 */
clause({ id: 'a/b', level: 'MUST', promise: 'P' }, async () => {});
`;
    expect(tell('a', whole)).to.deep.equal({
      id: 'a/b',
      level: 'MUST',
      promise: 'P',
      quote: 'Pods reach pods.',
      remarks: ['A remark in two lines.'],
      verifiedBy: 'dials, many of them.',
      wouldBeMissedBy: 'a ping.',
    });
    for (const part of ['> ', 'Verified by', 'Would be missed by', `level: 'MUST'`, `promise: 'P'`, `id: 'a/b'`])
      expect(() => tell('a', whole.replace(part, '')), part).to.throw('a has no');
  });
});

describe('docs/measurements.md', () => {
  it('has every measurement (else: npm run schema)', () => {
    expect(read('docs/measurements.md')).to.equal(measurementsDocument());
  });
});

describe('README.md', () => {
  it('tells the options as --help does (else: npm run clauses)', () => {
    expect(read('README.md')).to.equal(withOptions(read('README.md')));
  });

  it('is refused when there is no place for them', () => {
    expect(() => withOptions(read('CHANGELOG.md'))).to.throw('## Options');
  });
});

describe('every document', () => {
  const files = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: root })];

  for (const file of files.toSorted()) {
    it(`${file} links to what is there`, () => {
      const links = [...read(file).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, to]) => to ?? '');
      const gone = links.filter((to) => globSync(normalize(join(dirname(file), to)), { cwd: root }).length === 0);
      expect(gone).to.deep.equal([]);
    });

    it(`${file} names files that are there`, () => {
      const named = [...read(file).matchAll(/`((?:lib|lab|specs|tests|scripts|bench)\/[\w./-]+\.ts)`/g)].map(
        ([, path]) => path!,
      );
      expect(named.filter((path) => !existsSync(join(root, path)))).to.deep.equal([]);
    });
  }

  it('keeps decisions to a page, numbered without a gap', () => {
    const decisions = globSync('docs/decisions/*.md', { cwd: root }).toSorted();
    expect(decisions.map((file) => Number(/\/(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1]))).to.deep.equal(
      decisions.map((_, n) => n + 1),
    );
    for (const file of decisions) expect(read(file).split('\n').length, file).to.be.at.most(41);
  });
});
