/** A run on a healthy cluster: every clause has its verdict, the reports are what they are said to be, and it costs little. */
import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { XMLParser } from 'fast-xml-parser';
import { before, describe, it } from 'mocha';
import { besideBystander, type Seen } from '../support/bystander.ts';
import { healthyOn, type Healthy } from '../support/healthy.ts';
import { borrowLab, bringUpMs, type BorrowedLab } from '../support/lab.ts';
import { namesOfNamespaces } from '../support/namespaces.ts';
import { otherNotes } from '../support/notes.ts';
import { runSuite, type SuiteRun } from '../support/run-suite.ts';

describe('a run on a healthy cluster', () => {
  let borrowed: BorrowedLab;
  let found: SuiteRun;
  let seen: Seen;
  let earlier: string[];
  before('it is done', async function () {
    this.timeout(bringUpMs);
    borrowed = await borrowLab();
    earlier = await namesOfNamespaces(borrowed.api);
    [found, seen] = await besideBystander(borrowed, () => runSuite(['--kubeconfig', borrowed.lab.kubeconfigPath]));
  });

  const usual = (): Healthy => healthyOn(borrowed.lab);

  it('is conformant, and has no finding but what is true of its network', () => {
    expect(found.exitCode, found.stdout).to.equal(0);
    const { verdict, findings } = usual();
    expect(found.report).to.deep.include({ verdict, findings, failure: null });
    expect(found.report?.causes.map(({ clauses }) => clauses)).to.have.deep.members(findings.map((id) => [id]));
    expect(otherNotes(found.report)).to.deep.equal([]);
    expect(found.stdout).to.match(/^Conformant[:,] /m);
  });

  it('gives every clause of the catalogue a verdict', async () => {
    const { stdout } = await runSuite(['--list']);
    const listed = stdout.split('\n').map((line) => line.split(' ')[0]);
    expect(found.report?.clauses.map(({ id }) => id)).to.deep.equal(listed);
    for (const { id, verdict, reason } of found.report?.clauses ?? [])
      expect(verdict, `${id}: ${reason}`).to.be.oneOf(
        usual().findings.includes(id) ? ['fail'] : ['pass', 'not applicable'],
      );
  });

  it('writes a report.json that fits docs/report.schema.json', async () => {
    const schema: unknown = JSON.parse(await readFile('docs/report.schema.json', 'utf8'));
    const ajv = new Ajv2020({ strict: true, allErrors: true, validateFormats: false });
    const validate = ajv.compile(schema as object);
    validate(found.report);
    expect(validate.errors ?? []).to.deep.equal([]);
  });

  it('writes a junit.xml with a test case for each clause', () => {
    const parsed: unknown = new XMLParser({ ignoreAttributes: false }).parse(found.junit ?? '');
    expect(parsed).to.have.nested.property('testsuites.@_tests', String(found.report?.clauses.length));
    expect(parsed).to.have.nested.property('testsuites.@_failures', '0');
  });

  it('names node and probe at both ends of every edge', () => {
    const edges = found.report?.clauses.flatMap((clause) => clause.edges) ?? [];
    expect(edges.length).to.be.above(200);
    for (const { from, to } of edges)
      for (const end of [from, to]) {
        // A Service that nobody may answer has no pod at its end.
        if (end === to && to.via !== undefined && to.probe === 'any') continue;
        expect(borrowed.lab.nodes).to.include(end.node);
        expect(end.probe).to.be.oneOf(['pod-a', 'pod-b', 'node', 'fresh']);
      }
  });

  it('asks the API server at most 12 times a node and 90 times besides', () => {
    expect(found.report?.apiRequests.total).to.be.at.most(12 * borrowed.lab.nodes.length + 90);
  });

  it('selects nothing of others by its policies, and closes nothing of theirs, however much it looks like a probe', () => {
    expect(seen.withPolicies).not.to.have.length(0);
    expect([...seen.own]).to.include.members(seen.withPolicies);
    expect(seen.missed).to.deep.equal([]);
    expect(seen.reached).to.be.above(10);
  });

  it('leaves nothing', async () => {
    expect(await namesOfNamespaces(borrowed.api)).to.deep.equal(earlier);
  });
});
