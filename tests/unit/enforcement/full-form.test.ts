/** Peers of another namespace, blocks of addresses and pods that come later: with --policies full. */
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { editsFollowed, egressAsWritten, ingressAsWritten, peersAsWritten } from '../../../lib/enforcement/facts.ts';
import type { Peer, Policy } from '../../../lib/policy/objects.ts';
import { tried, type Enforcer } from './enforcer.ts';

async function asked(options: Enforcer) {
  const { session, found } = await tried({ form: 'full', nodes: 2, ...options });
  const of = async (question: typeof peersAsWritten) => {
    const { violations, inconclusive, remarks = [], measurements = [] } = await question(session);
    const kinds = [...new Set(violations.map(({ kind }) => kind))];
    return { violations, kinds, inconclusive, remarks, measurements: measurements.map(({ name }) => name) };
  };
  return {
    found,
    ingress: await of(ingressAsWritten),
    egress: await of(egressAsWritten),
    peers: await of(peersAsWritten),
    changes: await of(editsFollowed),
  };
}

/** A cluster that reads each peer of a rule as these. */
function reading(read: (peer: Peer) => Peer[]): Enforcer {
  const all = (peers: Peer[] | undefined): Peer[] => peers?.flatMap(read) ?? [];
  const asRead = ({ metadata, spec }: Policy): Policy => ({
    metadata,
    spec: {
      ...spec,
      ...(spec.ingress && { ingress: spec.ingress.map(({ from, ...rule }) => ({ ...rule, from: all(from) })) }),
      ...(spec.egress && { egress: spec.egress.map(({ to, ...rule }) => ({ ...rule, to: all(to) })) }),
    },
  });
  return { inForce: (policies) => policies.map(asRead) };
}

const clusters = {
  sound: {},
  'blocks select no pods': reading((peer) =>
    peer.ipBlock === undefined ? [peer] : [{ ipBlock: { cidr: '192.0.2.0/24' } }],
  ),
  'exceptions are ignored': reading((peer) =>
    peer.ipBlock === undefined ? [peer] : [{ ipBlock: { cidr: peer.ipBlock.cidr } }],
  ),
  'two selectors are two peers': reading(({ podSelector, namespaceSelector, ...peer }) =>
    podSelector !== undefined && namespaceSelector !== undefined
      ? [{ podSelector }, { namespaceSelector }]
      : [{ ...peer, ...(podSelector && { podSelector }), ...(namespaceSelector && { namespaceSelector }) }],
  ),
  'pods are selected in all namespaces': reading((peer) => [
    peer.podSelector === undefined ? peer : { namespaceSelector: {}, ...peer },
  ]),
  'new pods of node-2 are not known': {
    inForce: (policies, { from, to }) =>
      policies.filter(({ spec }) => {
        const { name, node } = spec.policyTypes?.includes('Egress') ? from : to;
        return name !== 'newcomer' || node !== 'node-2';
      }),
  },
  'high ports of new pods of node-2 are not looked at': {
    // On two nodes not all ports are dialled, and perhaps one pair alone finds it.
    nodes: 3,
    inForce: (policies, { from, to, port }) =>
      policies.filter(({ spec }) => {
        const { name, node } = spec.policyTypes?.includes('Egress') ? from : to;
        return name !== 'newcomer' || node !== 'node-2' || port < 32_768;
      }),
  },
  'some pods do not start': {
    missing: [
      { name: 'guest', node: 'node-1' },
      { name: 'newcomer', node: 'node-2' },
    ],
  },
  'labels of namespaces are read once': { missesLabelsOfNamespaces: true },
  'no namespace can be made': { refusesNamespaces: true },
} as const satisfies Record<string, Enforcer>;

type Cluster = keyof typeof clusters;

describe('policies in full', () => {
  const answers = new Map<string, Awaited<ReturnType<typeof asked>>>();
  const where = (cluster: Cluster) => answers.get(cluster)!;

  before('most of it is waiting: all at once', async function () {
    this.timeout(60_000);
    const all = Object.entries(clusters).map(async ([name, one]) => answers.set(name, await asked(one)));
    await Promise.all(all);
  });

  it('have no finding where they are enforced; how soon new pods are closed is measured', () => {
    const { ingress, egress, peers, changes, found } = where('sound');
    for (const one of [ingress, egress, peers, changes])
      expect([one.violations, one.inconclusive]).to.deep.equal([[], null]);
    expect(changes.remarks.join()).to.match(/^new pods were closed when they were first dialled, \d\.\d s after/);
    expect(changes.measurements).to.include('policy/new-pods-denied-after');
    expect(found.newcomers?.tried.map(({ exchanged }) => exchanged.dialled.length > 0)).to.deep.equal([true, true]);
  });

  it('leave it to the cluster whether blocks of addresses select pods, and tell which', () => {
    const selecting = where('sound');
    const others = where('blocks select no pods');
    expect([others.ingress, others.egress, others.peers].flatMap(({ kinds }) => kinds)).to.deep.equal([]);
    const told = [selecting, others].map(({ peers }) => peers.remarks.join());
    expect(told[0]).to.equal('blocks of addresses select pods here: the API leaves that to the implementation');
    expect(told[1]).to.match(/^blocks of addresses select no pods here: /);
  });

  it('show that the exceptions of a block are ignored, both ways', () => {
    const { peers, egress } = where('exceptions are ignored');
    expect([peers.kinds, egress.kinds]).to.deep.equal([['policy lets through'], ['policy lets through']]);
  });

  it('show that two selectors in one element are read as two elements', () => {
    const { peers, ingress } = where('two selectors are two peers');
    expect([peers.kinds, ingress.kinds]).to.deep.equal([['policy lets through'], ['policy lets through']]);
  });

  it('show that pods of other namespaces are selected by their own labels alone', () => {
    const { peers } = where('pods are selected in all namespaces');
    const evidence = peers.violations.map((one) => one.evidence).join();
    expect(evidence)
      .to.match(/guest on node-[12] to pod-b/)
      .and.not.to.match(/pod-[ab] on/);
  });

  it('show that labels of a namespace that change are not followed', () => {
    const { changes, peers, egress } = where('labels of namespaces are read once');
    expect([changes.kinds, peers.kinds, egress.kinds]).to.deep.equal([
      ['policy forbids too much'],
      ['policy forbids too much'],
      [],
    ]);
    expect(changes.violations[0]?.evidence).to.include('guest on node-1');
  });

  it('name the node whose new pods are not closed, and nothing else', () => {
    const { ingress, peers, changes } = where('new pods of node-2 are not known');
    expect([...ingress.kinds, ...peers.kinds]).to.deep.equal([]);
    expect(changes.violations).to.have.length(1);
    expect(changes.violations[0]).to.include({ kind: 'policy misses new pods', node: 'node-2' });
    expect(changes.violations[0]?.evidence).to.match(
      /started on node-2 under policies that close it both ways: \d+ of/,
    );
    expect(changes.measurements).not.to.include('policy/new-pods-denied-after');
  });

  it('name the node whose new pods are open at some ports, and say so', () => {
    const { ingress, peers, changes } = where('high ports of new pods of node-2 are not looked at');
    expect([...ingress.kinds, ...peers.kinds]).to.deep.equal([]);
    expect(changes.violations).to.have.length(1);
    expect(changes.violations[0]).to.include({ kind: 'policy misses new pods', node: 'node-2', onlyAtSomePorts: true });
    expect(changes.violations[0]?.evidence).to.match(/(TCP|UDP) (36000|61000)/);
    expect(where('new pods of node-2 are not known').changes.violations[0]).to.include({ onlyAtSomePorts: false });
  });

  it('say nothing of nodes where pods are missing, and why', () => {
    const { peers, changes } = where('some pods do not start');
    expect(peers.inconclusive).to.equal('no pod of another namespace on node-1: no image');
    expect(changes.inconclusive).to.equal('no pod started on node-2 while policies stood: no image');
  });

  it('are tried without another namespace where the cluster lets none be made', () => {
    const { peers } = where('no namespace can be made');
    expect(peers.inconclusive).to.equal(null);
    expect(peers.remarks).to.include('pods of another namespace were not tried: no more namespaces');
  });
});
