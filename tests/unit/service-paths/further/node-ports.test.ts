/** Dials through the ports of nodes: who dials which, what excuses a dial, and what is said where NodePorts can't be had. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { throughNodePorts } from '../../../../lib/service-paths/further/node-ports.ts';
import { judgeExchange } from '../../../../lib/verdict/oracle/judgement.ts';
import { delivered } from '../../../../lib/verdict/oracle/expectation.ts';
import { silence } from '../../mesh/make-believe-service.ts';
import { makeSession } from '../make-believe-session.ts';

describe('dials through the ports of nodes', () => {
  it('go from every probe to every node, for each Service, over both protocols; but from no pod to itself', async () => {
    const { session, wanted } = makeSession(undefined, { nodes: 3 });
    const { judged, excused } = await throughNodePorts(session);
    expect(
      wanted.filter(({ name }) => name.startsWith('node-port-')).map(({ type, pods }) => [type, pods]),
    ).to.deep.equal(['node-1', 'node-2', 'node-3'].map((node) => ['NodePort', [`pod-b-of-${node}`]]));
    // 9 probes, 3 nodes, 3 Services, without the 3 pods that would dial themselves by any node.
    expect(judged.dialled).to.have.length(2 * (9 * 3 * 3 - 3 * 3));
    expect(excused).to.deep.equal([]);
    expect(
      judged.dialled.every(({ address }) => session.nodes.some(({ addresses }) => addresses.IPv4 === address)),
    ).to.equal(true);
    expect(judgeExchange(judged, delivered).kept).to.equal(true);
  });

  it('are broken where one node serves none', async () => {
    const { session } = makeSession(({ at }) => (at === 'node-2' ? null : undefined), { knownAtOnce: true });
    const { judged } = await throughNodePorts(session);
    const { kept, edges } = judgeExchange(judged, delivered);
    expect(kept).to.equal(false);
    expect(new Set(edges.filter(({ problems }) => problems.length > 0).map(({ to }) => to.via?.node))).to.deep.equal(
      new Set(['node-2']),
    );
  }).timeout(30_000);

  it('say nothing where the same way is dead at the probes’ own addresses', async () => {
    const { session } = makeSession(({ at, from }) => (at === 'node-2' && from === 'node-1' ? null : undefined), {
      network: (_dial, { from, to }) => (from.node === 'node-1' && to.node === 'node-2' ? silence : null),
    });
    const { judged, excused } = await throughNodePorts(session);
    expect(judgeExchange(judged, delivered).kept).to.equal(true);
    expect(excused).to.deep.equal([]);
    expect(judged.dialled.some(({ from, to }) => from.node === 'node-1' && to.via?.node === 'node-2')).to.equal(false);
  }).timeout(30_000);

  it('are set aside over the one protocol that is dead', async () => {
    const { session } = makeSession(undefined, {
      network: ({ protocol }, { from, to }) =>
        protocol === 'UDP' && from.node === 'node-1' && to.node === 'node-2' ? silence : null,
    });
    const { judged, excused } = await throughNodePorts(session);
    const across = judged.dialled.filter(({ from, to }) => from.node === 'node-1' && to.via?.node === 'node-2');
    expect(new Set(across.map(({ protocol }) => protocol))).to.deep.equal(new Set(['TCP']));
    expect(new Set(excused.map(({ protocol }) => protocol))).to.deep.equal(new Set(['UDP']));
  }).timeout(30_000);

  it('are set aside on every way between two nodes whose pods lose some, though not all of their dials show it', async () => {
    const { session } = makeSession(undefined, {
      network: ({ protocol, datagrams = 1 }, { from, to }) =>
        protocol === 'UDP' && from.name === 'pod-a' && to.name === 'pod-a' && from.node !== to.node
          ? { attempts: datagrams, answered: Math.ceil(datagrams / 2) }
          : null,
    });
    const { judged, excused } = await throughNodePorts(session);
    // pod-b's dials lost nothing at the pods' own addresses.
    expect(excused.some(({ from }) => from.name === 'pod-b')).to.equal(true);
    expect(
      judged.dialled.filter(
        ({ from, to, protocol }) =>
          protocol === 'UDP' && from.kind === 'pod' && to.responders.some(({ node }) => node !== from.node),
      ),
    ).to.deep.equal([]);
    expect(judged.dialled.some(({ from, protocol }) => protocol === 'UDP' && from.kind === 'node')).to.equal(true);
  }).timeout(30_000);

  it('do not apply where none may be made, in the words of whoever refused; any other error is one', async () => {
    const refusal = Object.assign(new Error('refused'), {
      code: 'permission-missing',
      detail: 'exceeded quota: ports',
    });
    const { judged } = await throughNodePorts(makeSession(undefined, { refusal }).session);
    expect(judgeExchange(judged, delivered).notApplicable).to.equal(
      'no Service of type NodePort may be made here: exceeded quota: ports',
    );
    const { session } = makeSession();
    const { createServices } = session;
    const without: typeof createServices = async (wanted) =>
      (await createServices(wanted)).map((made) => ({ ...made, noNodePorts: 'a policy forbids them' }));
    const told = await throughNodePorts({ ...session, createServices: without });
    expect(judgeExchange(told.judged, delivered).notApplicable).to.match(/: a policy forbids them$/);
    const broken = makeSession(undefined, { refusal: new Error('the API server is gone') });
    const thrown = await throughNodePorts(broken.session).catch((error: unknown) => error);
    expect(thrown).to.have.property('message', 'the API server is gone');
  });
});
