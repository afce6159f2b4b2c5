import { expect } from 'chai';
import { describe, it } from 'mocha';
import { clauseLine } from '../../../lib/report/clause-line.ts';
import { painter } from '../../../lib/report/paint.ts';
import { terminalReport } from '../../../lib/report/terminal.ts';
import type { Run } from '../../../lib/verdict/run.ts';
import {
  clause,
  edge,
  failing,
  finding,
  healthy,
  hostile,
  inconclusive,
  interrupted,
  setUpFailed,
} from './sample-runs.ts';

const plain = { paint: painter(false), width: null };

function report(run: Run): string {
  return terminalReport(run, plain);
}

describe('the line of a clause', () => {
  const line = (over: Parameters<typeof clause>[0], strict = false) =>
    clauseLine(clause(over), { strict }, plain.paint);

  it('says mark, id, what was exchanged and how long it took', () => {
    expect(line({})).to.match(/^✓ flat-network\/pod-to-pod-across-nodes +96 dials, 24 edges +1\.2 s$/);
    expect(line({ exchanged: { dials: 1, edges: 1 } })).to.include('1 dial, 1 edge ');
  });

  it('says the level when it is not MUST', () => {
    expect(line({ level: 'SHOULD' })).to.match(/^✓ .* SHOULD /);
    expect(line({ level: 'MUST' })).not.to.include('MUST');
  });

  it('tells a finding from a failure', () => {
    expect(line({ level: 'SHOULD', verdict: 'fail' })).to.match(/^! /);
    expect(line({ level: 'SHOULD', verdict: 'fail' }, true)).to.match(/^✗ /);
    expect(line({ level: 'INFO', verdict: 'fail' }, true)).to.match(/^i /);
  });

  it('says what an INFO clause saw, and why there is no verdict', () => {
    expect(line({ level: 'INFO', seen: 'iptables' })).to.match(/^i .* {2}iptables$/);
    expect(line({ verdict: 'not applicable', reason: 'one node' })).to.match(/^- .* {2}not applicable: one node$/);
    expect(line({ verdict: 'inconclusive', reason: 'stream lost' })).to.match(/^\? .* {2}no verdict: stream lost$/);
  });
});

describe('the report on a terminal', () => {
  it('of a healthy run: heading, a line per clause, where the time went, the verdict', () => {
    expect(report(healthy())).to.match(
      /^flatnet 0\.1\.0 on lab: Kubernetes v1\.37\.2, 3 nodes, IPv4, bridge\n\n(. .*\n){3}\nTime: set-up 8\.1 s · .* · 14\.9 s in all, 61 API requests\n\nThis cluster keeps .*\.$/,
    );
  });

  it('says clauses that fail for one cause once, together', () => {
    const text = report(failing());
    expect(text.split('masquerade in nat POSTROUTING')).to.have.length(2);
    expect(text.split('pods of node-2 → pods of node-1')).to.have.length(2);
    expect(text).to.match(
      /✗ flat-network\/pod-to-pod-across-nodes\n(.*\n){3}! .*without-nat \(SHOULD\)\n(.*\n){3}✗ protocols/,
    );
    expect(text).to.include('look with     npm run lab -- exec node-2 -- iptables-save -t nat');
  });

  it('shows a failure in five blocks', () => {
    expect(report(failing())).to.match(
      /✗ flat-network\/node-to-node\n {2}promise .*\n {2}expected .*\n {2}seen .*\n {2}evidence (.*\n)+ {2}likely cause /,
    );
  });

  it('tells every cause of a clause, each once', () => {
    const run = failing();
    const [shared] = run.causes;
    const others = Array.from({ length: 7 }, (_, n) => ({
      ...shared!,
      likelyCause: `cause number ${n + 2}`,
      evidence: [`evidence number ${n + 2}`],
      clauses: ['flat-network/pod-to-pod-across-nodes'],
    }));
    const text = report({ ...run, causes: [...run.causes, ...others] });
    expect(text).to.include(
      'evidence      evidence number 2\n  likely cause  also: cause number 2 (of flat-network/pod-to-pod',
    );
    expect(text.split('cause number 6')).to.have.length(2);
    expect(text).not.to.include('cause number 7');
    expect(text).to.include('+2 more causes in report.json');
  });

  it('caps the evidence', () => {
    const text = report(failing());
    expect(text).to.include('edge 12 timed out\n');
    expect(text).not.to.include('edge 13');
    expect(text).to.include('+8 more in report.json');
  });

  it('shows failing edges when nobody folded them', () => {
    const run = { ...failing(), causes: [], clauses: [clause({ verdict: 'fail', edges: [edge()] })] };
    expect(report(run)).to.include(
      'node-2/pod-a → node-1/pod-a over TCP IPv4 port 40123: source address translated (seen as 198.18.0.12)',
    );
  });

  it('shows a finding prominently, and as a failure under strict', () => {
    expect(report(finding({ strict: false }))).to.include('1 finding: ');
    expect(report(finding({ strict: true }))).not.to.include('1 finding: not');
    expect(report(finding({ strict: true }))).to.include('likely cause  flannel runs with --ip-masq');
  });

  it('says why a run has no verdict', () => {
    expect(report(setUpFailed())).to.include('did not answer within 10 s.\nIs the VPN up?');
    expect(report(interrupted())).to.include('Interrupted by SIGINT.');
    const text = report(inconclusive());
    expect(text).to.include('  services/hairpin: the exec stream to node-1/pod-a closed');
    expect(text).to.include('  The stream to node-1/pod-a was reopened once.');
    expect(text.endsWith('No verdict: 1 MUST clause is inconclusive.')).to.equal(true);
  });

  it('says once why a run could not be done, and what to do below it', () => {
    const run = setUpFailed();
    const text = report({ ...run, summary: `No verdict: ${run.failure!.message}` });
    expect(text.split('did not answer within 10 s')).to.have.length(2);
    expect(text).to.match(/did not answer within 10 s\.\nIs the VPN up\? .*$/);
  });

  it('lets nothing through that moves a cursor', () => {
    expect(report(hostile())).not.to.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|\p{Surrogate}/u);
  });

  it('is the same with colours, which is all they add', () => {
    const colored = terminalReport(failing(), { paint: painter(true), width: null });
    expect(colored).to.include('\u001b[31m✗');
    expect(colored.replaceAll(/\u001b\[\d+m/g, '')).to.equal(report(failing()));
  });

  it('wraps at the width of the terminal', () => {
    const lines = terminalReport(failing(), { paint: painter(false), width: 80 }).split('\n');
    const blocks = lines.filter((line) => line.startsWith('  '));
    expect(blocks.every((line) => line.length <= 80 || line.includes('look with'))).to.equal(true);
  });
});
