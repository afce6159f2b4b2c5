import { expect } from 'chai';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createSilentServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'mocha';
import type { DialRecord } from '../../../lib/conversations/dial.ts';
import type { Line } from '../../../lib/conversations/lines.ts';
import { dialTo, quietPort, startAgent, startBridge, type TestAgent } from './agents.ts';

describe('agent', function () {
  this.timeout(60_000);
  let agent: TestAgent;

  before(async () => {
    agent = await startAgent('agent', {
      addresses: '127.0.0.1,127.0.0.2,::1',
      env: { FLATNET_POD_IPS: '10.0.0.1, fd00::1' },
    });
  });
  after(() => agent.stop());

  it('says who it is', async () => {
    const { records, end } = await agent.request({ kind: 'hello' });
    const [hello] = records;
    expect(hello).to.deep.include({
      kind: 'hello',
      declaredIPs: ['10.0.0.1', 'fd00::1'],
      nodeVersion: process.version,
    });
    expect(end).to.include({ records: 1, error: null });
  });

  it('ends a reply with the count and the digest of its records', async () => {
    const dials = Array.from({ length: 50 }, () => dialTo({ port: agent.port }));
    const { records, end, digest } = await agent.request({ kind: 'dial', concurrency: 8, dials });
    expect(end.records).to.equal(records.length);
    expect(end.digest).to.equal(digest);
    expect(end.stallMs).to.be.at.least(0);
  });

  it('tells a version or a kind that it does not know', async () => {
    const version = await agent.request({ kind: 'hello' }, { version: 2 });
    expect(version.end.error).to.match(/version 2/);
    const kind = await agent.request({ kind: 'dance' } as never);
    expect(kind.end.error).to.match(/"dance"/);
    const nonsense = await agent.request({ kind: 'listen' } as never);
    expect(nonsense.end.error).to.be.a('string');
  });

  it('answers a line that is no request', async () => {
    const socket = connect(agent.socketPath);
    socket.write('what?\n');
    const [text] = (await once(createInterface({ input: socket }), 'line')) as [string];
    const line = JSON.parse(text) as Extract<Line, { end: unknown }>;
    expect(line).to.include({ id: '' });
    expect(line.end.error).to.be.a('string');
    socket.destroy();
  });

  it('reads requests however they were cut', async () => {
    const socket = connect(agent.socketPath);
    const text = `${JSON.stringify({ version: 1, id: 'größe', kind: 'hello' })}\n`;
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    for (const byte of Buffer.from(text + text)) {
      socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    const seen = [];
    for (let count = 0; count < 4; count += 1) seen.push(JSON.parse((await lines.next()).value as string) as Line);
    expect(seen.map((line) => 'id' in line && line.id)).to.deep.equal(Array(4).fill('größe'));
    socket.destroy();
  });

  it('carries out several requests at a time', async () => {
    const ended: string[] = [];
    const silent = createSilentServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const slow = agent.dial({ port, timeoutMs: 500, payloadBytes: 0 }).then(() => ended.push('slow'));
    const quick = agent.request({ kind: 'hello' }).then(() => ended.push('quick'));
    await Promise.all([slow, quick]);
    silent.close();
    expect(ended).to.deep.equal(['quick', 'slow']);
  });

  it('passes on a hundred thousand records whole, to a reader that is late', async () => {
    const nonces = Array.from({ length: 100_000 }, (_, at) => `many-${at}`);
    const socket = connect(agent.socketPath);
    const dials = nonces.map((nonce) => ({ ...dialTo({ port: 0 }), nonce }));
    socket.write(`${JSON.stringify({ version: 1, id: 'many', kind: 'dial', concurrency: 64, dials })}\n`);
    await once(socket, 'readable');
    await agent.request({ kind: 'hello' });
    const seen: string[] = [];
    let end: Line | undefined;
    for await (const text of createInterface({ input: socket })) {
      const line = JSON.parse(text) as Line;
      if ('record' in line) seen.push((line.record as DialRecord).nonce);
      if ('end' in line) {
        end = line;
        break;
      }
    }
    socket.destroy();
    expect(end).to.have.nested.property('end.records', nonces.length);
    expect(seen.toSorted()).to.deep.equal(nonces.toSorted());
  });

  it('listens on more ports, and stops', async () => {
    const other = await startAgent('other');
    const port = quietPort();
    const { records } = await agent.request({ kind: 'listen', ports: [port, other.port] });
    expect(records).to.deep.equal([
      { kind: 'listen', protocol: 'TCP', port, error: null },
      { kind: 'listen', protocol: 'UDP', port, error: null },
      { kind: 'listen', protocol: 'TCP', port: other.port, error: 'EADDRINUSE' },
      { kind: 'listen', protocol: 'UDP', port: other.port, error: 'EADDRINUSE' },
    ]);
    const dials = [{ port }, { port, protocol: 'UDP' as const }, { port, address: '::1' }];
    const listening = await other.dial(...dials);
    const again = await agent.request({ kind: 'listen', ports: [port, agent.port, 0] });
    await agent.request({ kind: 'unlisten' });
    const later = await other.dial(...dials);
    await other.stop();
    expect(listening.map((record) => record.outcome)).to.deep.equal(['delivered', 'delivered', 'delivered']);
    expect(again.records.map(({ error }) => error)).to.deep.equal([null, null, null, null, 'EINVAL', 'EINVAL']);
    expect(later.map((record) => record.outcome)).to.deep.equal(['refused', 'refused', 'refused']);
  });

  it('remembers what it received, and from whom', async () => {
    const dials = [dialTo({ port: agent.port }), dialTo({ port: agent.port, protocol: 'UDP', datagrams: 3 })];
    const dialled = (await agent.request({ kind: 'dial', concurrency: 2, dials })).records;
    const nonces = dials.map((dial) => dial.nonce);
    const { records } = await agent.request({ kind: 'seen', withinMs: 30_000, nonces: [...nonces, 'never sent'] });
    const seen = records.slice(0, -2).map((record) => ({ ...record, lateMs: 0 }));
    expect(seen).to.deep.equal(
      nonces.map((nonce, at) => ({
        kind: 'seen',
        nonce,
        received: at === 0 ? 1 : 3,
        peer: dialled.find((record) => record.nonce === nonce)!.local,
        lateMs: 0,
      })),
    );
    expect(records.at(-2)).to.deep.equal({ kind: 'half-open', connections: [] });
  });

  it('asks servers on its own loopback address, and no other', async () => {
    const server = createServer((request, response) => response.end(`mode of ${request.url}`));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const ask = { kind: 'loopback', path: '/proxyMode', timeoutMs: 10_000 } as const;
    const { records } = await agent.request({ ...ask, port });
    await new Promise((resolve) => server.close(resolve));
    expect(records).to.deep.equal([{ kind: 'loopback', status: 200, body: 'mode of /proxyMode', error: null }]);
    const refused = await agent.request({ ...ask, port });
    expect(refused.records[0]).to.include({ status: null, error: 'ECONNREFUSED' });
    const foreign = await agent.request({ ...ask, port: 1, path: 'http://192.0.2.1/ x' });
    expect(foreign.records[0]).to.include({ status: null });
  });

  it('gives up on a port that is taken', async () => {
    const second = startAgent('second', { env: { FLATNET_PORT: String(agent.port) } });
    const error = await second.then(
      () => null,
      (thrown: Error) => thrown,
    );
    expect(error?.message).to.equal('the agent ended with 1 before it said hello');
  });
});

describe('agent, at its end', function () {
  this.timeout(60_000);

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it(`exits with 0 on ${signal}, and the bridge says that it is gone`, async () => {
      const agent = await startAgent('brief');
      const bridge = startBridge(agent.socketPath);
      bridge.stdin!.write('{"version":1,"id":"1","kind":"hello"}\n');
      await once(bridge.stdout!, 'data');
      const errors: string[] = [];
      bridge.stderr!.on('data', (text: Buffer) => errors.push(text.toString()));
      agent.process.kill(signal);
      const [[code], [bridgeCode]] = await Promise.all([once(agent.process, 'exit'), once(bridge, 'close')]);
      await agent.stop();
      expect(code).to.equal(0);
      expect(bridgeCode).to.equal(1);
      expect(errors.join('')).to.match(/^flatnet bridge: [^\n]+\n$/);
    });

  it('still gets the replies when the bridge’s input ends, then the bridge ends with 0', async () => {
    const agent = await startAgent('asked');
    const bridge = startBridge(agent.socketPath);
    bridge.stdin!.end('{"version":1,"id":"1","kind":"hello"}\n');
    const lines: string[] = [];
    createInterface({ input: bridge.stdout! }).on('line', (line) => lines.push(line));
    const [code] = await once(bridge, 'close');
    await agent.stop();
    expect(lines).to.have.length(2);
    expect(code).to.equal(0);
  });
});
