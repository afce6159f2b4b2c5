/** Services with pods on the host network: who dials them, and what is judged of it. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { throughClusterIPs } from '../../../../lib/service-paths/cluster-ips.ts';
import { silence } from '../../mesh/make-believe-service.ts';
import { makeSession, type Proxied } from '../make-believe-session.ts';

const isOfHost = (name: string): boolean => name.startsWith('host-network-of');

/** Over UDP alone. */
const lostAt =
  (node: string): Proxied =>
  ({ service, dial, from }) =>
    isOfHost(service.name) && service.pods[0] === `node-of-${node}` && from === node && dial.protocol === 'UDP'
      ? null
      : undefined;

describe('Services with pods on the host network', () => {
  it('are one for each node, dialled by every probe of it, the node itself, too, and by those of two others', async () => {
    const { session, wanted } = makeSession(undefined, { nodes: 4 });
    const { hosts, others, selves, onHostNetwork } = await throughClusterIPs(session);
    expect(wanted.filter(({ name }) => isOfHost(name)).map(({ pods }) => pods)).to.deep.equal(
      [1, 2, 3, 4].map((n) => [`node-of-node-${n}`]),
    );
    const { judged, excused } = onHostNetwork;
    expect(judged.dialled).to.have.length(12 * 3 * 2);
    expect(judged.dialled.filter(({ from, to }) => to.mayAnswer.has(from.uid))).to.have.length(4 * 2);
    expect(judged.dialled.every(({ record }) => record?.outcome === 'delivered')).to.equal(true);
    expect(excused).to.deep.equal([]);
    expect([...others.dialled, ...selves.dialled].some(({ to }) => hosts.includes(to))).to.equal(false);
  });

  it('are left out, and others are not, where the cluster refuses more Services', async () => {
    const { session } = makeSession(undefined, { nodes: 3 });
    const refusing: typeof session = {
      ...session,
      createServices: async (wanted) => {
        if (!wanted.some(({ name }) => isOfHost(name))) return session.createServices(wanted);
        throw Object.assign(new Error('refused'), { code: 'admission-refused', detail: 'exceeded quota' });
      },
    };
    const { others, onHostNetwork } = await throughClusterIPs(refusing);
    expect(others.dialled.length).to.be.above(0);
    expect(onHostNetwork.judged.nothingToDial).to.equal('none may be made here: exceeded quota');
  });

  it('are judged where they alone do not answer', async () => {
    const { session } = makeSession(lostAt('node-2'), { knownAtOnce: true });
    const { onHostNetwork, others } = await throughClusterIPs(session);
    const lost = onHostNetwork.judged.dialled.filter(({ record }) => record?.outcome === 'timeout');
    expect(lost.map(({ from, protocol }) => `${from.name} ${protocol}`)).to.have.members([
      'pod-a UDP',
      'pod-b UDP',
      'node UDP',
    ]);
    expect(others.dialled.every(({ record }) => record?.outcome === 'delivered')).to.equal(true);
    // That they are not answered is no matter of addresses.
    expect(onHostNetwork.keeping.dialled.every(({ record }) => record?.outcome === 'delivered')).to.equal(true);
  });

  it('are not judged where the node does not answer at its own address either', async () => {
    const { session } = makeSession(lostAt('node-2'), {
      knownAtOnce: true,
      network: (_dial, { from, to }) => (from.kind === 'pod' && to.kind === 'node' ? silence : null),
    });
    const { judged, excused, keeping } = (await throughClusterIPs(session)).onHostNetwork;
    expect(judged.dialled.every(({ from }) => from.kind === 'node')).to.equal(true);
    expect(excused.every(({ from }) => from.kind === 'pod')).to.equal(true);
    expect(keeping.nothingToDial).to.be.a('string');
  });

  it('must keep a pod’s address where the way to the node does, and other Services do', async () => {
    const peer = { address: '198.18.9.9', port: 50_000 };
    const views = [{ who: { pod: '', uid: '', node: '', instance: '' }, local: peer, peer }];
    const masqueraded: Proxied = ({ service, by }) => (isOfHost(service.name) && by === 'pod' ? { views } : undefined);
    const kept = await throughClusterIPs(makeSession(masqueraded).session);
    expect(kept.onHostNetwork.keeping.dialled).to.have.length(4 * 2 * 2);

    const beside = makeSession(masqueraded, {
      network: (_dial, { from, to }) =>
        from.kind === 'pod' && to.kind === 'node' && from.node !== to.node
          ? { views: [{ who: to.hello.identity, local: { address: to.addresses.IPv4!, port: 1 }, peer }] }
          : null,
    });
    const { keeping } = (await throughClusterIPs(beside.session)).onHostNetwork;
    expect(keeping.dialled.every(({ from, to }) => from.node === to.node)).to.equal(true);
    expect(keeping.dialled).to.have.length(4 * 2);

    const everywhere = makeSession(({ by }) => (by === 'pod' ? { views } : undefined));
    expect((await throughClusterIPs(everywhere.session)).onHostNetwork.keeping.dialled).to.deep.equal([]);
  });

  it('are none where no probe is on the host network', async () => {
    const { session, wanted } = makeSession();
    const { onHostNetwork } = await throughClusterIPs({ ...session, nodes: [] });
    expect(wanted.some(({ name }) => isOfHost(name))).to.equal(false);
    expect(onHostNetwork.judged.nothingToDial).to.equal('there is no probe on the host network');
  });
});
