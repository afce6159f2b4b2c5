import { expect } from 'chai';
import { describe, it } from 'mocha';
import { estimateGroup, type Group } from '../../../../lib/latency/closed-loop/estimate.ts';
import { tableLines } from '../../../../lib/latency/closed-loop/table.ts';
import { foremost, sentence } from '../../../../lib/latency/closed-loop/words.ts';
import { signed, us } from '../../../../lib/latency/numbers.ts';
import { longChain, made } from './made-up.ts';

type About = Parameters<typeof made>[0];
const group = (about: About = {}): Group => estimateGroup([made(about)], { seed: 3 })!;
const said = (about: About, form: 'short' | 'full' = 'full', mode = 'iptables', beforeKubeProxy = false): string =>
  sentence({ form, proxyModes: { 'node-1': mode }, beforeKubeProxy }, [group(about)]);

describe('what is said of latency', function () {
  this.timeout(20_000);

  it('a cost on both paths is no difference between them, and no cost of the ClusterIP', () => {
    const text = said({ first: longChain });
    expect(text).to.match(
      /first packet of a flow costs \+11\d µs \(95 %: .*\) more than a later one by pod IP, and \+\d\d µs .* by ClusterIP/,
    );
    expect(text).to.include("on both paths, and kube-proxy's rules (iptables) are on both");
    expect(text).to.match(
      /what a user sees, ClusterIP minus pod IP: −\d\d µs .*, so it is faster, by at least \d\d µs/,
    );
  });

  it('rules behind a plugin that translates first are not said to be on the path', () =>
    expect(said({ first: longChain }, 'full', 'iptables', true)).to.include(
      "on both paths; the network plugin translates what pods dial before kube-proxy's rules (iptables)",
    ));

  it('rules are only said to be there where they are', () =>
    expect(said({ first: longChain }, 'full', 'none seen')).not.to.include('rules'));

  it('a delay of every packet through the Service is seen as such, with its sign and size', () => {
    const text = said({ every: { 'cluster-ip': 300, 'node-port': 300 } });
    expect(text).to.match(
      /every later packet through the ClusterIP: \+(299|300|301) µs .* something on that path handles each packet/,
    );
  });

  it('translating addresses, a fraction of a microsecond, is no such delay', () =>
    expect(said({ every: { 'cluster-ip': 0.3 }, blocks: 2000 })).not.to.include('every later packet'));

  it('nothing seen is never called no difference: the resolution is said', () => {
    const text = said({});
    expect(text).to.match(/could have seen [\d.]+ µs or more/);
    expect(text).not.to.match(/no difference|identical|zero/i);
  });

  it('a control that fails takes the numbers with it', () => {
    const text = said({ first: { control: 5 } });
    expect(text).to.include('the instrument is not good enough here');
    expect(text.match(/µs \(95 %/g)).to.equal(null);
  });

  it('the short form says how to narrow its intervals', () => {
    expect(said({}, 'short')).to.include('short form: --latency full narrows the intervals');
    expect(said({})).not.to.include('short form');
  });

  it('of several groups, the one nearest to what users do', () => {
    const cost = { 'pod-ip': 20, control: 20 };
    const dense = group({ idleMs: 0, first: cost });
    const paced = group({ first: cost });
    expect(foremost([dense, group({ protocol: 'TCP' }), paced])).to.equal(paced);
    expect(foremost([dense, group({ blocks: 12 })])).to.equal(dense);
    expect(foremost([])).to.equal(null);
  });

  it('numbers have as many digits as they deserve', () => {
    expect([0.123, 1.26, 9.96, 123.4, -0.001, -3].map(us)).to.deep.equal(['0.12', '1.3', '10', '123', '0.00', '−3.0']);
    expect([2, -2].map(signed)).to.deep.equal(['+2.0', '−2.0']);
  });

  it('the table has a row for each group, columns under each other, and a dash where the control failed', () => {
    const lines = tableLines([group({ first: longChain }), group({ protocol: 'TCP', first: { control: 5 } })]);
    expect(lines).to.have.length(6);
    expect(lines[3]).to.match(/^other node UDP, 5 ms idle +\d+ +\d+ +\+11\d \[/);
    expect(lines[4]).to.match(/ –( +–){3}$/);
    expect(lines[3]!.length).to.be.below(130);
    expect(tableLines([])).to.deep.equal([]);
    expect(tableLines([group({ withoutNodePort: true })]).join('\n')).to.include('not measured');
  });
});
