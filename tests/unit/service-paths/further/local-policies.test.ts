/** Services that keep to their nodes: who must answer, and who must not. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { throughLocalPolicies } from '../../../../lib/service-paths/further/local-policies.ts';
import { delivered, sourceAddressKept, unanswered } from '../../../../lib/verdict/oracle/expectation.ts';
import { judgeExchange } from '../../../../lib/verdict/oracle/judgement.ts';
import { silence } from '../../mesh/make-believe-service.ts';
import { besidePolicy, makeSession, type MakeBelieveOptions, type Proxied } from '../make-believe-session.ts';

async function judge(
  proxied?: Proxied,
  {
    beside = (session) => session,
    ...more
  }: { beside?: typeof besidePolicy } & Pick<MakeBelieveOptions, 'network'> = {},
): Promise<Record<'internal' | 'external' | 'nobody', ReturnType<typeof judgeExchange>>> {
  const { session } = makeSession(proxied, { nodes: 3, knownAtOnce: true, ...more });
  const { internal, external, nobody } = await throughLocalPolicies(beside(session));
  return {
    internal: judgeExchange(internal, delivered),
    external: judgeExchange(external, sourceAddressKept),
    nobody: judgeExchange(nobody, unanswered),
  };
}

describe('Services that keep to their nodes', () => {
  it('are dialled from inside by pods and nodes, by NodePort by other nodes; the last node has no pod', async () => {
    const { internal, external, nobody } = await judge();
    // Over two protocols: a pod and the node, on two nodes; two nodes from two others each; the last node's three probes' own, and its port from two nodes.
    expect([internal, external, nobody].map(({ edges }) => edges.length)).to.deep.equal([2 * 4, 2 * 4, 2 * (2 + 2)]);
    expect([internal, external, nobody].map(({ kept }) => kept)).to.deep.equal([true, true, true]);
    expect(internal.edges.every(({ from, to }) => from.node === to.node)).to.equal(true);
    expect(external.edges.every(({ from, to }) => from.node !== to.node && to.node === to.via?.node)).to.equal(true);
    expect(new Set(nobody.edges.map(({ outcome }) => outcome))).to.deep.equal(new Set(['denied']));
  });

  it('are judged beside policies of somebody else, where these forbid nothing on the way to the pods', async () => {
    const { internal, nobody } = await judge(undefined, { beside: besidePolicy });
    expect([internal, nobody].map(({ kept }) => kept)).to.deep.equal([true, true]);
    // Over UDP the last node's pods reach nobody: that they get no answer through the Service either proves nothing.
    const { nobody: told } = await judge(undefined, {
      beside: besidePolicy,
      network: (dial, { from }) => (dial.protocol === 'UDP' && from.node === 'node-3' ? silence : null),
    });
    expect(told.edges.map(({ protocol, outcome }) => `${protocol} ${outcome}`)).to.deep.equal(
      Array(4).fill('TCP denied'),
    );
  });

  it('are broken where a pod of another node answers', async () => {
    const { internal, nobody } = await judge(({ service }) =>
      service.name === 'internal-local' ? 'pod-b-of-node-1' : undefined,
    );
    expect(internal.edges.filter(({ problems }) => problems.includes('wrong responder'))).to.have.length(4);
    expect(nobody.edges.filter(({ problems }) => problems.includes('not denied'))).to.have.length(4);
  });

  it('are broken where the client’s address is not kept', async () => {
    const { external } = await judge(({ service, at }) => {
      if (service.name !== 'external-local' || at !== 'node-2') return undefined;
      const who = { pod: 'pod-b-of-node-2', uid: 'uid-node-2-pod-b', node: 'node-2', instance: '' };
      return { views: [{ who, local: { address: '198.18.2.3', port: 1 }, peer: { address: '198.18.2.4', port: 1 } }] };
    });
    expect(
      new Set(external.edges.filter(({ problems }) => problems.length > 0).map(({ to }) => to.node)),
    ).to.deep.equal(new Set(['node-2']));
  });

  it('say nothing of dials from outside where sockets of nodes lead straight to pods', async () => {
    const { external, nobody, internal } = await judge(({ service, from, by }) => {
      if (service.name !== 'external-local' || by !== 'node') return undefined;
      const who = { pod: 'pod-b-of-node-1', uid: 'uid-node-1-pod-b', node: 'node-1', instance: '' };
      const local = { address: `198.18.${from.at(-1)}.99`, port: 50_000 };
      return { outcome: 'delivered', local, views: [{ who, local: { address: '198.18.1.3', port: 1 }, peer: local }] };
    });
    expect(external.notApplicable).to.include('translated at their sockets');
    expect([internal, nobody].map(({ kept }) => kept)).to.deep.equal([true, true]);
    expect(nobody.edges.every(({ to }) => to.via?.kind === 'ClusterIP')).to.equal(true);
  });

  it('say nothing of them either where such a socket keeps its address: a pod elsewhere than on the dialled node sees it', async () => {
    const { external, nobody } = await judge(fromNodes({ seesPort: 50_000 }));
    // What node-1's own pod answers by the port of node-1 may have come by it.
    expect(new Set(external.edges.map(({ to }) => to.node))).to.deep.equal(new Set(['node-1']));
    expect([external, nobody].map(({ kept }) => kept)).to.deep.equal([true, true]);
    expect(nobody.edges.every(({ to }) => to.via?.kind === 'ClusterIP')).to.equal(true);
  });

  it('are broken where the dialled node passes a dial on: the pod elsewhere sees another port', async () => {
    const { external, nobody } = await judge(fromNodes({ seesPort: 61_000 }));
    const passedOn = external.edges.filter(({ problems }) => problems.includes('wrong responder'));
    expect(new Set(passedOn.map(({ to }) => to.node))).to.deep.equal(new Set(['node-2']));
    const byPort = nobody.edges.filter(({ to }) => to.via?.kind === 'NodePort');
    expect(byPort.length).to.be.greaterThan(0);
    expect(byPort.every(({ problems }) => problems.includes('not denied'))).to.equal(true);
  });

  /** A pod of node-1 gets what nodes dial by the ports of others, from their own addresses, and from this port where they used 50,000. */
  function fromNodes({ seesPort }: { seesPort: number }): Proxied {
    return ({ service, by, client }) => {
      if (service.name !== 'external-local' || by !== 'node') return undefined;
      const who = { pod: 'pod-b-of-node-1', uid: 'uid-node-1-pod-b', node: 'node-1', instance: '' };
      const address = client.addresses.IPv4!;
      const peer = { address, port: seesPort };
      const local = { address, port: 50_000 };
      return { outcome: 'delivered', local, views: [{ who, local: { address: '198.18.1.3', port: 1 }, peer }] };
    };
  }
});
