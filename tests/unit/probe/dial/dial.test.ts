import { expect } from 'chai';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, before, describe, it } from 'mocha';
import type { Protocol } from '../../../../lib/conversations/basics.ts';
import type { DialRecord } from '../../../../lib/conversations/dial.ts';
import { payload } from '../../../../lib/probe/speech/payload.ts';
import { questionHead } from '../../../../lib/probe/speech/speech.ts';
import { quietPort, startAgent, type TestAgent } from '../agents.ts';

const protocols: Protocol[] = ['TCP', 'UDP'];

function only(records: DialRecord[]): DialRecord {
  expect(records).to.have.length(1);
  return records[0]!;
}

const servers: Server[] = [];

/** A server that is none of ours; closed at the end. */
async function tcpServer(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => serve(socket.on('error', () => {})));
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('dial', function () {
  this.timeout(60_000);
  let dialler: TestAgent;
  let responder: TestAgent;

  before(async () => {
    [dialler, responder] = await Promise.all([
      startAgent('dialler', { addresses: '127.0.0.1,::1' }),
      startAgent('responder', { addresses: '127.0.0.1,127.0.0.2,::1' }),
    ]);
  });
  after(() => {
    for (const server of servers) server.close();
    return Promise.all([dialler.stop(), responder.stop()]);
  });

  for (const protocol of protocols)
    for (const address of ['127.0.0.1', '127.0.0.2', '::1'])
      for (const payloadBytes of [0, 1, 1400, 60_000])
        it(`delivers ${payloadBytes} bytes over ${protocol} to ${address}, and both ends see the same`, async () => {
          const { port } = responder;
          const record = only(await dialler.dial({ protocol, address, port, payloadBytes }));
          expect(record).to.include({ outcome: 'delivered', attempts: 1, answered: 1, error: null });
          expect(record.views).to.have.length(1);
          const [view] = record.views;
          expect(view!.who).to.include({ pod: 'responder', uid: 'uid-of-responder', node: 'node-of-responder' });
          expect(view!.local).to.deep.equal({ address, port });
          expect(view!.peer).to.deep.equal(record.local);
          expect(record.firstAnswerMs).to.be.a('number');
        });

  for (const address of ['127.0.0.2', '::1'])
    it(`delivers the least datagrams to ${address}, which the responder knows by their nonce`, async () => {
      const { port } = responder;
      for (const questionBytes of [15, 100]) {
        const nonce = `least-${questionBytes}-${address}`;
        const record = only(await dialler.dial({ nonce, protocol: 'UDP', address, port, questionBytes, datagrams: 3 }));
        expect(record).to.include({ outcome: 'delivered', attempts: 3, answered: 3, error: null });
        expect(record.views[0]?.local).to.deep.equal({ address, port });
        const { records } = await responder.request({ kind: 'seen', nonces: [nonce], withinMs: 0 });
        expect(records.find((one) => one.kind === 'seen')).to.include({ nonce, received: 3 });
      }
      const short = only(await dialler.dial({ protocol: 'UDP', address, port, questionBytes: 14 }));
      expect(short).to.include({ outcome: 'inconclusive', error: 'not a length of a question' });
    });
  it('only connects where that is what is asked for: whoever listens hears nothing, and the end', async () => {
    const heard = Promise.withResolvers<number>();
    const port = await tcpServer((socket) => {
      let bytes = 0;
      socket.on('data', (piece: Buffer) => (bytes += piece.length));
      socket.on('end', () => heard.resolve(bytes));
    });
    const way = { protocol: 'TCP', address: '127.0.0.1', connectOnly: true } as const;
    const record = only(await dialler.dial({ ...way, port }));
    expect(record).to.include({ outcome: 'delivered', attempts: 1, answered: 1, error: null });
    expect(record.connectMs).to.be.a('number');
    expect(await heard.promise).to.equal(0);
    expect(only(await dialler.dial({ ...way, port: quietPort() }))).to.include({ outcome: 'refused' });
  });

  it('delivers a mebibyte over TCP', async () => {
    const record = only(await dialler.dial({ port: responder.port, payloadBytes: 1024 * 1024 }));
    expect(record.outcome).to.equal('delivered');
  });

  it('asks for datagrams smaller than its own, never larger', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    for (const [answerBytes, expected] of [
      [undefined, 1_400],
      [1_000, 1_000],
      [9_000, 1_400],
    ] as const) {
      const asked = answerBytes === undefined ? {} : { answerBytes };
      const head = questionHead({ nonce: 'n', sequence: 0, bytes: 1_272, ...asked });
      socket.send(Buffer.concat([head, ...payload('ask', 'n', 0, 1_272)]), responder.port, '127.0.0.1');
      const [answer] = (await once(socket, 'message')) as [Buffer];
      expect(answer).to.have.length(expected);
    }
    socket.close();
    const { port } = responder;
    const record = only(await dialler.dial({ protocol: 'UDP', port, payloadBytes: 1_272, answerBytes: 1_000 }));
    expect(record).to.include({ outcome: 'delivered', answered: 1 });
  });

  it('reaches itself', async () => {
    for (const protocol of protocols) {
      const record = only(await dialler.dial({ protocol, port: dialler.port }));
      expect(record.views[0]?.who.pod).to.equal('dialler');
    }
  });

  it('sends every datagram, and counts the answers', async () => {
    const record = only(await dialler.dial({ protocol: 'UDP', port: responder.port, datagrams: 20, intervalMs: 1 }));
    expect(record).to.include({ outcome: 'delivered', attempts: 20, answered: 20 });
    expect(record.views).to.have.length(1);
  });

  it('dials from the source port it was told, again and again', async () => {
    const sourcePort = quietPort();
    for (const protocol of protocols)
      for (let round = 0; round < 3; round += 1) {
        const record = only(await dialler.dial({ protocol, port: responder.port, sourcePort }));
        expect(record.outcome).to.equal('delivered');
        expect(record.local?.port).to.equal(sourcePort);
        expect(record.views[0]?.peer.port).to.equal(sourcePort);
      }
  });

  it('is refused where nobody listens', async () => {
    for (const protocol of protocols) {
      const record = only(await dialler.dial({ protocol, port: 1 }));
      expect(record).to.include({ outcome: 'refused', answered: 0, error: 'ECONNREFUSED' });
    }
  });

  it('is reset by a server that closes without an answer', async () => {
    const port = await tcpServer((socket) => {
      socket.resume();
      socket.once('data', () => socket.end());
    });
    expect(only(await dialler.dial({ port }))).to.include({
      outcome: 'reset',
      error: 'closed without an answer',
    });
  });

  it('is reset by a server that resets', async () => {
    const port = await tcpServer((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    expect(only(await dialler.dial({ port })).outcome).to.equal('reset');
  });

  it('runs out of time where nobody answers, and knows its own end', async () => {
    const port = await tcpServer((socket) => void socket.resume());
    const silent = createSocket('udp4').bind(0, '127.0.0.1');
    await once(silent, 'listening');
    const records = await dialler.dial(
      { port, timeoutMs: 200 },
      { protocol: 'UDP', port: silent.address().port, timeoutMs: 200, datagrams: 2 },
    );
    silent.close();
    for (const record of records) {
      expect(record.outcome).to.equal('timeout');
      expect(record.local?.address).to.equal('127.0.0.1');
    }
  });

  it('calls an echo server a wrong responder', async () => {
    const port = await tcpServer((socket) => void socket.pipe(socket));
    const echo = createSocket('udp4').bind(0, '127.0.0.1');
    await once(echo, 'listening');
    echo.on('message', (text, from) => echo.send(text, from.port, from.address));
    const records = await dialler.dial({ port }, { protocol: 'UDP', port: echo.address().port });
    echo.close();
    expect(records.map((record) => record.outcome)).to.deep.equal(['wrong responder', 'wrong responder']);
  });

  it('calls a short greeting a wrong responder', async () => {
    const port = await tcpServer((socket) => void socket.resume().end('hi\n'));
    expect(only(await dialler.dial({ port })).outcome).to.equal('wrong responder');
  });

  it('blames itself for a dial that can not be made', async () => {
    const records = await dialler.dial(
      { address: 'localhost' },
      { nonce: 'with space' },
      { port: 0 },
      { protocol: 'UDP', payloadBytes: 65_500 },
      { protocol: 'UDP', answerBytes: 65_508 },
      { sourcePort: dialler.port, port: responder.port },
    );
    expect(records).to.have.length(6);
    for (const record of records) {
      expect(record.outcome).to.equal('inconclusive');
      expect(record.error).to.be.a('string');
    }
  });

  it('ends every one of a thousand dials with one record', async () => {
    const dials = Array.from({ length: 1000 }, (_, at) => ({
      protocol: protocols[at % 2]!,
      port: responder.port,
    }));
    const records = await dialler.dial(...dials);
    expect(records).to.have.length(1000);
    expect(new Set(records.map((record) => record.nonce))).to.have.length(1000);
    expect(records.filter((record) => record.outcome !== 'delivered')).to.deep.equal([]);
  });
});
