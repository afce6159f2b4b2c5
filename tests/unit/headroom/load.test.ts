import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { Channel, Probe } from '../../../lib/cluster/model.ts';
import type { RequestBody } from '../../../lib/conversations/index.ts';
import { headroom } from '../../../lib/headroom/facts.ts';
import { loadNetwork } from '../../../lib/headroom/load.ts';
import type { LoadForm } from '../../../lib/headroom/load-plan.ts';
import { createRun } from '../../../lib/verdict/create-run.ts';
import type { Session } from '../../../lib/verdict/session.ts';
import { startAgent, type TestAgent } from '../probe/agents.ts';

const address = '127.0.0.1';

const each = (ms: number): LoadForm['ms'] => ({
  TCP: { 'other node': ms, 'same node': ms },
  UDP: { 'other node': ms, 'same node': ms },
});

/** A second or so, whatever the machine does. */
const tiny: LoadForm = {
  rounds: { TCP: { 'other node': 1, 'same node': 2 }, UDP: { 'other node': 1, 'same node': 2 } },
  ms: each(250),
  bytes: 256 * 1024 ** 2,
  rampMs: 1,
  countedMs: 2,
};

const isLoad = (body: RequestBody): body is RequestBody<'load'> => body.kind === 'load';

function channelTo(agent: TestAgent): Channel {
  return {
    async request(body) {
      const { records, end } = await agent.request(body);
      return end.error === null
        ? { whole: true, records, stallMs: 0, instance: '' }
        : { whole: false, reason: end.error, records };
    },
    close() {},
  };
}

describe('a load from beginning to end', function () {
  this.timeout(60_000);
  let from: TestAgent;
  let to: TestAgent;
  let said: string[] = [];

  before(async () => {
    [from, to] = await Promise.all([startAgent('from'), startAgent('to')]);
  });
  after(() => Promise.all([from?.stop(), to?.stop()]));

  /** One node whose two pods are agents on loopback, and whose Services lead straight to the pod. */
  function session(change: Partial<Session> = {}): Session {
    said = [];
    const probe = (name: string, agent: TestAgent): Probe =>
      ({
        name,
        node: 'node-1',
        pod: name,
        addresses: { IPv4: address },
        channel: channelTo(agent),
      }) as unknown as Probe;
    return {
      ...createRun(),
      pods: [probe('pod-a', from), probe('pod-b', to)],
      nodes: [probe('node', from)],
      proxyModes: { 'node-1': 'iptables' },
      survey: { cni: { name: 'unknown' } },
      headroom: true,
      latency: 'off',
      say: (line: string) => void said.push(line),
      countServices: async () => 3,
      createServices: async (wanted: Parameters<Session['createServices']>[0]) =>
        wanted.map(({ name, pods, targetPort }) => ({
          name,
          pods,
          clusterIP: address,
          clusterIPs: { IPv4: address },
          port: targetPort,
          nodePorts: { TCP: null, UDP: null },
        })),
      ...change,
    } as unknown as Session;
  }

  it('is announced, gives two ratios, and leaves its data beside the report', async () => {
    // Time for several blocks on a busy machine, too.
    const run = createRun();
    const { measurements = [], remarks = [] } = await headroom(session(run), { ...tiny, ms: each(1_000) });
    expect(said).to.have.length(1);
    expect(said[0]).to.include('up to 2 s of TCP at full speed and up to 2 s of UDP');
    const textOf = (wanted: string): string => run.attached().find(({ file }) => file === wanted)!.text;
    const { load } = JSON.parse(textOf('headroom.json')) as {
      load: { ratios: { protocol: string }[]; rounds: { sentBytes: number; turns: number }[] };
    };
    const ratios = measurements.filter(({ unit }) => unit === 'ratio');
    expect(ratios.map(({ name }) => name)).to.deep.equal(['load/throughput-ratio', 'load/packet-rate-ratio']);
    for (const { control } of ratios) expect(control!.holds).to.equal(control!.lower <= 1 && control!.upper >= 1);
    expect(load.ratios.map(({ protocol }) => protocol)).to.deep.equal(['TCP', 'UDP']);
    expect(load.rounds).to.have.length(4);
    expect(load.rounds.reduce((sum, { sentBytes }) => sum + sentBytes, 0)).to.be.at.most(tiny.bytes);
    for (const remark of remarks.slice(0, 2)) expect(remark).to.match(/through a Service .* on the same node/);
    const csv = textOf('headroom.csv').trim().split('\n');
    const columns = csv.findIndex((line) => line.startsWith('round,'));
    expect(csv.slice(columns + 1)).to.have.length(load.rounds.reduce((sum, { turns }) => sum + turns, 0));
    for (const line of csv.slice(columns)) expect(line.split(',')).to.have.length(18);
  });

  it('sends nothing, and makes no Service, unless it is asked for', async () => {
    const createServices = (): never => {
      throw new Error('made Services');
    };
    const { remarks = [] } = await headroom(session({ headroom: false, createServices }), tiny);
    expect(said).to.deep.equal([]);
    expect(remarks.slice(0, 2).join('\n')).to.match(/10G\? not measured: it would load.*--headroom[^]*--headroom/);
  });

  it('leaves the other answers when Services can’t be made', async () => {
    const createServices = async (): Promise<never> => {
      throw new Error('no NodePort is free');
    };
    const { remarks = [], inconclusive } = await headroom(session({ createServices }), tiny);
    expect(inconclusive).to.equal(null);
    expect(remarks[0]).to.include('could not be measured');
    expect(remarks.at(-1)).to.equal('the network was not loaded: no NodePort is free');
  });

  it('says which pair gave nothing, and goes on', async () => {
    const lame = session();
    const { request } = lame.pods[0]!.channel;
    lame.pods[0]!.channel.request = async (body, options) =>
      isLoad(body) && body.protocol === 'TCP'
        ? { whole: false, reason: 'the stream was lost', records: [] }
        : request(body, options);
    const { rounds, remarks } = await loadNetwork(lame, { form: tiny, seed: 1 });
    expect(rounds.map(({ protocol }) => protocol)).to.deep.equal(['UDP', 'UDP']);
    expect(remarks[0]).to.equal('TCP load from node-1 to itself: nothing measured: the stream was lost');
  });

  /** A session whose loads end so, and the bytes that each was allowed. */
  function failing(cause: 'stream lost' | 'not whole'): { session: Session; allowed: number[] } {
    const lame = session();
    const allowed: number[] = [];
    for (const { channel } of lame.pods) {
      const { request } = channel;
      channel.request = async (body, options) => {
        if (!isLoad(body)) return request(body, options);
        allowed.push(body.budgetBytes);
        return { whole: false, reason: 'no flow', cause, records: [] };
      };
    }
    return { session: lame, allowed };
  }

  it('charges what a round without a reply may have sent', async () => {
    const { session: lame, allowed } = failing('stream lost');
    await loadNetwork(lame, { form: { ...tiny, bytes: 1_000_000 }, seed: 1 });
    expect(allowed).to.have.length(4);
    expect(allowed.reduce((sum, bytes) => sum + bytes, 0)).to.be.within(900_000, 1_000_000);
  });

  it('waits once for a pod to which there is no flow', async () => {
    const { session: lame, allowed } = failing('not whole');
    const { remarks } = await loadNetwork(lame, { form: tiny, seed: 1 });
    expect(allowed.length).to.be.at.most(2);
    expect(remarks.at(-1)).to.match(/^\d more rounds to node-1\/pod-[ab] were left out: the first got no flow$/);
  });

  it('says which of its bounds was reached', async () => {
    const { remarks } = await loadNetwork(session(), { form: { ...tiny, bytes: 0 }, seed: 1 });
    expect(remarks).to.deep.equal(['4 rounds of the load were left out: its 0 GiB were used up']);
  });

  it('says when a round was too short for a block', async () => {
    const form = { ...tiny, countedMs: 300 };
    const { remarks } = await loadNetwork(session(), { form, seed: 1 });
    expect(remarks[0]).to.match(/nothing measured: its 250 ms were up before a block was complete/);
  });

  it('ends when the run is over: a closed channel is told of once', async () => {
    const closed = session();
    const { request } = closed.pods[0]!.channel;
    closed.pods[0]!.channel.request = async (body, options) =>
      body.kind === 'load' ? { whole: false, reason: 'closed', cause: 'closed', records: [] } : request(body, options);
    const { rounds, remarks } = await loadNetwork(closed, { form: tiny, seed: 1 });
    expect([rounds.length, remarks.length]).to.deep.equal([0, 1]);
  });

  it('is none where no node has two probes', async () => {
    const { remarks } = await loadNetwork(session({ pods: [] }), { form: tiny, seed: 1 });
    expect([said, remarks]).to.deep.equal([[], ['no node has two probes: nothing was sent']]);
  });
});
