/** Connections to the API server's Service: who opens them, how often, and what is asked where one does not open. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ApiEndpoint, ApiService, Probe } from '../../../lib/cluster/model.ts';
import type { Dial, DialRecord } from '../../../lib/conversations/dial.ts';
import type { RequestBody } from '../../../lib/conversations/index.ts';
import { connectToApi } from '../../../lib/service-paths/api-server.ts';
import { makeWorld } from '../mesh/world.ts';

const service: ApiService = { name: 'default/kubernetes', addresses: { IPv4: '10.96.0.1' }, port: 443 };
const server: ApiEndpoint = { address: '198.18.0.2', port: 6443, node: null };

interface Asked {
  probe: Probe;
  dial: Dial;
}

/** `outcome`: of each connection, by who opens it; null: its record is missing. */
async function connected(
  outcome: (asked: Asked) => DialRecord['outcome'] | null,
  {
    found = service,
    behind = [server],
    twice = false,
    stallMs = 0,
  }: { found?: ApiService | string; behind?: ApiEndpoint[] | null; twice?: boolean; stallMs?: number } = {},
) {
  const asked: Asked[] = [];
  const { pods, nodes } = makeWorld({ nodes: 2 });
  for (const probe of [...pods, ...nodes])
    probe.channel.request = async (body: RequestBody) => {
      const dials = body.kind === 'dial' ? body.dials : [];
      const records = dials.flatMap((dial) => {
        asked.push({ probe, dial });
        const ended = outcome({ probe, dial });
        return ended === null ? [] : [{ kind: 'dial', nonce: dial.nonce, outcome: ended } as DialRecord];
      });
      return { whole: true, records, stallMs, instance: '' };
    };
  if (twice) pods[0]!.addresses = pods[1]!.addresses;
  let times = 0;
  const session = {
    pods,
    nodes,
    apiService: async () => found,
    apiServers: async () => {
      times += 1;
      return behind;
    },
    forbiddingApiService: ({ kind }: Pick<Probe, 'kind'>) => (kind === 'pod' ? 'a policy may forbid it' : null),
  };
  const told = await connectToApi(session, { waitMs: 0 });
  const from = [...new Set(asked.map(({ probe }) => `${probe.node}/${probe.name}`))];
  return { ...told, asked, from, times };
}

const isOn = (name: string) => (one: Asked) => one.probe.node === name;

describe('connections to the API server', () => {
  it('are opened by a pod of each node and by each node, a few each, and say nothing', async () => {
    const { asked, from, times, ways, without } = await connected(() => 'delivered');
    expect(from.toSorted()).to.deep.equal(['node-1/node', 'node-1/pod-a', 'node-2/node', 'node-2/pod-a']);
    expect(asked).to.have.length(16);
    for (const { dial } of asked)
      expect(dial).to.include({ protocol: 'TCP', address: '10.96.0.1', port: 443, connectOnly: true });
    expect([times, without, ways.length]).to.deep.equal([0, null, 4]);
  });

  it('are tried again where one does not open; then the servers are asked for, and dialled from there', async () => {
    const dead = isOn('node-2');
    const { ways, servers, asked, times } = await connected((one) =>
      dead(one) && one.dial.address === '10.96.0.1' ? 'timeout' : 'delivered',
    );
    expect([times, servers]).to.deep.equal([1, [server]]);
    const told = ways.map(({ from, connections, directly, forbidding }) => [
      `${from.node}/${from.name}`,
      connections.length,
      directly,
      forbidding,
    ]);
    expect(told).to.deep.equal([
      ['node-1/pod-a', 4, null, null],
      ['node-2/pod-a', 20, true, 'a policy may forbid it'],
      ['node-1/node', 4, null, null],
      ['node-2/node', 20, true, null],
    ]);
    expect(asked.filter(({ dial }) => dial.address === server.address).every(dead)).to.equal(true);
  });

  it('are all open where a server was away for a moment', async () => {
    // As many as are opened at first: by time it was chance which ones were refused.
    let opened = 0;
    const { ways, times } = await connected(() => (opened++ < 16 ? 'refused' : 'delivered'));
    expect(new Set(ways.map(({ connections }) => connections.length))).to.deep.equal(new Set([20]));
    expect(times).to.equal(0);
  });

  it('say nothing where a record is missing, the probe is at fault, or it stood still', async () => {
    for (const outcome of [null, 'inconclusive'] as const) {
      const { ways } = await connected(() => outcome);
      expect(new Set(ways.flatMap(({ connections }) => connections))).to.deep.equal(new Set([null]));
    }
    const { ways } = await connected(() => 'timeout', { stallMs: 4_000 });
    expect(new Set(ways.flatMap(({ connections }) => connections))).to.deep.equal(new Set([null]));
  });

  it('are not opened where there is no Service, and prove nothing where nobody is behind it', async () => {
    const none = await connected(() => 'delivered', { found: 'the cluster has none' });
    expect([none.without, none.asked]).to.deep.equal(['the cluster has none', []]);
    const empty = await connected(() => 'refused', { behind: [] });
    expect(empty.without).to.match(/^no server is behind default\/kubernetes/);
    const unknown = await connected(() => 'refused', { behind: null });
    expect([unknown.without, unknown.ways[0]?.directly]).to.deep.equal([null, null]);
  });

  it('are opened by pods with an address of their own, in the families that they have', async () => {
    const { leftOut, from } = await connected(() => 'delivered', { twice: true });
    expect(leftOut.map(({ node, name }) => `${node}/${name}`)).to.deep.equal(['node-1/pod-a']);
    expect(from.toSorted()).to.deep.equal(['node-1/node', 'node-2/node', 'node-2/pod-a']);
    const found = { ...service, addresses: { IPv6: 'fd00::1' } };
    expect((await connected(() => 'delivered', { found })).ways).to.deep.equal([]);
  });
});
