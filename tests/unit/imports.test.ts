/** Who may import whom. Folders that keep to this can be read, tested and replaced by themselves. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Rule {
  fact: string;
  /** The files that the rule is about. */
  from: RegExp;
  /** What they may not import: a path from the root, or the name of a package. */
  not: (imported: string) => boolean;
}

const rules: Rule[] = [
  {
    fact: 'a spec sees the suite through lib/index.ts only',
    from: /^specs\//,
    not: (imported) => imported !== 'lib/index.ts',
  },
  {
    fact: 'what runs inside a pod needs Node and itself only',
    from: /^lib\/probe\//,
    not: (imported) => !imported.startsWith('node:') && !imported.startsWith('lib/probe/'),
  },
  {
    fact: 'a report is made of a Run, and of what lays out text',
    from: /^lib\/report\/(?!schema\.ts)/,
    not: (imported) => !/^(node:|lib\/report\/|lib\/verdict\/run\.ts$|wrap-ansi$)/.test(imported),
  },
  {
    fact: 'only lib/cluster (and the lab, for its own bring-up) knows the Kubernetes client',
    from: /^(?!lib\/cluster\/|lab\/|tests\/)/,
    not: (imported) => imported === '@kubernetes/client-node',
  },
  {
    fact: 'only the lab and the check start processes with execa',
    from: /^(?!lab\/|scripts\/run-step\.ts$|tests\/)/,
    not: (imported) => imported === 'execa',
  },
  {
    fact: 'the suite knows the lab in one place',
    from: /^lib\/(?!cli\/target-lab\.ts$)/,
    not: (imported) => imported.startsWith('lab/'),
  },
  {
    fact: 'the lab knows nothing of the suite but the file format of the probes',
    from: /^lab\//,
    not: (imported) => /^lib\/(mesh|verdict|diagnosis|report|cli)\//.test(imported),
  },
  {
    fact: 'nobody imports specs but the command line',
    from: /^(?!lib\/cli\/)/,
    not: (imported) => imported.startsWith('specs/'),
  },
  {
    fact: 'nothing that is shipped imports tests, scripts or benchmarks',
    from: /^(lib|lab|specs)\//,
    not: (imported) => /^(tests|scripts|bench)\//.test(imported),
  },
];

/** What a file imports, type imports included: paths from the root, packages by their name. */
function importsOf(file: string, source: string): string[] {
  const found = source.matchAll(
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/gm,
  );
  return [...found].map(([, from, direct]) => {
    const specifier = (from ?? direct)!;
    return specifier.startsWith('.')
      ? join(dirname(file), specifier)
      : specifier.replace(/^((@[^/]+\/)?[^/]+).*$/, '$1');
  });
}

function violations({ from, not }: Rule, files: ReadonlyMap<string, string>): string[] {
  return [...files]
    .filter(([file]) => from.test(file))
    .flatMap(([file, source]) =>
      importsOf(file, source)
        .filter(not)
        .map((imported) => `${file} imports ${imported}`),
    );
}

const sources = new Map(
  globSync('{lib,lab,specs,tests,scripts,bench}/**/*.ts', { cwd: root }).map((path) => {
    const file = relative('.', path.replaceAll('\\', '/'));
    return [file, readFileSync(join(root, file), 'utf8')];
  }),
);

describe('imports', () => {
  for (const rule of rules) {
    it(rule.fact, () => expect(violations(rule, sources)).to.deep.equal([]));
  }

  it('are found however they are written', () => {
    const source = `import a from 'one';\nimport type {\n  B,\n} from "./two.ts";\nexport * from '../three.ts';\nimport '@x/four/five';\nawait import('node:fs');`;
    expect(importsOf('lib/mesh/a.ts', source)).to.deep.equal([
      'one',
      'lib/mesh/two.ts',
      'lib/three.ts',
      '@x/four',
      'node:fs',
    ]);
  });

  it('that break each rule are noticed', () => {
    const broken = new Map([
      ['specs/a/b.spec.ts', `import { x } from '../../lib/verdict/run.ts';`],
      ['lib/probe/a.ts', `import { z } from 'zod';`],
      ['lib/report/a.ts', `import { z } from 'zod';`],
      ['lib/mesh/a.ts', `import { KubeConfig } from '@kubernetes/client-node';\nimport { execa } from 'execa';`],
      ['lib/cli/a.ts', `import { up } from '../../lab/up.ts';`],
      ['lab/a.ts', `import { x } from '../lib/verdict/run.ts';`],
      ['tests/a.test.ts', `await import('../specs/a/b.spec.ts');`],
      ['lib/a.ts', `import { x } from '../scripts/x.ts';`],
    ]);
    expect(rules.filter((rule) => violations(rule, broken).length === 0)).to.deep.equal([]);
  });
});
