import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseQueue, whileFlowing } from '../../../../lib/probe/dial/flowing.ts';

/** How a connection is given up to which this server answers; null: its peer closed it. */
async function givenUp(
  limits: { timeoutMs: number; flowingMs?: number },
  serve: (socket: Socket) => void,
  say?: Buffer,
): Promise<{ isFlowing: boolean | null; afterMs: number }> {
  const server = createServer((socket) => serve(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  await once(socket, 'connect');
  const began = performance.now();
  const { promise, resolve } = Promise.withResolvers<boolean | null>();
  const cancel = whileFlowing(socket, limits, ({ isFlowing }) => resolve(isFlowing));
  socket.on('data', () => {});
  socket.on('error', () => {}).on('close', () => resolve(null));
  if (say !== undefined) socket.write(say);
  const isFlowing = await promise;
  cancel();
  socket.destroy();
  server.close();
  return { isFlowing, afterMs: performance.now() - began };
}

/** Something every 50 ms, for so long. */
async function drip(socket: Socket, forMs: number): Promise<void> {
  for (const until = performance.now() + forMs; performance.now() < until; await pause(50)) socket.write('.');
}

const large = Buffer.alloc(32 * 1_024 * 1_024);

describe('a stream', () => {
  it('is given up in time when nothing moves', async () => {
    const { isFlowing, afterMs } = await givenUp({ timeoutMs: 400, flowingMs: 5_000 }, () => {});
    expect(isFlowing).to.equal(false);
    expect(afterMs).to.be.within(390, 2_000);
  });

  it('is waited for as long as its answer comes, and a little longer', async () => {
    const { isFlowing, afterMs } = await givenUp({ timeoutMs: 400, flowingMs: 20_000 }, (to) => void drip(to, 1_500));
    expect(isFlowing).to.equal(false);
    expect(afterMs).to.be.within(1_500, 5_000);
  });

  it('is waited for as long as what it sends is acknowledged', async () => {
    const read = async (socket: Socket): Promise<void> => {
      let left = 0;
      socket.on('data', ({ length }: Buffer) => ((left -= length) > 0 ? null : socket.pause()));
      for (let n = 0; n < 15; n += 1) {
        left = 1_024 * 1_024;
        socket.resume();
        await pause(100);
      }
      socket.destroy();
    };
    const { isFlowing, afterMs } = await givenUp({ timeoutMs: 600, flowingMs: 20_000 }, (to) => void read(to), large);
    expect(isFlowing).to.equal(null);
    expect(afterMs).to.be.at.least(1_400);
  });

  it('is given up when it has gone on for too long', async () => {
    const { isFlowing, afterMs } = await givenUp({ timeoutMs: 200, flowingMs: 1_000 }, (to) => void drip(to, 4_000));
    expect(isFlowing).to.equal(true);
    expect(afterMs).to.be.within(990, 4_000);
  });

  it('is given up in time whatever moves, where nothing else was asked for', async () => {
    const { isFlowing, afterMs } = await givenUp({ timeoutMs: 400 }, (to) => void drip(to, 4_000));
    expect(isFlowing).to.equal(false);
    expect(afterMs).to.be.within(390, 2_000);
  });
});

describe('what is not acknowledged', () => {
  it('is read off the kernel’s table, by the ports of both ends', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0050 0100007F:C350 01 00000000:00000010 00:00000000 00000000     0        0 1 1 0 20 4 30 10 -1
   1: 0100007F:C350 0100007F:0050 01 0003FFC0:00000000 01:00000014 00000003     0        0 2 1 0 20 4 30 10 -1
   0: 0000000000000000FFFF00000100007F:C351 0000000000000000FFFF00000100007F:0050 04 00000007:00000000 00:00000000 00000000`;
    expect(parseQueue(table, { localPort: 50_000, remotePort: 80 })).to.equal(0x3ffc0);
    expect(parseQueue(table, { localPort: 50_001, remotePort: 80 })).to.equal(7);
    expect(parseQueue(table, { localPort: 50_002, remotePort: 80 })).to.equal(null);
  });
});
