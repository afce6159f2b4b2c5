/** Who may import whom. Folders that keep to this can be read, tested and replaced by themselves. */
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { importTable, keptPackages } from '../../scripts/import-table.ts';
import { withImportTable } from '../../scripts/write-imports.ts';
import { cyclesOf, importsOf, objection, sourcesOf } from '../support/imports.ts';

const root = new URL('../../', import.meta.url);
const sources = sourcesOf('lib', 'lab', 'specs', 'tests', 'scripts', 'bench');
const imports = new Map([...sources].map(([file, source]) => [file, importsOf(file, source)]));

describe('imports', () => {
  it('are those that the table allows (scripts/import-table.ts)', () => {
    const objections = [...imports].flatMap(([file, all]) => all.flatMap((one) => objection(file, one) ?? []));
    expect(objections).to.deep.equal([]);
  });

  it('make no circle in lib/, type imports included', () => {
    const lib = new Map([...imports].filter(([file]) => file.startsWith('lib/')));
    expect(cyclesOf(lib)).to.deep.equal([]);
  });

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

  it('that come back by a detour are a circle; others are none', () => {
    const made = { a: ['b'], b: ['c', 'd'], c: ['a'], d: [], e: ['f', 'a'], f: ['e'], g: ['g'] };
    expect(cyclesOf(new Map(Object.entries(made)))).to.deep.equal([['a', 'b', 'c'], ['e', 'f'], ['g']]);
  });
});

describe('the import table', () => {
  it('names what is there, and every folder of lib/', () => {
    const named = [...importTable.flatMap(({ from, may }) => [from, ...may]), ...Object.values(keptPackages).flat()];
    const paths = named.filter((one) => one !== 'node:' && one !== 'packages');
    expect(paths.filter((path) => !existsSync(new URL(path, root)))).to.deep.equal([]);
    const folders = [...sources.keys()].flatMap((file) => /^lib\/[^/]+\//.exec(file)?.[0] ?? []);
    expect(importTable.map(({ from }) => from)).to.include.members([...new Set(folders)]);
  });

  it('is what CONTRIBUTING.md says (otherwise: npm run imports)', () => {
    const contributing = readFileSync(new URL('CONTRIBUTING.md', root), 'utf8');
    expect(contributing).to.equal(withImportTable(contributing));
    expect(() => withImportTable('# Contributing')).to.throw('Who may import whom');
  });

  const forbidden: [fact: string, file: string, imported: string][] = [
    ['a spec sees the suite through lib/index.ts only', 'specs/a/b.spec.ts', 'lib/verdict/run.ts'],
    ['a spec asks nothing of Node', 'specs/a/b.spec.ts', 'node:fs'],
    ['what runs inside a pod needs Node and itself only', 'lib/probe/dial/a.ts', 'zod'],
    ['a report is made of a Run and nothing else', 'lib/report/a.ts', 'lib/mesh/plan.ts'],
    ['only lib/cluster and the lab know the Kubernetes client', 'lib/mesh/a.ts', '@kubernetes/client-node'],
    ['others see the cluster through its door', 'lib/cli/a.ts', 'lib/cluster/api/api.ts'],
    ['the suite starts no process with execa', 'lib/cli/a.ts', 'execa'],
    ['the suite knows the lab in one place', 'lib/cli/a.ts', 'lab/index.ts'],
    ['the lab knows nothing of the suite', 'lab/a.ts', 'lib/verdict/run.ts'],
    ['nobody imports specs', 'tests/a.test.ts', 'specs/a/b.spec.ts'],
    ['nothing that is shipped imports tests, scripts or benchmarks', 'lib/cli/a.ts', 'scripts/x.ts'],
    ['the closed loop does without the open one', 'lib/latency/closed-loop/a.ts', 'lib/latency/open-loop/voice.ts'],
    ['the open loop does without the closed one', 'lib/latency/open-loop/a.ts', 'lib/latency/closed-loop/words.ts'],
    ['what measurements share knows none of them', 'lib/service-paths/a.ts', 'lib/latency/numbers.ts'],
    ['a folder that the table leaves out imports nothing', 'elsewhere/a.ts', 'node:fs'],
  ];
  for (const [fact, file, imported] of forbidden) it(fact, () => expect(objection(file, imported)).to.be.a('string'));

  it('allows what the longest row that fits allows', () => {
    expect(objection('lib/cli/target/lab.ts', 'lab/index.ts')).to.equal(null);
    expect(objection('lib/report/schema.ts', 'zod')).to.equal(null);
    expect(objection('tests/a.test.ts', '@kubernetes/client-node')).to.equal(null);
  });
});
