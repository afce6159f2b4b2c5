import { expect } from 'chai';
import { describe, it } from 'mocha';
import { alongRing, keptByPlugin, keptPorts, listenOnKept } from '../../../lib/facts/kept-ports.ts';
import { portSpread } from '../../../lib/facts/port-spread.ts';
import { destinationOf } from '../../../lib/mesh/destination.ts';
import { exchange } from '../../../lib/mesh/exchange.ts';
import { unlimitedPace } from '../../../lib/mesh/pace/pace.ts';
import { createTraffic } from '../../../lib/mesh/traffic.ts';
import type { Facts } from '../../../lib/facts/facts.ts';
import type { Probe } from '../../../lib/cluster/model.ts';
import { makeWorld, type Network } from '../mesh/world.ts';

const silent = { outcome: 'timeout' as const, answered: 0, views: [], firstAnswerMs: null };

/** What the clause finds where these ports are lost between these probes. */
async function found(
  isLost: (port: number, ends: { from: Probe; to: Probe }) => boolean,
  { nodes = 3, network = null as Network | null, forbidding = null as string | null } = {},
): Promise<Facts> {
  const { pods } = makeWorld({
    nodes,
    network: (dial, ends) => (isLost(dial.port, ends) ? silent : (network?.(dial, ends) ?? null)),
  });
  const traffic = createTraffic({ pace: unlimitedPace });
  const plan = {
    from: pods,
    to: pods,
    pairs: alongRing(pods),
    families: ['IPv4' as const],
    protocols: ['UDP' as const],
  };
  const ports = (): number[] => [...keptPorts.keys()];
  const onKept = await exchange({ ...plan, ports }, { traffic });
  const doubted = onKept.dialled.map((dial) =>
    forbidding !== null && dial.record?.outcome === 'timeout'
      ? { ...dial, inconclusive: forbidding, maybeForbidden: true as const }
      : dial,
  );
  return keptByPlugin({ ...onKept, dialled: doubted }, await exchange(plan, { traffic }));
}

describe('ports that plugins keep', () => {
  it('are no part of the spread, nor are their neighbours', () => {
    for (const port of portSpread)
      for (let near = 0; near <= 4; near += 1) expect(keptPorts.has(port + near)).to.equal(false);
  });

  it('are dialled to the next node and to the other pod of the same', () => {
    const { pods } = makeWorld({ nodes: 3 });
    const pairs = alongRing(pods);
    const chosen = pods.flatMap((from) =>
      pods.filter((to) => pairs(from, destinationOf(to))).map((to) => [from.node, to.node].join(' ')),
    );
    expect(chosen).to.have.members([
      'node-1 node-1',
      'node-1 node-2',
      'node-2 node-2',
      'node-2 node-3',
      'node-3 node-3',
      'node-3 node-1',
    ]);
  });

  it('are told as free where all pass', async () => {
    const facts = await found(() => false);
    expect(facts.seen).to.match(/^none of UDP 4789, .* is kept from pods$/);
    expect(facts.finding).to.equal(false);
  });

  it('are the plugin’s guard where one is lost everywhere', async () => {
    const facts = await found((port) => port === 4789);
    expect(facts.seen).to.equal("kept from pods on every node: UDP 4789 (VXLAN): the plugin's guard of its own tunnel");
    expect([facts.finding, facts.violations]).to.deep.equal([false, []]);
  });

  it('are the plugin’s guard where one is lost between nodes only', async () => {
    const facts = await found((port, { from, to }) => port === 4789 && from.node !== to.node);
    expect(facts.finding).to.equal(false);
    expect(facts.seen).to.include('kept from pods on every node');
  });

  it('are a finding where one is lost on some nodes only', async () => {
    const facts = await found((port, { from }) => port === 4789 && from.node === 'node-2');
    expect(facts.finding).to.equal(true);
    expect(facts.remarks).to.deep.equal([
      'UDP port 4789 (VXLAN) is lost from node-2 to node-2, from node-2 to node-3, and passes from node-1 to node-1, from node-1 to node-2, from node-3 to node-1 and 1 more',
    ]);
  });

  it('are not told as free where a policy of somebody else may forbid them', async () => {
    const facts = await found((port) => port === 4789, { forbidding: 'NetworkPolicy deny may forbid it' });
    expect(facts.seen).to.match(
      /^none of UDP (?!4789).* is kept from pods; of UDP 4789 not all is known: NetworkPolicy deny may forbid it$/,
    );
    expect(facts.finding).to.equal(false);
  });

  it('say nothing where an ordinary port does not work either', async () => {
    const facts = await found((_port, { from }) => from.node === 'node-2');
    expect([facts.finding, facts.remarks]).to.deep.equal([false, []]);
    expect(facts.seen).to.match(/^none of/);
  });

  it('say nothing where not one of them passes: it is the way that is broken', async () => {
    const facts = await found((port, { from }) => keptPorts.has(port) && from.node === 'node-2');
    expect([facts.finding, facts.remarks]).to.deep.equal([false, []]);
    expect(facts.seen).to.match(/^none of/);
  });

  it('are looked for on one node, too', async () => {
    const facts = await found((port) => port === 8472, { nodes: 1 });
    expect(facts.seen).to.include('UDP 8472');
  });

  it('are listened on by each pod', async () => {
    const { pods } = makeWorld({
      nodes: 1,
      reply: (_probe, body) =>
        body.kind === 'listen'
          ? { records: body.ports.map((port) => ({ kind: 'listen', protocol: 'UDP', port, error: null })) }
          : null,
    });
    const { ports } = await listenOnKept(pods);
    expect([...ports.values()][0]).to.deep.equal([...keptPorts.keys()]);
  });
});
