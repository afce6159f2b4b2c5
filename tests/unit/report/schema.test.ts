import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { json } from '../../../lib/report/json.ts';
import { reportSchema } from '../../../lib/report/schema.ts';
import { sampleRuns } from './sample-runs.ts';

// `format: date-time` stands beside a pattern that says the same.
const validate = new Ajv2020({ strict: true, allErrors: true, validateFormats: false }).compile(
  JSON.parse(reportSchema()),
);

describe('the schema of report.json', () => {
  it('is what docs/report.schema.json says (else: npm run schema)', async () => {
    const file = new URL('../../../docs/report.schema.json', import.meta.url);
    expect(await readFile(file, 'utf8')).to.equal(reportSchema());
  });

  for (const [name, run] of Object.entries(sampleRuns)) {
    it(`fits the report of a run: ${name}`, () => {
      const valid = validate(JSON.parse(json(run)));
      expect(validate.errors ?? []).to.deep.equal([]);
      expect(valid).to.equal(true);
    });
  }

  it('refuses a report without a verdict, and one with a field that nobody knows', () => {
    const { verdict: _, ...without } = sampleRuns['healthy']!;
    expect(validate(without)).to.equal(false);
    expect(validate({ ...sampleRuns['healthy'], surprise: 1 })).to.equal(false);
  });
});

describe('report.json', () => {
  it('has an edge a line', () => {
    const run = sampleRuns['failing']!;
    const edges = run.clauses.flatMap((clause) => clause.edges);
    const lines = json(run)
      .split('\n')
      .filter((line) => line.includes('"diallerSees"'));
    expect(edges).to.have.length(2);
    expect(lines.map((line) => JSON.parse(line.trim().replace(/,$/, '')) as object)).to.deep.equal(edges);
  });

  it('gives the run back as it was, hostile strings included', () => {
    expect(JSON.parse(json(sampleRuns['hostile']!))).to.deep.equal(sampleRuns['hostile']);
  });
});
