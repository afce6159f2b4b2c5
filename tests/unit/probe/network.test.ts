import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import type { Protocol } from '../../../lib/conversations/basics.ts';
import { byKind } from '../../../lib/conversations/by-kind.ts';
import type { Dial, DialRecord } from '../../../lib/conversations/dial.ts';
import { dialTo, startAgent, type TestAgent } from './agents.ts';
import { canIsolate, makeNamespaces, type Cabled } from './namespaces.ts';

describe('probes on a network', function () {
  this.timeout(60_000);
  let [near, far]: Cabled[] = [];
  let remove = (): void => {};
  let dialler: TestAgent;
  let responder: TestAgent;

  before(async function () {
    if (!canIsolate()) this.skip();
    ({ near, far, remove } = makeNamespaces());
    [dialler, responder] = await Promise.all([
      startAgent('dialler', { addresses: '', spawnWith: near.inside }),
      startAgent('responder', { addresses: '', spawnWith: far.inside }),
    ]);
  });
  after(async () => {
    await Promise.all([dialler?.stop(), responder?.stop()]);
    remove();
  });
  afterEach(() => {
    for (const side of [near, far]) for (const table of ['filter', 'nat']) side?.run('iptables', '-t', table, '-F');
  });

  async function dialBoth(dial: Partial<Dial> = {}): Promise<Record<Protocol, DialRecord>> {
    const to = { address: far!.address, port: responder.port, ...dial };
    const [tcp, udp] = [dialTo({ ...to, protocol: 'TCP' }), dialTo({ ...to, protocol: 'UDP' })];
    const records = await dialler.dial(tcp, udp);
    const of = (dialled: Dial): DialRecord => records.find((record) => record.nonce === dialled.nonce)!;
    return { TCP: of(tcp), UDP: of(udp) };
  }

  it('listen on their own addresses, not on loopback', async () => {
    const { records } = await responder.request({ kind: 'hello' });
    expect(records[0]).to.have.deep.property('interfaces', [
      { name: 'eth0', address: far!.address, family: 'IPv4', mtu: 1500 },
    ]);
    const own = await responder.dial({ address: '127.0.0.1', port: responder.port });
    expect(own[0]?.outcome).to.equal('refused');
  });

  it('see the same at both ends of an untranslated exchange', async () => {
    for (const record of Object.values(await dialBoth())) {
      expect(record.outcome).to.equal('delivered');
      expect(record.local?.address).to.equal(near!.address);
      expect(record.views).to.have.length(1);
      expect(record.views[0]?.peer).to.deep.equal(record.local);
      expect(record.views[0]?.local).to.deep.equal({ address: far!.address, port: responder.port });
    }
  });

  it('see that a port was translated', async () => {
    for (const protocol of ['tcp', 'udp'])
      near!.run(
        'iptables',
        '-t',
        'nat',
        '-A',
        'POSTROUTING',
        '-p',
        protocol,
        '-j',
        'MASQUERADE',
        '--to-ports',
        '1000-1010',
      );
    for (const record of Object.values(await dialBoth())) {
      expect(record.outcome).to.equal('delivered');
      expect(record.views[0]?.peer.address).to.equal(near!.address);
      expect(record.views[0]?.peer.port).to.be.within(1000, 1010);
      expect(record.local?.port).to.be.above(1010);
    }
  });

  it('are refused by a rule that says "port unreachable"', async () => {
    far!.run('iptables', '-A', 'INPUT', '-j', 'REJECT');
    for (const record of Object.values(await dialBoth())) expect(record.outcome).to.equal('refused');
  });

  it('tell that a rule says "prohibited"', async () => {
    far!.run('iptables', '-A', 'INPUT', '-j', 'REJECT', '--reject-with', 'icmp-admin-prohibited');
    for (const record of Object.values(await dialBoth()))
      expect(record).to.include({ outcome: 'unreachable', error: 'EHOSTUNREACH' });
  });

  it('tell that there is no route', async () => {
    for (const record of Object.values(await dialBoth({ address: '198.19.0.1' })))
      expect(record).to.include({ outcome: 'unreachable', error: 'ENETUNREACH' });
  });

  it('run out of time where packets vanish, and still know their own end', async () => {
    far!.run('iptables', '-A', 'INPUT', '-j', 'DROP');
    for (const record of Object.values(await dialBoth({ timeoutMs: 300, sourcePort: 4321 }))) {
      expect(record).to.include({ outcome: 'timeout', connectMs: null, answered: 0 });
      expect(record.local).to.deep.equal({ address: near!.address, port: 4321 });
    }
  });

  it('tell a lost request from a lost answer', async () => {
    const received = async (side: Cabled, chain: string): Promise<number> => {
      side.run('iptables', '-A', chain, '-p', 'udp', '-j', 'DROP');
      const { UDP } = await dialBoth({ timeoutMs: 300 });
      side.run('iptables', '-F');
      const { records } = await responder.request({ kind: 'seen', withinMs: 30_000, nonces: [UDP.nonce] });
      return byKind(records).seen?.length ?? 0;
    };
    expect(await received(far!, 'INPUT')).to.equal(0);
    expect(await received(near!, 'INPUT')).to.equal(1);
  });

  it('see a handshake that stands half open', async () => {
    far!.run('iptables', '-A', 'INPUT', '-p', 'tcp', '--tcp-flags', 'SYN,ACK', 'ACK', '-j', 'DROP');
    const [record] = await dialler.dial({ address: far!.address, port: responder.port, timeoutMs: 300 });
    const { records } = await responder.request({ kind: 'seen', withinMs: 30_000, nonces: [] });
    expect(record?.outcome).to.equal('timeout');
    expect(records[0]).to.deep.equal({
      kind: 'half-open',
      connections: [{ local: { address: far!.address, port: responder.port }, peer: record?.local }],
    });
  });

  it('answer IP protocol 253 while they were told to, and only then', async () => {
    const ask = {
      kind: 'raw',
      timeoutMs: 2_000,
      targets: [{ address: far!.address, protocols: ['ICMP echo', 'IP protocol 253'] }],
    } as const;
    const results = async (): Promise<unknown[]> => {
      const { records } = await dialler.request({ ...ask, targets: [...ask.targets] as never });
      return records
        .map(({ protocol, result }) => `${protocol}: ${result}`)
        .toSorted((one, other) => one.localeCompare(other));
    };
    const deaf = await results();
    await responder.request({ kind: 'raw-listen', forMs: 30_000 });
    expect([deaf, await results()]).to.deep.equal([
      ['ICMP echo: answered', 'IP protocol 253: no answer'],
      ['ICMP echo: answered', 'IP protocol 253: answered'],
    ]);
  });

  it('listen, on a node, only where Kubernetes knows it', async () => {
    far!.run('ip', 'addr', 'add', '198.18.0.7/32', 'dev', 'eth0');
    const env = { FLATNET_KIND: 'node', FLATNET_HOST_IPS: far!.address };
    const node = await startAgent('node', { addresses: '', spawnWith: far!.inside, env });
    const records = await node.dial(
      { address: far!.address, port: node.port },
      { address: '198.18.0.7', port: node.port },
    );
    await node.stop();
    const outcomes = Object.fromEntries(records.map((record) => [record.local?.address, record.outcome]));
    expect(outcomes).to.deep.equal({ [far!.address]: 'delivered', '198.18.0.7': 'refused' });
  });

  it('listen everywhere on a node that has none of the addresses that Kubernetes knows', async () => {
    const env = { FLATNET_KIND: 'node', FLATNET_HOST_IPS: '198.18.0.99' };
    const node = await startAgent('node', { addresses: '', spawnWith: far!.inside, env });
    const [record] = await node.dial({ address: far!.address, port: node.port });
    await node.stop();
    expect(record?.outcome).to.equal('delivered');
  });
});
