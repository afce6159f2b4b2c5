import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { echoReplyData, echoRequest, internetChecksum } from '../../../../lib/probe/raw/icmp.ts';
import { startAgent, type TestAgent } from '../agents.ts';

describe('raw', function () {
  this.timeout(60_000);
  let probe: TestAgent;

  before(async function () {
    if (process.getuid?.() !== 0) this.skip();
    probe = await startAgent('raw');
  });
  after(() => probe.stop());

  it('hears the kernel echo, and itself over IP protocol 253', async () => {
    const { records, end } = await probe.request({
      kind: 'raw',
      timeoutMs: 10_000,
      targets: ['127.0.0.1', '::1'].map((address) => ({ address, protocols: ['ICMP echo', 'IP protocol 253'] })),
    });
    expect(end.error).to.equal(null);
    expect(records).to.have.length(4);
    for (const record of records) expect(record).to.include({ result: 'answered', reason: null });
  });

  it('gives every try a record, also one that can not be made', async () => {
    const { records } = await probe.request({
      kind: 'raw',
      timeoutMs: 1000,
      targets: [{ address: 'nowhere', protocols: ['ICMP echo', 'IP protocol 253', 'SCTP'] }],
    });
    expect(records).to.have.length(3);
    for (const record of records) expect(record).to.include({ result: 'not checked', reason: 'not an IP address' });
  });

  it('listens without a record', async () => {
    const { records, end } = await probe.request({ kind: 'raw-listen', forMs: 100 });
    expect(records).to.deep.equal([]);
    expect(end.error).to.equal(null);
  });

  it('says so when the container has no CAP_NET_RAW', async () => {
    const poor = await startAgent('poor', { spawnWith: ['setpriv', '--bounding-set=-net_raw', '--inh-caps=-net_raw'] });
    const [hello] = (await poor.request({ kind: 'hello' })).records;
    const tried = await poor.request({
      kind: 'raw',
      timeoutMs: 1000,
      targets: [{ address: '127.0.0.1', protocols: ['ICMP echo'] }],
    });
    const listened = await poor.request({ kind: 'raw-listen', forMs: 100 });
    await poor.stop();
    expect(hello).to.include({ noRawSockets: 'no CAP_NET_RAW' });
    expect(tried.records[0]).to.include({ result: 'not checked', reason: 'no CAP_NET_RAW' });
    expect(listened.end.error).to.equal(null);
  });
});

describe('ICMP echo', () => {
  it('has the checksum of RFC 1071', () => {
    const packet = echoRequest('IPv4', 0x1234, Buffer.from('abc'));
    expect(internetChecksum(Buffer.from([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]))).to.equal(0x220d);
    expect(internetChecksum(packet)).to.equal(0);
  });

  it('reads replies, and nothing else', () => {
    const request = echoRequest('IPv6', 1, Buffer.from('abc'));
    expect(echoReplyData('IPv6', request)).to.equal(null);
    request[0] = 129;
    expect(echoReplyData('IPv6', request)?.toString()).to.equal('abc');
    expect(echoReplyData('IPv6', request.subarray(0, 7))).to.equal(null);
  });
});

describe('path-mtu', function () {
  this.timeout(60_000);
  let probe: TestAgent;

  before(async () => {
    probe = await startAgent('mtu');
  });
  after(() => probe.stop());

  it('is what the kernel says of a route, without a capability; null for what is no address', async () => {
    const { records, end } = await probe.request({ kind: 'path-mtu', addresses: ['127.0.0.1', '::1', 'nowhere'] });
    expect(end.error).to.equal(null);
    expect(records).to.have.deep.members([
      { kind: 'path-mtu', address: '127.0.0.1', mtu: 65_535 },
      { kind: 'path-mtu', address: '::1', mtu: 65_536 },
      { kind: 'path-mtu', address: 'nowhere', mtu: null },
    ]);
  });
});

describe('routes', function () {
  this.timeout(60_000);
  let probe: TestAgent;

  before(async () => {
    probe = await startAgent('routes');
  });
  after(() => probe.stop());

  it('are what the kernel says, without a capability; what is no address is left out', async () => {
    const { records, end } = await probe.request({ kind: 'routes', addresses: ['127.0.0.1', '::1', 'nowhere'] });
    expect(end.error).to.equal(null);
    expect(records).to.have.length(1);
    const [record] = records;
    expect(record?.routes.map(({ table: _any, ...route }) => route)).to.deep.equal([
      { address: '127.0.0.1', gateway: null, device: 'lo', error: null },
      { address: '::1', gateway: null, device: 'lo', error: null },
    ]);
    const usual = record?.rules.filter(({ priority }) => [0, 32_766, 32_767].includes(priority));
    expect(usual).to.deep.equal([]);
  });
});
