import { expect } from 'chai';
import { describe, it } from 'mocha';
import { clauseLine, clauseLines } from '../../../lib/report/clause-line.ts';
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
    expect(line({})).to.match(/^✓ flat-network\/pod-to-pod-across-nodes +1\.2 s  96 dials, 24 edges$/);
    expect(line({ exchanged: { dials: 1, edges: 1 } })).to.match(/ 1 dial, 1 edge$/);
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

describe('what INFO clauses tell', () => {
  const sentence = `UDP to another node: ${'a new flow costs so much more than a later one, '.repeat(8)}as it seems`;
  const table = [
    '             p50    p99',
    'other node    53  1,508',
    `VoIP or gaming? ${'at 50 packets a second, '.repeat(8)}so well`,
  ];
  const exchanged = { dials: 0, edges: 0 };
  const info = clause({ id: 'services/headroom', level: 'INFO', exchanged, seen: sentence, evidence: table });
  const lines = (width: number | null, details = false, one = info) =>
    clauseLines(one, { strict: false }, { ...plain, width, details }).split('\n');

  it('is one line in a file, however long', () => {
    expect(lines(null)).to.have.length(1);
    expect(lines(null)[0]).to.match(/^i services\/headroom .* as it seems$/);
  });

  it('takes one line on a terminal, cut at its width between two words', () => {
    const short = (width: number, one = info) =>
      clauseLines(one, { strict: false }, { ...plain, width, short: true }).split('\n');
    expect(short(120, { ...info, seen: 'iptables on 3 nodes' })[0]).to.match(/ {2}iptables on 3 nodes$/);
    for (const width of [80, 100, 120]) {
      expect(short(width)).to.have.length(1);
      expect(short(width)[0]).to.match(/^i services\/headroom +INFO .* \w+ …$/);
      expect(short(width)[0]!.length).to.be.at.most(width);
    }
    expect(short(60)[0]).to.match(/1\.2 s$/);
  });

  it('is all there with details: the sentence, the rows of tables as they are, answers wrapped', () => {
    const told = lines(80, true);
    expect(told.join(' ').replaceAll(/ +/g, ' ')).to.include(sentence).and.to.include('a second, so well');
    expect(told).to.include(`    ${table[0]}`).and.to.include(`    ${table[1]}`);
    expect(told.every((line) => line.length <= 80)).to.equal(true);
    expect(lines(null, true)).to.have.length(4);
  });

  it('is told where to be found when it is not shown', () => {
    const run = { ...healthy(), clauses: [...healthy().clauses, info] };
    const hint = 'More on services/headroom: in report.html and report.json, or here with --details';
    expect(report(run)).to.include(hint).and.not.include('1,508');
    expect(terminalReport(run, { ...plain, details: true }))
      .to.include('1,508')
      .and.not.include('--details');
    expect(report(healthy())).not.to.include('--details');
  });
});

describe('a short report, as a terminal shows it', () => {
  const short = (run: Run) => terminalReport(run, { ...plain, width: 100, short: true });
  const reason = 'NetworkPolicies are not enforced here';
  const skipped = ['policy/ingress', 'policy/egress'].map((id) => clause({ id, verdict: 'not applicable', reason }));

  it('has one line for all clauses that do not apply for one reason', () => {
    const text = short({ ...healthy(), clauses: [...healthy().clauses, ...skipped] });
    expect(text).to.include(`\n\nNot applicable: policy/ingress, policy/egress: ${reason}\nMore in report.html`);
    expect(text.split('policy/ingress')).to.have.length(2);
  });

  it('says of a finding what was seen and why; the rest is in the reports', () => {
    const text = short(finding({ strict: false }));
    expect(text).to.match(/red only with --strict\n! .*\n {2}seen .*\n {2}likely cause  flannel/);
    expect(text).not.to.include('  promise ');
  });

  it('says of a failure all that there is', () => {
    for (const block of ['promise', 'expected', 'seen', 'evidence', 'likely cause'])
      expect(short(failing())).to.include(`\n  ${block} `);
    expect(short(finding({ strict: true }))).to.include('  promise ');
  });

  it('promises no more where nothing was checked', () => {
    expect(short(setUpFailed())).not.to.include('--details');
    expect(short(healthy())).to.include('\nMore in report.html and report.json, or here with --details\n');
  });

  it('leaves out where the time went', () => {
    expect(short(healthy())).to.match(/\nTime: 14\.9 s in all, 61 API requests\nThis cluster keeps .*\.$/);
  });
});
