/** Writes docs/clauses.md from the opening comments of the specs, and the options in README.md from `--help`: `npm run clauses`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { helpText } from '../lib/cli/options/options.ts';

const root = new URL('../', import.meta.url);
export const clausesFile = new URL('docs/clauses.md', root);
const readmeFile = new URL('README.md', root);

interface Told {
  id: string;
  level: string;
  promise: string;
  /** The sentence of the network model that the spec quotes. */
  quote: string;
  /** What the spec says beyond the promise. */
  remarks: string[];
  verifiedBy: string;
  wouldBeMissedBy: string;
}

/** The whole document: every clause in the order in which it is run. */
export function clausesDocument(): string {
  const { spec } = JSON.parse(read('.mocharc.json')) as { spec: string[] };
  const told = spec.map((file) => tell(file, read(file)));
  return `# The clauses

Made from the specs by \`npm run clauses\`; change the opening comment of the spec, not this file.

MUST: the network model requires it; a run in which it fails is not conformant. SHOULD: users rely on it; failing is a
finding, red only with \`--strict\`. INFO: measured and reported, never red.
Dials are made over TCP and UDP, and over each IP family that the cluster's pods have.

| clause | level | the promise |
|---|---|---|
${told.map(row).join('\n')}

${told.map(section).join('\n\n')}
`;
}

/** README.md with the options as in `--help`. Throws when there is no place for them. */
export function withOptions(readme: string): string {
  const help = helpText();
  const options = help.slice(help.indexOf('Which cluster:'), help.indexOf('Examples:')).trimEnd();
  const place = /(?<=\n## Options\n\n```\n).*?(?=\n```\n)/s;
  if (!place.test(readme)) throw new Error('README.md has no "## Options" with a block of code below it');
  return readme.replace(place, () => options);
}

/** Reads a spec's comment and its metadata. Throws when a part of either is missing. */
export function tell(file: string, source: string): Told {
  const comment = /^\/\*\*\n(.*?)\n \*\//s.exec(source)?.[1] ?? '';
  const paragraphs = comment
    .split('\n')
    .map((line) => line.replace(/^ \* ?/, ''))
    .join('\n')
    .split('\n\n');
  const [opening = '', ...others] = paragraphs;
  const last = others.at(-1) ?? '';
  const text = (found: string | undefined, what: string): string => {
    if (found === undefined || found.trim() === '') throw new Error(`${file} has no ${what}`);
    return found.trim().replaceAll(/\s*\n\s*/g, ' ');
  };
  return {
    id: text(/\bid: '([^']+)'/.exec(source)?.[1], 'id'),
    level: text(/\blevel: '([^']+)'/.exec(source)?.[1], 'level'),
    promise: text(/\bpromise:\s*'([^']+)'/.exec(source)?.[1], 'promise'),
    quote: text(/^> (.*)$/s.exec(opening)?.[1], 'quotation'),
    remarks: others.slice(0, -1).map((paragraph) => text(paragraph, 'text')),
    verifiedBy: text(/^Verified by: (.*?)\nWould be missed by:/s.exec(last)?.[1], '"Verified by"'),
    wouldBeMissedBy: text(/\nWould be missed by: (.*)$/s.exec(last)?.[1], '"Would be missed by"'),
  };
}

function row({ id, level, promise }: Told): string {
  return `| [\`${id}\`](#${anchor(id)}) | ${level} | ${promise} |`;
}

function section({ id, level, promise, quote, remarks, verifiedBy, wouldBeMissedBy }: Told): string {
  return [
    `## ${id}`,
    `> ${quote}`,
    `**${level}**: ${promise}.`.replace(/([.?])\.$/, '$1'),
    ...remarks,
    `*Verified by:* ${verifiedBy}`,
    `*Would be missed by:* ${wouldBeMissedBy}`,
    `[The spec](../specs/${id}.spec.ts) · \`npm test -- --clause ${id}\``,
  ].join('\n\n');
}

/** A heading's anchor, as on GitHub. */
function anchor(id: string): string {
  return id.replaceAll('/', '');
}

function read(file: string): string {
  return readFileSync(new URL(file, root), 'utf8');
}

if (import.meta.main) {
  writeFileSync(clausesFile, clausesDocument());
  writeFileSync(readmeFile, withOptions(read('README.md')));
}
