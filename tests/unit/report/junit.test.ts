import { expect } from 'chai';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, it } from 'mocha';
import { junit } from '../../../lib/report/junit.ts';
import type { Run } from '../../../lib/verdict/run.ts';
import {
  failing,
  finding,
  healthy,
  hostile,
  inconclusive,
  interrupted,
  sampleRuns,
  setUpFailed,
} from './sample-runs.ts';

interface Node {
  [name: string]: unknown;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  textNodeName: 'text',
  htmlEntities: true,
  isArray: (name) => name === 'testsuite' || name === 'testcase',
});

function read(run: Run): { totals: Node; cases: Node[]; suites: Node[] } {
  const xml = junit(run);
  expect(XMLValidator.validate(xml)).to.equal(true);
  const { testsuites } = parser.parse(xml) as { testsuites: Node };
  const suites = testsuites['testsuite'] as Node[];
  return { totals: testsuites, suites, cases: suites.flatMap(({ testcase }) => testcase as Node[]) };
}

function outcome(one: Node): string {
  return ['failure', 'error', 'skipped'].find((name) => name in one) ?? 'passed';
}

describe('junit.xml', () => {
  it('has a suite for each folder and a case for each clause', () => {
    const { suites, cases, totals } = read(healthy());
    expect(suites.map(({ name }) => name)).to.deep.equal(['addressing', 'flat-network', 'services']);
    expect(cases[1]).to.deep.include({ classname: 'flat-network', name: 'flat-network/pod-to-pod-across-nodes' });
    expect(totals).to.deep.include({ tests: '3', failures: '0', errors: '0', skipped: '0', time: '14.900' });
  });

  it('files a broken promise as a failure, with the five blocks', () => {
    const { cases, totals } = read(failing());
    expect(cases.map(outcome)).to.deep.equal(['failure', 'passed', 'failure', 'passed', 'failure']);
    const { text, message } = cases[0]!['failure'] as { text: string; message: string };
    expect(message).to.equal('the source address is translated on 8 of 24 edges');
    for (const word of ['promise', 'expected', 'seen', 'evidence', 'likely cause', 'pods of node-2']) {
      expect(text).to.include(word);
    }
    expect(totals).to.deep.include({ tests: '5', failures: '3' });
  });

  it('lets a finding pass and says it in system-out', () => {
    const [, found] = read(finding({ strict: false })).cases;
    expect(outcome(found!)).to.equal('passed');
    expect(found!['system-out']).to.match(/Finding.*\n.*pod-to-node-without-nat/);
  });

  it('files the same finding as a failure under strict', () => {
    expect(read(finding({ strict: true })).cases.map(outcome)).to.deep.equal(['passed', 'failure']);
  });

  it('files what has no verdict as an error when the run needs it, as skipped when it does not', () => {
    const { cases, totals } = read(inconclusive());
    expect(cases.map(outcome)).to.deep.equal(['error', 'skipped', 'skipped', 'skipped']);
    expect(cases[0]!['error']).to.deep.include({ type: 'inconclusive' });
    expect(totals).to.deep.include({ errors: '1', skipped: '3' });
  });

  it('gives the reason of what is skipped', () => {
    const reasons = read(inconclusive()).cases.map(({ skipped }) => (skipped as Node | undefined)?.['message']);
    expect(reasons).to.include('not applicable: the cluster has one node');
  });

  it('never looks like success when set-up failed or the run was cut short', () => {
    const { cases, totals } = read(setUpFailed());
    expect(cases).to.have.length(1);
    expect(cases[0]!['error']).to.deep.include({ type: 'unreachable' });
    expect(totals).to.deep.include({ tests: '1', errors: '1' });
    expect(read(interrupted()).cases.map(outcome)).to.deep.equal(['passed', 'error']);
    expect(read({ ...healthy(), clauses: [] }).cases.map(outcome)).to.deep.equal(['error']);
  });

  it('is valid XML 1.0 whatever a cluster holds', () => {
    const xml = junit(hostile());
    expect(xml).not.to.match(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}|\]\]>/u);
    const [broken] = read(hostile()).cases;
    expect((broken!['failure'] as Node)['message']).to.include('a]]>b <x a="1">&amp; red');
  });

  it('is red exactly when the exit code is not 0', () => {
    for (const [name, run] of Object.entries(sampleRuns)) {
      const { totals } = read(run);
      const red = Number(totals['failures']) + Number(totals['errors']) > 0;
      expect(red, name).to.equal(run.exitCode !== 0);
    }
  });
});
