import { expect } from 'chai';
import { describe, it } from 'mocha';
import { makeSession } from '../../../lib/cli/make-session.ts';
import { forbiddingApiService, forbiddingDns } from '../../../lib/cli/doubts.ts';
import { loadClauses } from '../../../lib/cli/suite.ts';
import { connectApi, type Api, type Deployment, type ForeignPolicy } from '../../../lib/cluster/index.ts';
import { startFakeApi, status as answerOf } from '../cluster/fake-api.ts';
import type { Dialled } from '../../../lib/mesh/dialled.ts';
import { acrossNodes, everyPair, onSameNode } from '../../../lib/mesh/pairs.ts';
import type { LoopbackRecord } from '../../../lib/conversations/self/loopback.ts';
import { clause } from '../../../lib/verdict/clause.ts';
import { createRun, type OngoingRun } from '../../../lib/verdict/create-run.ts';
import { survey } from '../facts/surveys.ts';
import { deploymentOf, plainOptions } from './deployments.ts';
import { silence } from '../mesh/make-believe-service.ts';
import { makeWorld, type WorldOptions } from '../mesh/world.ts';

async function session(
  options: WorldOptions = {},
  {
    configured = null,
    policies = [],
    missing = [],
    podsOnly = false,
    run = createRun(),
    ...more
  }: { run?: OngoingRun; configured?: string | null; podsOnly?: boolean; api?: Api } & Partial<
    Pick<Deployment, 'policies' | 'missing'>
  > = {},
) {
  const world = makeWorld({ nodes: 2, ...options });
  const made = await makeSession(deploymentOf(world.all, { missing, policies }), {
    ...plainOptions(run),
    survey: survey({ proxyModeConfigured: configured === null ? null : { mode: configured, source: 'ConfigMap' } }),
    podsOnly,
    ...more,
  });
  const dials = (): number =>
    world.asked.reduce((sum, { body }) => sum + (body.kind === 'dial' ? body.dials.length : 0), 0);
  return { ...made, world, dials };
}

const unlisted: ForeignPolicy = {
  kind: 'NetworkPolicy',
  name: null,
  selectsPods: true,
  mayForbid: { pods: ['Ingress', 'Egress'], nodes: [] },
};

const proxy = (body: string, status = 200): LoopbackRecord => ({ kind: 'loopback', status, body, error: null });

describe('a session', () => {
  it('has pods and nodes apart, and the families that pods have', async () => {
    const { pods, nodes, families } = await session({ families: ['IPv4', 'IPv6'] });
    expect([pods.length, nodes.length, families]).to.deep.equal([4, 2, ['IPv4', 'IPv6']]);
  });

  it('dials standing probes once, whatever part clauses ask for', async () => {
    const { pods, nodes, exchange, dials } = await session();
    const found = await Promise.all([
      exchange({ from: pods, to: pods, pairs: acrossNodes }),
      exchange({ from: pods, to: pods, pairs: onSameNode }),
      exchange({ from: nodes, to: pods, pairs: everyPair }),
    ]);
    expect(found.map(({ dialled }) => dialled.length)).to.deep.equal([16, 8, 16]);
    // Six probes with six, themselves included, over two protocols.
    expect(dials()).to.equal(6 * 6 * 2);
  });

  it('dials anew for ports, a protocol or a number of datagrams, and for probes that started later', async () => {
    const { pods, exchange, dials } = await session();
    const plan = { from: pods, to: pods, pairs: acrossNodes };
    for (const more of [{ ports: () => [80] }, { protocols: ['TCP' as const] }, { datagrams: 4 }])
      await exchange({ ...plan, ...more });
    const anew = 16 + 8 + 16;
    expect(dials()).to.equal(anew);
    const young = makeWorld({ nodes: 1 }).pods;
    await exchange({ from: young, to: young, pairs: everyPair });
    expect(dials()).to.equal(anew);
  });

  it('doubts what failed where a NetworkPolicy stands in the run’s own namespace', async () => {
    const { pods, exchange } = await session(
      { network: (_dial, { to }) => (to.node === 'node-2' ? { outcome: 'timeout', answered: 0, views: [] } : null) },
      {
        policies: [
          {
            kind: 'NetworkPolicy',
            name: 'default-deny',
            selectsPods: true,
            mayForbid: { pods: ['Ingress'], nodes: [] },
          },
        ],
      },
    );
    const { dialled } = await exchange({ from: pods, to: pods, pairs: acrossNodes });
    const doubted = dialled.filter((dial) => dial.inconclusive?.includes('NetworkPolicy default-deny'));
    expect(doubted.map(({ to }) => to.node)).to.deep.equal(Array(8).fill('node-2'));
  });

  it('makes rechecks anew, and tells the run of them', async () => {
    let isDead = false;
    const run = createRun({ clauses: await loadClauses() });
    const { pods, exchange, breaksPromise } = await session(
      { network: (_dial, { to }) => (isDead && to.node === 'node-2' ? silence : null) },
      { run },
    );
    const plan = { from: pods, to: pods, pairs: acrossNodes };
    await exchange(plan);
    isDead = true;
    expect((await exchange(plan)).dialled.some(breaksPromise)).to.equal(false);
    const { dialled } = await exchange({ ...plan, recheck: true });
    expect(dialled.filter(breaksPromise)).to.have.length(8);
  });

  it('doubts rechecks that fail when the time of their clause is over: others load the network then', async () => {
    const run = createRun({ clauses: await loadClauses() });
    const over = Promise.withResolvers<void>();
    const { pods, ...made } = await session(
      { network: (_dial, { to }) => (to.node === 'node-2' ? silence : null) },
      { run },
    );
    run.openSession({ ...made, pods });
    const plan = { from: pods, to: pods, pairs: acrossNodes, recheck: true as const };
    const late = Promise.withResolvers<Dialled[]>();
    const slow = clause({ id: 'a/b', level: 'MUST', promise: 'soon', deadlineMs: 10 }, async ({ exchange }) => {
      await over.promise;
      late.resolve((await exchange(plan)).dialled);
    });
    expect(await run.check(slow)).to.include({ verdict: 'inconclusive' });
    over.resolve();
    const dialled = await late.promise;
    expect(
      dialled.filter(({ inconclusive }) => inconclusive?.includes('the time of its clause was over')),
    ).to.have.length(8);
    expect(dialled.some(made.breaksPromise)).to.equal(false);
  });

  it('doubts what a policy closes, by direction and kind of probe, and names it', async () => {
    const { pods, nodes, exchange } = await session(
      { network: () => ({ outcome: 'timeout', answered: 0, views: [] }) },
      {
        policies: [
          {
            kind: 'CiliumClusterwideNetworkPolicy',
            name: 'deny',
            selectsPods: true,
            mayForbid: { pods: ['Ingress'], nodes: [] },
          },
        ],
      },
    );
    const reasons = async (plan: Parameters<typeof exchange>[0]) =>
      new Set((await exchange(plan)).dialled.map(({ inconclusive }) => inconclusive));
    expect(await reasons({ from: nodes, to: pods, pairs: everyPair })).to.deep.equal(
      new Set(['CiliumClusterwideNetworkPolicy deny may forbid it']),
    );
    expect(await reasons({ from: pods, to: nodes, pairs: everyPair })).to.deep.equal(new Set([null]));
  });

  it('does not doubt what is dialled under policies of its own: the same dials without them are the control', async () => {
    const { pods, exchange } = await session({ network: () => silence }, { policies: [unlisted] });
    const plan = { from: pods, to: pods, pairs: acrossNodes };
    const reasons = async (more: Partial<Parameters<typeof exchange>[0]>) =>
      new Set((await exchange({ ...plan, ...more })).dialled.map(({ inconclusive }) => inconclusive));
    expect(await reasons({ under: { names: ['closed'], patienceMs: () => 100 } })).to.deep.equal(new Set([null]));
    expect(await reasons({})).to.deep.equal(new Set(['a NetworkPolicy (none may be listed) may forbid it']));
  });

  it('tries policies of its own beside kinds that may not be listed, and not beside others that select its pods', async () => {
    const named = { ...unlisted, name: 'default-deny' };
    const { policies } = await session({}, { policies: [unlisted, named, { ...named, selectsPods: false }] });
    expect([policies.foreign, policies.unlisted]).to.deep.equal([
      ['NetworkPolicy default-deny'],
      ['a NetworkPolicy (none may be listed)'],
    ]);
  });

  it('knows what may keep pods from asking the cluster’s DNS: on their side, on its own, and on nodes', () => {
    const policy = (kind: string, mayForbid: Partial<ForeignPolicy['mayForbid']>): ForeignPolicy => ({
      ...unlisted,
      kind,
      name: 'deny',
      mayForbid: { pods: [], nodes: [], ...mayForbid },
    });
    const ofRun = (mayForbid: Partial<ForeignPolicy['mayForbid']>) =>
      forbiddingDns([policy('NetworkPolicy', mayForbid)], { onItsPods: [] });
    expect(ofRun({ pods: ['Egress'] })).to.equal('NetworkPolicy deny may forbid it');
    expect(ofRun({ pods: ['Ingress'], nodes: ['Egress'] })).to.equal(null);
    expect(ofRun({ nodes: ['Ingress'] })).to.equal('NetworkPolicy deny may forbid it');
    const inSystem = { ...policy('NetworkPolicy', { pods: ['Ingress'] }), namespace: 'kube-system' };
    const nodes = policy('GlobalNetworkPolicy', { nodes: ['Ingress'] });
    expect(
      forbiddingDns([nodes], {
        onItsPods: [inSystem, { ...inSystem, name: null }, nodes, policy('Other', { pods: ['Egress'] })],
      }),
    ).to.equal(
      'GlobalNetworkPolicy deny, NetworkPolicy kube-system/deny, a NetworkPolicy in kube-system (none may be listed) may forbid it',
    );
  });

  it('knows what may keep a pod, or a node, from the API server: on its side, and on nodes', () => {
    const by = (kind: 'pod' | 'node', mayForbid: Partial<ForeignPolicy['mayForbid']>) =>
      forbiddingApiService([{ ...unlisted, name: 'deny', mayForbid: { pods: [], nodes: [], ...mayForbid } }], { kind });
    const why = 'NetworkPolicy deny may forbid it';
    expect([by('pod', { pods: ['Egress'] }), by('node', { pods: ['Egress'] })]).to.deep.equal([why, null]);
    expect([by('pod', { nodes: ['Egress'] }), by('node', { nodes: ['Egress'] })]).to.deep.equal([null, why]);
    expect([by('pod', { nodes: ['Ingress'] }), by('node', { nodes: ['Ingress'] })]).to.deep.equal([why, why]);
    expect([by('pod', { pods: ['Ingress'] }), by('node', { pods: ['Ingress'] })]).to.deep.equal([null, null]);
  });

  it('knows on which nodes the servers behind the API server’s Service are, as far as the API may be asked', async () => {
    const path = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
    const servers = async (isAllowed: boolean) => {
      const endpoints = ['198.18.1.4', '198.18.9.9'].map((address) => ({ addresses: [address] }));
      const items = [{ addressType: 'IPv4', endpoints, ports: [{ port: 6443, protocol: 'TCP' }] }];
      const fake = await startFakeApi((request) =>
        request.path === path && isAllowed ? { json: { metadata: {}, items } } : answerOf(403, 'forbidden'),
      );
      try {
        return await (await session({}, { api: connectApi(fake.target) })).apiServers();
      } finally {
        await fake.stop();
      }
    };
    expect(await servers(true)).to.deep.equal([
      { address: '198.18.1.4', port: 6443, node: 'node-1' },
      { address: '198.18.9.9', port: 6443, node: null },
    ]);
    expect(await servers(false)).to.equal(null);
  });

  it('looks for policies that close the DNS’s pods where these are', async () => {
    const path = '/apis/networking.k8s.io/v1/namespaces/kube-system/networkpolicies';
    const fake = await startFakeApi((request) => {
      if (request.path !== path) return answerOf(404, 'not found');
      const spec = { podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } };
      return { json: { metadata: {}, items: [{ metadata: { name: 'dns' }, spec }] } };
    });
    try {
      const { forbiddingDns: forbidding } = await session({}, { api: connectApi(fake.target) });
      const ports = { UDP: 53, TCP: 53 };
      const dns = { name: '', addresses: {}, ports, targetPorts: ports, kubernetes: {}, namespace: 'kube-system' };
      const because = await Promise.all(
        ['kube-dns', 'other'].map((app) => forbidding({ ...dns, selector: { 'k8s-app': app } })),
      );
      expect(because).to.deep.equal(['NetworkPolicy kube-system/dns may forbid it', null]);
    } finally {
      await fake.stop();
    }
  });

  it('says of probes that could not be started that nothing is known, and why; of nodes with --pods-only that it does not apply', async () => {
    const reason = 'pods "node-x" is forbidden: no host network';
    const missing = ['node-1', 'node-2'].map((node) => ({
      node,
      probe: 'node' as const,
      reason,
      kind: 'other' as const,
    }));
    const refused = await session({}, { missing });
    const plan = { from: [], to: refused.pods, pairs: everyPair };
    const { nothingToDial, lacking } = await refused.exchange(plan);
    expect([nothingToDial, lacking]).to.deep.equal([
      null,
      [`no probe could be used at node-1/node, node-2/node: ${reason}`],
    ]);
    const { exchange, pods } = await session({}, { podsOnly: true });
    expect((await exchange({ ...plan, to: pods })).nothingToDial).to.contain('--pods-only');
  });

  it('knows kube-proxy’s mode by its own word, else by its configuration, else not', async () => {
    const own = await session({
      reply: (_probe, body) => (body.kind === 'loopback' ? { records: [proxy('ipvs\n')] } : null),
    });
    expect(own.proxyModes).to.deep.equal({ 'node-1': 'ipvs', 'node-2': 'ipvs' });
    const silent = { reply: () => ({ records: [proxy('no', 404)] }) };
    expect((await session(silent, { configured: 'nftables' })).proxyModes['node-1']).to.equal(
      'nftables (by its ConfigMap)',
    );
    expect((await session(silent)).proxyModes['node-1']).to.equal('none seen');
  });
});
