import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Channel, Probe, Reply } from '../../../lib/cluster/model.ts';
import type { Group } from '../../../lib/latency/closed-loop/estimate.ts';
import { kubeProxyLatency } from '../../../lib/latency/facts.ts';
import { headroom } from '../../../lib/headroom/facts.ts';
import { measureLatency } from '../../../lib/latency/closed-loop/measure.ts';
import type { OpenLoopGroup } from '../../../lib/latency/open-loop/estimate.ts';
import { openLoopOnce } from '../../../lib/latency/open-loop/open-loop.ts';
import { choosePairs, servicesPerTarget } from '../../../lib/service-paths/pairs.ts';
import { forms } from '../../../lib/latency/forms.ts';
import type { WantedService } from '../../../lib/cluster/model.ts';
import { differenceOf } from '../../../lib/latency/closed-loop/words.ts';
import { createRun, type OngoingRun } from '../../../lib/verdict/create-run.ts';
import { identityOf, measurement, type Measurement } from '../../../lib/verdict/measurement.ts';
import type { Session } from '../../../lib/verdict/session.ts';
import { startAgent, type TestAgent } from '../probe/agents.ts';
import { simulatedChannel } from './simulated.ts';

const address = '127.0.0.1';
/** What every packet waits in the relay. */
const relayUs = 3_000;

function probe(node: string, name: 'pod-a' | 'pod-b' | 'node', channel: Partial<Channel> = {}): Probe {
  return {
    name,
    kind: name === 'node' ? 'node' : 'pod',
    node,
    pod: `${name}-${node}`,
    uid: randomUUID(),
    addresses: { IPv4: address },
    hello: {} as Probe['hello'],
    readyAt: 0,
    channel: channel as Channel,
  };
}

function channelTo(agent: TestAgent): Channel {
  return {
    async request(body): Promise<Reply> {
      const { records, end } = await agent.request(body);
      return end.error === null
        ? { whole: true, records, stallMs: 0, instance: '' }
        : { whole: false, reason: end.error, records };
    },
    close() {},
  };
}

/** A session of one node whose two pods are agents on loopback, and whose Services lead straight to the pod. */
function session(from: TestAgent, to: TestAgent, change: Partial<Session> = {}): Session {
  return {
    ...createRun(),
    pods: [probe('node-1', 'pod-a', channelTo(from)), probe('node-1', 'pod-b', channelTo(to))],
    nodes: [probe('node-1', 'node', channelTo(from))],
    proxyModes: { 'node-1': 'iptables' },
    survey: { nodes: [], cni: { name: 'unknown' } },
    latency: 'short',
    countServices: async () => 3,
    createServices: async (wanted: readonly WantedService[]) =>
      wanted.map(({ name, pods, targetPort }) => ({
        name,
        pods,
        clusterIP: address,
        clusterIPs: { IPv4: address },
        port: targetPort,
        nodePorts: { TCP: targetPort, UDP: targetPort },
      })),
    ...change,
  } as unknown as Session;
}

interface Estimates {
  groups: Group[];
  services: unknown;
  openLoop: { groups: OpenLoopGroup[] };
}

/** The estimates that a run's latency clause left beside the report. */
function estimatesOf(run: Pick<OngoingRun, 'attached'>): Estimates {
  return JSON.parse(run.attached().find(({ file }) => file === 'kube-proxy-latency.json')!.text) as Estimates;
}

describe('the pairs of a measurement', () => {
  const podsOf = (nodes: number): Probe[] =>
    Array.from({ length: nodes }, (_, n) => [probe(`node-${n}`, 'pod-a'), probe(`node-${n}`, 'pod-b')]).flat();
  const limits = { 'other node': 10, 'same node': 4 };

  it('are on different nodes and on one, no more than the form takes, none twice', () => {
    for (const nodes of [1, 2, 3, 50]) {
      const pairs = choosePairs(podsOf(nodes), { limits, seed: nodes });
      const of = (where: string): typeof pairs => pairs.filter((pair) => pair.where === where);
      expect(of('other node')).to.have.length(Math.min(10, nodes * (nodes - 1)));
      expect(of('same node')).to.have.length(Math.min(4, nodes));
      for (const { where, from, to } of pairs) {
        expect(from.node === to.node).to.equal(where === 'same node');
        expect([from.name, to.name]).to.deep.equal(['pod-a', 'pod-b']);
      }
      expect(new Set(pairs.map(({ from, to }) => `${from.node} ${to.node}`)).size).to.equal(pairs.length);
    }
  });

  it('spread over the nodes: ten pairs of fifty nodes are twenty nodes, or nearly', () => {
    const pairs = choosePairs(podsOf(50), { limits, seed: 3 }).filter(({ where }) => where === 'other node');
    expect(new Set(pairs.map(({ from }) => from.node)).size).to.equal(10);
  });

  it('leave out nodes with one pod only', () => {
    expect(choosePairs([probe('node-1', 'pod-a')], { limits, seed: 1 })).to.deep.equal([]);
  });

  it('lead through at least five Services', () => {
    for (let targets = 1; targets < 12; targets += 1) expect(targets * servicesPerTarget(targets)).to.be.at.least(5);
  });
});

describe('a measurement from beginning to end', function () {
  this.timeout(60_000);
  let from: TestAgent;
  let to: TestAgent;
  // On a busy machine a longer warm-up over UDP leaves no time for TCP.
  const form = { ...forms.short, budgetMs: 1_500, warmUp: { exchanges: 20, samples: 20 } };
  const limits = { form, openLoopPackets: 30 };
  const relays: ChildProcessByStdio<Writable, Readable, null>[] = [];

  before(async () => {
    [from, to] = await Promise.all([startAgent('from'), startAgent('to')]);
  });
  afterEach(() => {
    for (const relay of relays.splice(0)) relay.kill();
  });
  after(() => Promise.all([from?.stop(), to?.stop()]));

  it('finds no cost between equal paths, and leaves its data beside the report', async () => {
    const run = createRun();
    const facts = await kubeProxyLatency(session(from, to, run), { ...limits, form: { ...form, budgetMs: 4_000 } });
    expect(facts.inconclusive).to.equal(null);
    expect(facts.seen).to.match(/^UDP to a pod of the same node/);
    expect(facts.remarks!.join('\n')).to.include('same node TCP');
    expect(run.attached().map(({ file }) => file)).to.include.members([
      'open-loop.csv',
      'kube-proxy-latency.csv',
      'kube-proxy-latency.json',
      'kube-proxy-latency-udp.svg',
      'kube-proxy-latency-tcp.svg',
    ]);
    const data = estimatesOf(run);
    expect(data.groups).to.have.length(4);
    expect(data).to.have.nested.property('openLoop.groups[0].arms[2].packets', 30);
    expect(facts.remarks!.join('\n')).to.match(/open loop: 50 packets\/s of 172 bytes/);
    expect(data.services).to.deep.equal({ made: 10, perTarget: 10, inCluster: 3 });
    expect(JSON.stringify(data).length).to.be.below(100_000);
    const measurements = facts.measurements!.map((one) => measurement.parse(one));
    expect(new Set(measurements.map(identityOf)).size).to.equal(measurements.length);
    const costs = measurements.filter(({ name }) => name === 'flow/new-minus-established');
    // Two protocols, two regimes, three paths.
    expect(costs).to.have.length(12);
    for (const { control, level } of costs) expect([control?.level, level]).to.deep.equal([0.99, 0.95]);
  });

  it('sends one open loop in a session, for all clauses that ask', async () => {
    let made = 0;
    const run = createRun();
    const counted = session(from, to, run);
    const { createServices } = counted;
    counted.createServices = (wanted) => {
      made += 1;
      return createServices(wanted);
    };
    const latency = await kubeProxyLatency(counted, limits);
    const { remarks, measurements } = await headroom(counted);
    expect(made).to.equal(1);
    expect(remarks![2]).to.match(
      /^VoIP or gaming\? at 50 packets\/s .* to a pod of the same node: jitter .* of 30 lost/,
    );
    const voice = JSON.parse(run.attached().find(({ file }) => file === 'headroom.json')!.text) as object;
    expect(voice).to.have.nested.property('voice.groups').that.deep.equals(estimatesOf(run).openLoop.groups);
    const names = (all: Measurement[] = []): string[] => all.map(({ name }) => name);
    expect(names(latency.measurements)).to.include.members(['stream/lost', 'stream/jitter']);
    expect(names(measurements).filter((name) => name.startsWith('stream/'))).to.deep.equal([]);
  });

  it('sees a delay on the Service path only, with its sign and size, and says what it is', async () => {
    const serviceIP = '198.19.0.7';
    // Without noise, in which one control of a hundred seems to differ.
    const simulated = simulatedChannel((target) => 50_000 + (target.address === serviceIP ? 3_000_000 : 0));
    const run = createRun();
    const plain = session(from, to, run);
    const delayed: Session['createServices'] = async (wanted) =>
      (await plain.createServices(wanted)).map((service) => ({
        ...service,
        clusterIP: serviceIP,
        nodePorts: { TCP: null, UDP: null },
      }));
    // As many blocks as this, however long they take.
    const regimes = [
      { idleMs: 0, blocks: 200, share: 0.5 },
      { idleMs: 1, blocks: 20, share: 0.5 },
    ];
    const facts = await kubeProxyLatency(
      {
        ...plain,
        pods: plain.pods.map((one) => ({ ...one, channel: simulated })),
        nodes: plain.nodes.map((one) => ({ ...one, channel: simulated })),
        createServices: delayed,
      },
      { ...limits, form: { ...form, budgetMs: 3_600_000, regimes } },
    );
    const { groups, openLoop } = estimatesOf(run);
    expect(groups).to.have.length(4);
    for (const group of groups) {
      const { lower, upper } = differenceOf(group, 'established, minus pod IP', 'cluster-ip')!;
      const about = `${group.protocol}, ${group.idleMs} ms`;
      for (const end of [lower, upper]) expect(end, about).to.equal(3_000);
    }
    const [direct, control, service] = openLoop.groups[0]!.arms.map(({ roundTrip: tail }) => tail!.p50) as [
      number,
      number,
      number,
    ];
    expect([control - direct, service - direct]).to.deep.equal([0, 3_000]);
    expect(facts.seen).to.match(
      /every later packet through the ClusterIP: \+3000 µs .* something on that path handles each packet/,
    );
  });

  it('sends through the Service what it says went through it', async () => {
    const { createServices, ...run } = session(from, to);
    const relayed: Session['createServices'] = async (wanted) => {
      const straight = await createServices(wanted);
      const relay = spawn(
        process.execPath,
        [fileURLToPath(import.meta.resolve('./relay.ts')), String(straight[0]!.port), String(relayUs)],
        { stdio: ['pipe', 'pipe', 'inherit'] },
      );
      relays.push(relay);
      const [port] = (await once(relay.stdout, 'data')) as [Buffer];
      return straight.map((service) => ({ ...service, port: Number(port), nodePorts: { TCP: null, UDP: null } }));
    };
    const through = { ...run, createServices: relayed };
    const { series } = await measureLatency(through, { form: 'short', seed: 2, limits: form });
    const { openLoop } = await openLoopOnce(through, { form: 'short', seed: 2, packets: 30 });
    const exchanges = series.flatMap(({ protocol, cells, blocks }) => {
      const at = cells.findIndex(({ path, flow }) => path === 'cluster-ip' && flow === 'established');
      return blocks.map(({ ns }) => ({ protocol, ns: ns[at]! }));
    });
    const packets = openLoop.streams
      .filter(({ path }) => path === 'cluster-ip')
      .flatMap((stream) => stream.packets.map(({ roundTripNs }) => ({ protocol: 'open loop', ns: roundTripNs })));
    const answered = [...exchanges, ...packets].filter(({ ns }) => ns !== null);
    expect(new Set(answered.map(({ protocol }) => protocol))).to.deep.equal(new Set(['UDP', 'TCP', 'open loop']));
    // The relay passes nothing on earlier, on any machine.
    expect(answered.filter(({ ns }) => ns! < 1000 * relayUs)).to.deep.equal([]);
  });

  it('is switched off by --latency off, and makes nothing then', async () => {
    const createServices = (): never => {
      throw new Error('made Services');
    };
    const facts = await kubeProxyLatency(session(from, to, { latency: 'off', createServices }));
    expect(facts.notApplicable).to.include('--latency off');
  });

  it('does without NodePorts where there are none', async () => {
    const { createServices } = session(from, to);
    const without: Session['createServices'] = async (wanted) =>
      (await createServices(wanted)).map((service) => ({ ...service, nodePorts: { TCP: null, UDP: null } }));
    const measured = await measureLatency(session(from, to, { createServices: without }), {
      form: 'short',
      seed: 2,
      limits: form,
    });
    expect(measured.series[0]!.cells).to.have.length(6);
    expect(measured.remarks).to.deep.equal(['NodePorts do not answer on node-1: not measured from there']);
  });

  it('says which probe failed, and goes on with nothing', async () => {
    const lame = session(from, to);
    const request = lame.pods[0]!.channel.request;
    lame.pods[0]!.channel.request = (body, options) =>
      body.kind === 'measure'
        ? Promise.resolve({ whole: false, reason: 'the stream was lost', records: [] })
        : request(body, options);
    const facts = await kubeProxyLatency(lame, limits);
    expect(facts.inconclusive).to.match(/UDP from node-1 to itself: nothing measured: the stream was lost/);
  });
});
