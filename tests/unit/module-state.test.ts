/** Whatever belongs to one run is owned by that run: two of them in one process must not find each other's. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Programs that nobody imports, and the clock of the one event loop that a process has. */
const exempt: ReadonlySet<string> = new Set(['lib/probe/raw/helper.ts', 'lib/probe/io/loop-clock.ts']);

/** Made by `new`, and never changed; or, as AsyncLocalStorage, made for telling two runs apart. */
const harmless = /^new (URL|RegExp|AsyncLocalStorage|TextEncoder|TextDecoder|Intl\.\w+|(Map|Set|Weak\w+))\b/;

/** What can change for as long as the module is loaded, one sentence each. Textual on purpose: what stands at the left margin is the module's own. */
function complaints(source: string): string[] {
  const code = source.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const written = writtenTo(code);
  const constants = [
    ...code.matchAll(/^(?:export )?const (\w+)(?:: ((?:\{[^}]*\}|[^=;]|=>)+?))? =(?!>)\s*(\S+ ?\w*)/gm),
  ];
  // Types begin with a capital letter, and `Note[] = ` is no assignment to one.
  const imported = [...code.matchAll(/^import \{([^}]*)\}/gm)].flatMap(
    ([, names = '']) => names.match(/\b[a-z]\w*(?=\s*(?:,|$))/g) ?? [],
  );
  return [
    ...imported.filter((name) => written.has(name)).map((name) => `${name} of another module is written to`),
    ...[...code.matchAll(/^(?:export )?(?:let|var) (\w+)/gm)].map(([, name]) => `${name} can be assigned anew`),
    ...[...code.matchAll(/^\s+static (?!readonly\b)(?:\w+ )*(\w+)\s*[=:;]/gm)].map(
      ([, name]) => `static ${name} can be assigned anew`,
    ),
    ...constants.flatMap(([, name = '', type = '', value = '']) => [
      ...(/^new (Map|Set)/.test(value) && !/^Readonly(Map|Set)\b/.test(type)
        ? [`${name} is a collection: give it the type ReadonlyMap or ReadonlySet`]
        : []),
      ...(value.startsWith('new ') && !harmless.test(value) ? [`${name} is an object that may keep something`] : []),
      ...(/^new Weak(Map|Set)/.test(value) ? [`${name} hands things from one to another unseen`] : []),
      ...(/^(\[\]|\{\})/.test(value) ? [`${name} begins empty, so that something fills it`] : []),
      ...(written.has(name) ? [`${name} is written to`] : []),
    ]),
  ];
}

/** Names of what is changed anywhere: by a method that changes it, or by an assignment to something in it. */
function writtenTo(code: string): Set<string> {
  const methods = /(?<![\w.])(\w+)\.(?:push|pop|shift|unshift|splice|sort|reverse|fill|set|add|delete|clear)\(/g;
  const assignments = /(?<![\w.])(\w+)(?:\.\w+|\[[^\]\n]*\])+ [-+*/?&|]{0,2}= /g;
  const counts = /(?<![\w.])(\w+)(?:\.\w+|\[[^\]\n]*\])+(?:\+\+|--)/g;
  const others = /(?:\bObject\.assign\(|\bdelete |(?:\+\+|--))(\w+)/g;
  return new Set(
    [methods, assignments, counts, others].flatMap((change) => [...code.matchAll(change)].map(([, name]) => name!)),
  );
}

describe('modules of lib', () => {
  const files = globSync('lib/**/*.ts', { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((file) => !exempt.has(file));

  it('are all there, but for those that are exempt', () => {
    expect(files).to.include('lib/probe/agent.ts');
    expect([...exempt].filter((file) => !existsSync(join(root, file)))).to.deep.equal([]);
  });

  it('keep nothing that changes', () => {
    const found = files.flatMap((file) =>
      complaints(readFileSync(join(root, file), 'utf8')).map((complaint) => `${file}: ${complaint}`),
    );
    expect(found).to.deep.equal([]);
  });
});

describe('the lint of module state', () => {
  it('has nothing to say of constants, and of what a function keeps', () => {
    const good = `/** let x = 1; */
const table: ReadonlyMap<string, number> = new Map([['a', 1]]);
export const words: ReadonlySet<string> = new Set(['a']);
const running = new AsyncLocalStorage<number>();
const rows = ['a', 'b'];
const limits = { ms: 1 };
export function count(): number {
  let sum = 0;
  const seen = new Set<string>();
  const rowsOf = [];
  rowsOf.push(limits.ms === sum ? rows.at(0) : seen);
  return sum;
}
`;
    expect(complaints(good)).to.deep.equal([]);
  });

  for (const bad of [
    'let open: Session | null = null;',
    'export let open = 1;',
    'var open = 1;',
    'const found = new Map<string, number>();',
    'export const found: Map<string, number> = new Map();',
    'const found = new Set();',
    'const found: Map<\n  string,\n  (n: number) => void\n> = new Map();',
    'const kept = new WeakMap<object, number>();',
    'export const catalogue: ClauseMetadata[] = [];',
    'const known: Record<string, number> = {};',
    "const rows = ['a'];\nexport function add(row: string): void {\n  rows.push(row);\n}",
    'const state = { n: 0 };\nexport function next(): void {\n  state.n += 1;\n}',
    'const state = { n: 0 };\nexport function next(): void {\n  state.n = 1;\n}',
    "const rows = ['a'];\nexport function set(n: number): void {\n  rows[n] = 'b';\n}",
    'class Counter {\n  static count = 0;\n}',
    "import { rows } from './rows.ts';\nexport function add(row: string): void {\n  rows.push(row);\n}",
    'const recent: { at: number; ms: number }[] = [];',
    'const exchange = new RawExchange();',
    'const state = { n: 0 };\nexport function next(): number {\n  return state.n++;\n}',
    'const state = { n: 0 };\nexport function set(n: number): void {\n  Object.assign(state, { n });\n}',
    'const state = { n: [0] };\nexport function reset(): void {\n  delete state.n;\n}',
  ])
    it(`notices ${bad.replaceAll(/\s+/g, ' ')}`, () => expect(complaints(bad)).not.to.deep.equal([]));
});
