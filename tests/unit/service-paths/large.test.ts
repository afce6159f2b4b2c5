/** As much as packets may contain, through Services: who sends it, what is searched, and what is no fault of theirs. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Dial, DialRecord } from '../../../lib/conversations/dial.ts';
import { loadClauses } from '../../../lib/cli/suite.ts';
import { throughNodePorts } from '../../../lib/service-paths/further/node-ports.ts';
import { streamsLeftOut } from '../../../lib/facts/services/streams-left-out.ts';
import { largeThroughClusterIPs } from '../../../lib/service-paths/large.ts';
import { createRun } from '../../../lib/verdict/create-run.ts';
import { silence } from '../mesh/make-believe-service.ts';
import { makeSession, type DialledService } from './make-believe-session.ts';

const clauses = await loadClauses();

/** What is larger than packets of 1,400 bytes is lost; streams stall. */
function narrow({ protocol, payloadBytes = 0 }: Dial): Partial<DialRecord> | null {
  return payloadBytes + 128 > 1_372 ? { ...silence, connectMs: protocol === 'TCP' ? 1 : null } : null;
}

const fromPodsOfNode1 = ({ dial, from, by }: DialledService): Partial<DialRecord> | undefined =>
  (from === 'node-1' && by === 'pod' ? narrow(dial) : null) ?? undefined;
const byNode2 = ({ dial, at }: DialledService): Partial<DialRecord> | undefined =>
  (at === 'node-2' ? narrow(dial) : null) ?? undefined;

describe('large packets through ClusterIPs', () => {
  it('go from a pod of each node and the node itself to a pod of the same node and one of the next', async () => {
    const { session, rechecked } = makeSession(undefined, { nodes: 3 });
    const large = await largeThroughClusterIPs(session);
    const { dialled } = large;
    // Datagrams of two sizes, and a stream of pods: of nodes' own addresses no kernel tells here.
    expect(dialled).to.have.length(3 * 2 * 2 * 2 + 3 * 2);
    expect(streamsLeftOut(large)).to.include({
      seen: 'no streams on 6 ways: node-1, node-2, node-3 may send what is for these Services by loopback',
      notApplicable: null,
    });
    expect(streamsLeftOut({ byLoopback: [] }).notApplicable).not.to.equal(null);
    expect(
      dialled.every(({ record, from, to }) => record?.outcome === 'delivered' && !to.mayAnswer.has(from.uid)),
    ).to.equal(true);
    expect(new Set(dialled.map(({ size }) => size?.bytes))).to.deep.equal(new Set([262_144, 1_472, 981]));
    expect(rechecked).to.deep.equal([]);
  });

  it('are searched where they are lost, and as much is dialled at the pods’ own addresses', async () => {
    const { session, rechecked } = makeSession(fromPodsOfNode1, { nodes: 3 });
    const { dialled } = await largeThroughClusterIPs(session);
    const lost = dialled.filter(({ record }) => record?.outcome !== 'delivered');
    expect(lost.map(({ from, protocol, size }) => [from.node, from.kind, protocol, size?.bytes])).to.have.deep.members([
      ...Array.from({ length: 2 }, () => ['node-1', 'pod', 'TCP', 262_144]),
      ...Array.from({ length: 2 }, () => ['node-1', 'pod', 'UDP', 1_472]),
    ]);
    expect(new Set(lost.filter(({ protocol }) => protocol === 'UDP').map(({ size }) => size?.passes))).to.deep.equal(
      new Set([1_372]),
    );
    expect(rechecked.map(({ size }) => size?.bytes)).to.have.members(lost.map(({ size }) => size!.bytes));
    expect(rechecked.every(({ record, to }) => record?.outcome === 'delivered' && to.via === null)).to.equal(true);
  }).timeout(30_000);

  it('go where small ones have gone, in large clusters too, where not everybody has dialled every Service', async () => {
    const tried = new Set<string>();
    const unasked = new Set<string>();
    const noting = ({ client, service, dial: { protocol, payloadBytes = 0 } }: DialledService): undefined => {
      const way = `${client.uid} ${service.name} ${protocol}`;
      if (payloadBytes < 500) tried.add(way);
      else if (!tried.has(way)) unasked.add(way);
    };
    const { session } = makeSession(noting, { nodes: 9 });
    const { dialled } = await largeThroughClusterIPs(session);
    expect(dialled).to.have.length(9 * 2 * 2 * 2 + 9 * 2);
    expect([...unasked]).to.deep.equal([]);
  }).timeout(30_000);

  it('are not sent where small ones are not answered', async () => {
    const { session } = makeSession(({ from, by }) => (from === 'node-1' && by === 'pod' ? null : undefined), {
      knownAtOnce: true,
    });
    const { dialled } = await largeThroughClusterIPs(session);
    expect(dialled.some(({ from }) => from.node === 'node-1' && from.kind === 'pod')).to.equal(false);
    expect(dialled.length).to.be.above(0);
  }).timeout(30_000);
});

describe('large packets through NodePorts', () => {
  it('go through a port of the own node, and from pods through one of the next, to a pod on neither of the two', async () => {
    const { session } = makeSession(undefined, { nodes: 3 });
    const { dialled } = (await throughNodePorts(session)).large.judged;
    const ways = new Set(dialled.map(({ from, to }) => `${from.node} ${from.kind} ${to.via?.node} ${to.node}`));
    expect([...ways].toSorted()).to.deep.equal([
      'node-1 node node-1 node-3',
      'node-1 pod node-1 node-2',
      'node-1 pod node-2 node-3',
      'node-2 node node-2 node-1',
      'node-2 pod node-2 node-3',
      'node-2 pod node-3 node-1',
      'node-3 node node-3 node-2',
      'node-3 pod node-1 node-2',
      'node-3 pod node-3 node-1',
    ]);
    expect(dialled).to.have.length(9 * 2 + 6);
  });

  it('are broken where one node’s ports lose them, and as much passes at the probes’ own addresses', async () => {
    const { session } = makeSession(byNode2, { nodes: 3 });
    const { judged, excused } = (await throughNodePorts(session)).large;
    expect(judged.dialled.filter(({ record }) => record?.outcome !== 'delivered')).to.have.length(5);
    expect(excused).to.deep.equal([]);
  }).timeout(30_000);

  it('are excused by what is lost at the probes’ own addresses, where protocols/any-size answers for it', async () => {
    for (const [ids, expected] of [
      [['protocols/any-size'], { excused: 2, doubts: [] }],
      [['flat-network/pod-to-pod-across-nodes'], { excused: 0, doubts: ['protocols/any-size'] }],
    ] as const) {
      const run = createRun({ clauses: clauses.filter(({ id }) => ids.some((one) => one === id)) });
      const { session } = makeSession(byNode2, {
        nodes: 3,
        run,
        network: (dial, { from, to }) => (to.node === 'node-2' && from.node !== 'node-2' ? narrow(dial) : null),
      });
      const { judged, excused } = (await throughNodePorts(session)).large;
      expect(excused).to.have.length(expected.excused);
      const said = judged.dialled.flatMap(({ inconclusive }) => inconclusive ?? []);
      const named = said.flatMap((reason) => /select (\S+) as well/.exec(reason)?.[1] ?? []);
      expect([...new Set(named)]).to.deep.equal(expected.doubts);
    }
  }).timeout(60_000);
});
