import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Channel, Probe } from '../../../lib/cluster/model.ts';
import { headroom } from '../../../lib/headroom/facts.ts';
import type { KernelRecord } from '../../../lib/conversations/kernel.ts';
import { createRun, type OngoingRun } from '../../../lib/verdict/create-run.ts';
import type { Session } from '../../../lib/verdict/session.ts';

type About = Partial<KernelRecord> | null;

function nodeWith(node: string, about: About): Probe {
  const record: KernelRecord = { kind: 'kernel', conntrack: { count: 10, max: 1000 }, links: [], ...about };
  const request: Channel['request'] = async () =>
    about === null
      ? { whole: false, reason: 'gone', records: [] }
      : { whole: true, records: [record], stallMs: 0, instance: '' };
  return { node, name: 'node', kind: 'node', channel: { request, close() {} } } as unknown as Probe;
}

interface Data {
  questions: Record<string, unknown>[];
}

const sessionOf = (
  nodes: Record<string, About>,
  mode = 'iptables',
  services: number | null = 1000,
  plugin = 'flannel',
): Session & OngoingRun =>
  ({
    ...createRun(),
    nodes: Object.entries(nodes).map(([node, about]) => nodeWith(node, about)),
    proxyModes: { 'node-1': mode },
    survey: { cni: { name: plugin } },
    countServices: async () => services,
    pods: [],
    headroom: false,
    latency: 'off',
  }) as unknown as Session & OngoingRun;
const ask = (...about: Parameters<typeof sessionOf>) => headroom(sessionOf(...about));

describe('headroom', () => {
  it('names the node whose conntrack is fullest, and the limit that it is held against', async () => {
    const facts = await ask({ 'node-1': {}, 'node-2': { conntrack: { count: 500, max: 1000 } } });
    expect(facts.seen).to.include('conntrack of node-2, the fullest, holds 500 of 1000 (50.0 %');
    expect(facts.seen).to.include('75 %');
    expect([facts.finding, facts.inconclusive, facts.violations]).to.deep.equal([false, null, []]);
  });

  it('can’t tell how many connections fit where the network plugin tracks them itself', async () => {
    const facts = await ask({ 'node-1': { conntrack: { count: 900, max: 1000 } } }, 'iptables', 10, 'cilium');
    expect(facts.seen).to.match(/^can't tell: .*BPF maps/);
    expect(facts.remarks!.join('\n')).to.include("millions of connections? can't tell: pods' flows are tracked");
    // What nodes dial themselves still needs room there.
    expect(facts.finding).to.equal(true);
  });

  it('says in the same line that the network could not be loaded, where that was asked for', async () => {
    const { seen } = await headroom({ ...sessionOf({ 'node-1': {} }), headroom: true });
    expect(seen).to.match(/^no node has two probes: .*; conntrack of node-1/);
  });

  it('is a finding above three quarters, for each such node', async () => {
    const facts = await ask({
      a: { conntrack: { count: 751, max: 1000 } },
      b: { conntrack: { count: 999, max: 1000 } },
    });
    expect(facts.finding).to.equal(true);
    expect(facts.remarks!.filter((remark) => remark.includes('short of conntrack'))).to.have.length(2);
  });

  it('answers each of the four questions, also with "not measured"', async () => {
    const { remarks = [] } = await ask({ 'node-1': {} });
    for (const word of ['10G', 'millions per second', 'VoIP', 'millions of connections'])
      expect(remarks.some((remark) => remark.includes(word))).to.equal(true);
    expect(remarks.filter((remark) => remark.includes('not measured'))).to.have.length(3);
  });

  it('makes no Services with --latency off, and answers the other questions where none can be made', async () => {
    expect((await ask({ 'node-1': {} })).remarks![2]).to.include('not measured: --latency off');
    const createServices = async (): Promise<never> => {
      throw new Error('Services may not be made');
    };
    const session = { ...sessionOf({ 'node-1': {} }), pods: [], latency: 'short' as const, createServices };
    const facts = await headroom(session);
    expect(facts.remarks![2]).to.equal('VoIP or gaming? not measured: Services may not be made');
    expect(facts.remarks![3]).to.include('millions of connections?');
    expect(facts.inconclusive).to.equal(null);
  });

  it('believes the speed of hardware only', async () => {
    const links = [
      { name: 'veth0', addresses: [], hardware: false, speedMbps: 10_000 },
      { name: 'eth0', addresses: [], hardware: true, speedMbps: 25_000 },
    ];
    expect((await ask({ 'node-1': { links } })).remarks![0]).to.include('node-1: 25 Gbit/s');
    expect((await ask({ 'node-1': { links: links.slice(0, 1) } })).remarks![0]).to.include(
      'no node reports the speed of a link',
    );
  });

  it('has each answer in the report: figure, interval, unit, threshold, source, what limited it', async () => {
    const session = sessionOf({ 'node-1': {} });
    await headroom(session);
    const data = JSON.parse(session.attached().find(({ file }) => file === 'headroom.json')!.text) as Data;
    const { questions } = data;
    expect(questions).to.have.length(4);
    for (const answer of questions)
      expect(answer).to.have.all.keys(
        'question',
        'sentence',
        'figure',
        'interval',
        'unit',
        'threshold',
        'source',
        'limitedBy',
      );
    expect(questions[3]).to.include({ figure: 0.01, threshold: 0.75 });
    expect(data).not.to.have.property('load');
  });

  it('measures what it read off the nodes', async () => {
    const link = { name: 'eth0', addresses: [], hardware: true, speedMbps: 25_000 };
    const { measurements = [] } = await ask({ 'node-1': { links: [link] }, 'node-2': null });
    expect(measurements.map(({ name, subject, unit, estimate }) => [name, subject, unit, estimate])).to.deep.equal([
      ['services/in-cluster', {}, 'count', 1000],
      ['conntrack/fill', { node: 'node-1' }, 'share', 0.01],
      ['link/speed', { node: 'node-1', link: 'eth0' }, 'bit/s', 25e9],
    ]);
  });

  it('goes on without a node that does not answer, or tracks nothing; without all of them it can say nothing', async () => {
    const facts = await ask({ 'node-1': {}, 'node-2': null, 'node-3': { conntrack: null } });
    expect(facts.remarks!.at(-1)).to.equal('conntrack not reported by node-2, node-3');
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`n-${n}`, n > 0 ? null : {}]));
    expect((await ask(many)).remarks!.at(-1)).to.equal('conntrack not reported by n-1, n-2 and 497 more');
    expect((await ask({ 'node-1': null })).inconclusive).to.equal('no node answered');
    const untracked = await ask({ 'node-1': { conntrack: null } });
    expect([untracked.seen, untracked.inconclusive]).to.deep.equal(['no node reports its conntrack entries', null]);
  });
});
