import { expect } from 'chai';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { after, before, describe, it } from 'mocha';
import { startAgent, type TestAgent } from '../agents.ts';

type Direction = 'request' | 'answer';
const directions: Direction[] = ['request', 'answer'];
/** In the head's mark, in its fields, in its padding, at its end, in the JSON of an answer, and in the payload. */
const places = [0, 40, 63, 127, 300, 1500];

describe('damage on the way', function () {
  this.timeout(60_000);
  let dialler: TestAgent;
  let responder: TestAgent;
  const open: (Server | UdpSocket)[] = [];

  before(async () => {
    [dialler, responder] = await Promise.all([startAgent('dialler'), startAgent('responder')]);
  });
  after(() => {
    for (const one of open) one.close();
    return Promise.all([dialler.stop(), responder.stop()]);
  });

  /** Passes TCP on to the responder, with one bit of one byte turned. */
  async function tcpProxy(direction: Direction, place: number): Promise<number> {
    const turn = (wanted: Direction) => {
      let passed = 0;
      return (chunk: Buffer): Buffer => {
        const at = place - passed;
        passed += chunk.length;
        if (wanted === direction && at >= 0 && at < chunk.length) chunk[at]! ^= 1;
        return chunk;
      };
    };
    const server = createServer((near) => {
      const far = connect({ host: '127.0.0.1', port: responder.port });
      const [there, back] = [turn('request'), turn('answer')];
      near.on('data', (chunk) => far.write(there(chunk as Buffer))).on('close', () => far.destroy());
      far.on('data', (chunk) => near.write(back(chunk as Buffer))).on('close', () => near.end());
      for (const socket of [near, far]) socket.on('error', () => {});
    });
    open.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** Passes the datagrams of one client on to the responder; `change` gives what becomes of each. */
  async function udpProxy(change: (datagram: Buffer, direction: Direction, count: number) => Buffer[]) {
    const near = createSocket('udp4').bind(0, '127.0.0.1');
    const far = createSocket('udp4').bind(0, '127.0.0.1');
    open.push(near, far);
    await Promise.all([once(near, 'listening'), once(far, 'listening')]);
    const counts = { request: 0, answer: 0 };
    let client = 0;
    near.on('message', (datagram, from) => {
      client = from.port;
      for (const one of change(datagram, 'request', counts.request++)) far.send(one, responder.port, '127.0.0.1');
    });
    far.on('message', (datagram) => {
      for (const one of change(datagram, 'answer', counts.answer++)) near.send(one, client, '127.0.0.1');
    });
    return near.address().port;
  }

  for (const direction of directions)
    for (const place of places) {
      it(`sees a bit turned in byte ${place} of a TCP ${direction}`, async () => {
        const port = await tcpProxy(direction, place);
        const [record] = await dialler.dial({ port, payloadBytes: 2000 });
        expect(record).to.include({ outcome: 'corrupted', answered: 0 });
      });

      it(`sees a bit turned in byte ${place} of a UDP ${direction}`, async () => {
        const port = await udpProxy((datagram, seen) => {
          if (seen === direction) datagram[place]! ^= 1;
          return [datagram];
        });
        const [record] = await dialler.dial({ protocol: 'UDP', port, payloadBytes: 2000 });
        expect(record).to.include({ outcome: 'corrupted', answered: 0 });
      });
    }

  it('passes through a proxy that changes nothing', async () => {
    const records = await dialler.dial(
      { port: await tcpProxy('request', -1), payloadBytes: 2000 },
      { protocol: 'UDP', port: await udpProxy((datagram) => [datagram]), payloadBytes: 2000 },
    );
    expect(records.map((record) => record.outcome)).to.deep.equal(['delivered', 'delivered']);
  });

  it('sees a datagram that was cut short', async () => {
    const port = await udpProxy((datagram, direction) => [
      direction === 'answer' ? datagram.subarray(0, -1) : datagram,
    ]);
    const [record] = await dialler.dial({ protocol: 'UDP', port });
    expect(record).to.include({ outcome: 'corrupted', answered: 0 });
  });

  it('sees a request that was cut short', async () => {
    const port = await udpProxy((datagram, direction) => [
      direction === 'request' ? datagram.subarray(0, -1) : datagram,
    ]);
    const [record] = await dialler.dial({ protocol: 'UDP', port });
    expect(record).to.include({ outcome: 'corrupted', answered: 0 });
  });

  it('counts lost datagrams, in either direction', async () => {
    const ports = directions.map((direction) =>
      udpProxy((datagram, seen, count) => (seen === direction && count % 3 === 0 ? [] : [datagram])),
    );
    const dials = (await Promise.all(ports)).map((port) => ({
      protocol: 'UDP' as const,
      port,
      datagrams: 9,
      timeoutMs: 3_000,
    }));
    const records = await dialler.dial(...dials);
    expect(records).to.have.length(directions.length);
    for (const record of records) expect(record).to.include({ outcome: 'delivered', attempts: 9, answered: 6 });
  });

  it('tells after how many a flow was cut off, and nothing of the kind where some were lost at random', async () => {
    const cut = await udpProxy((datagram, direction, count) =>
      direction === 'request' && count >= 4 ? [] : [datagram],
    );
    const lossy = await udpProxy((datagram, _direction, count) => (count === 0 ? [] : [datagram]));
    const dial = { protocol: 'UDP', datagrams: 9, intervalMs: 5, timeoutMs: 1_000 } as const;
    const records = await dialler.dial({ ...dial, port: cut }, { ...dial, port: lossy });
    const told = records.map(({ answered, cutOff }) => [answered, cutOff?.most]);
    expect(told).to.have.deep.members([
      [4, 4],
      [7, undefined],
    ]);
  });

  it('counts an answer once, however often it comes', async () => {
    const port = await udpProxy((datagram, direction) => (direction === 'answer' ? [datagram, datagram] : [datagram]));
    const [record] = await dialler.dial({ protocol: 'UDP', port, datagrams: 5, intervalMs: 1 });
    expect(record).to.include({ outcome: 'delivered', attempts: 5, answered: 5 });
    expect(record?.views).to.have.length(1);
  });

  it('lets two responders not talk to each other', async () => {
    const second = await startAgent('second');
    const mirror = createSocket('udp4').bind(0, '127.0.0.1');
    await once(mirror, 'listening');
    let received = 0;
    mirror.on('message', (datagram) => {
      received += 1;
      mirror.send(datagram, second.port, '127.0.0.1');
    });
    mirror.send(Buffer.from('flatnet/1 asks: '.padEnd(128)), responder.port, '127.0.0.1');
    await once(mirror, 'message');
    const [record] = await dialler.dial({ protocol: 'UDP', port: second.port });
    expect(record?.outcome).to.equal('delivered');
    expect(received).to.equal(1);
    mirror.close();
    await second.stop();
  });
});
