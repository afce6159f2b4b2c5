import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { movedBy, parseQueue, streamedIn, whileFlowing } from '../../../../lib/probe/dial/flowing.ts';

/** How a stream that moves for so long is given up, and when. */
async function givenUp(
  limits: { timeoutMs: number; flowingMs?: number },
  { movesForMs }: { movesForMs: number },
): Promise<{ isFlowing: boolean; afterMs: number }> {
  const began = performance.now();
  const state = async (): Promise<string> => String(Math.min(performance.now() - began, movesForMs));
  const { promise, resolve } = Promise.withResolvers<boolean>();
  whileFlowing(state, limits, ({ isFlowing }) => resolve(isFlowing));
  return { isFlowing: await promise, afterMs: performance.now() - began };
}

describe('a stream', () => {
  it('is given up in time when nothing moves', async () => {
    const { isFlowing, afterMs } = await givenUp({ timeoutMs: 400, flowingMs: 20_000 }, { movesForMs: 0 });
    expect(isFlowing).to.equal(false);
    expect(afterMs).to.be.within(390, 2_000);
  });

  it('is waited for as long as something moves, and a little longer', async () => {
    const { isFlowing, afterMs } = await givenUp({ timeoutMs: 400, flowingMs: 20_000 }, { movesForMs: 1_500 });
    expect(isFlowing).to.equal(false);
    expect(afterMs).to.be.within(1_500, 5_000);
  });

  it('is given up when it has gone on for too long', async () => {
    const { isFlowing, afterMs } = await givenUp({ timeoutMs: 200, flowingMs: 1_000 }, { movesForMs: Infinity });
    expect(isFlowing).to.equal(true);
    expect(afterMs).to.be.within(990, 4_000);
  });

  it('is given up in time whatever moves, where nothing else was asked for', async () => {
    const { isFlowing, afterMs } = await givenUp({ timeoutMs: 400 }, { movesForMs: Infinity });
    expect(isFlowing).to.equal(false);
    expect(afterMs).to.be.within(390, 2_000);
  });

  it('is given up no more once it is over', async () => {
    const all: unknown[] = [];
    const cancel = whileFlowing(
      async () => 'the same',
      { timeoutMs: 200, flowingMs: 1_000 },
      (how) => all.push(how),
    );
    await pause(150);
    cancel();
    await pause(400);
    expect(all).to.deep.equal([]);
  });
});

describe('what a connection has moved', () => {
  const open: { destroy: () => void }[] = [];
  afterEach(() => open.splice(0).forEach((one) => one.destroy()));

  async function connection(): Promise<{ socket: Socket; peer: Socket }> {
    const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    await once(server, 'listening');
    const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    await once(socket, 'connect');
    const [peer] = await accepted;
    open.push(socket, peer, { destroy: () => server.close() });
    return { socket, peer };
  }

  it('is the same while nothing is received nor acknowledged', async () => {
    const { socket } = await connection();
    // More than the kernels at both ends keep for whoever does not read.
    socket.write(Buffer.alloc(64 * 1_024 * 1_024));
    await pause(500);
    const before = await movedBy(socket);
    await pause(200);
    expect(await movedBy(socket)).to.deep.equal(before);
    expect(streamedIn(before)).to.deep.equal({ sent: 0, received: 0 });
  });

  it('is more with each piece that is received', async () => {
    const { socket, peer } = await connection();
    const before = await movedBy(socket);
    socket.resume();
    peer.write('.');
    await once(socket, 'data');
    expect(await movedBy(socket)).not.to.deep.equal(before);
  });

  it('is known of a stream that stalls, to what the kernel keeps', async () => {
    const { socket, peer } = await connection();
    peer.resume();
    peer.write(Buffer.alloc(500));
    socket.resume();
    for (let n = 0; n < 16; n += 1) await new Promise((resolve) => socket.write(Buffer.alloc(65_536), resolve));
    await pause(200);
    expect(streamedIn(await movedBy(socket))).to.deep.equal({ sent: 16 * 65_536, received: 500 });
    expect(streamedIn({ read: 7, written: 90, waiting: 40, unacknowledged: 20 })).to.deep.equal({
      sent: 30,
      received: 7,
    });
  });

  it('is read off the kernel’s table, by the addresses and ports of both ends', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0050 0100007F:C350 01 00000000:00000010 00:00000000 00000000     0        0 1 1 0 20 4 30 10 -1
   1: 0100007F:C350 0200007F:0050 01 00000005:00000000 01:00000014 00000003     0        0 2 1 0 20 4 30 10 -1
   2: 0100007F:C350 0100007F:0050 01 0003FFC0:00000000 01:00000014 00000003     0        0 2 1 0 20 4 30 10 -1
   3: 0200007F:C352 0902000A:1F90 01 00000009:00000000 01:00000014 00000003     0        0 2 1 0 20 4 30 10 -1
   0: 0000000000000000FFFF00000100007F:C351 0000000000000000FFFF00000100007F:0050 04 00000007:00000000 00:00000000 00000000
   1: B80D0120000000000000000002000000:C350 B80D0120000000000000000001000000:0050 01 00000006:00000000 00:00000000 00000000`;
    const queued = (local: string, port: number, remote: string): number | null =>
      parseQueue(table, { local: { address: local, port }, remote: { address: remote, port: 80 } });
    expect(queued('127.0.0.1', 50_000, '127.0.0.1')).to.equal(0x3ffc0);
    expect(queued('127.0.0.1', 50_000, '127.0.0.2')).to.equal(5);
    expect(queued('127.0.0.1', 50_001, '127.0.0.1')).to.equal(7);
    expect(queued('2001:db8::2', 50_000, '2001:db8::1')).to.equal(6);
    expect(queued('127.0.0.2', 50_000, '127.0.0.1')).to.equal(null);
    // Of two it is not known which one was translated; of one it is.
    expect(queued('127.0.0.1', 50_000, '10.96.0.1')).to.equal(null);
    expect(queued('127.0.0.2', 50_002, '10.96.0.1')).to.equal(9);
  });
});
