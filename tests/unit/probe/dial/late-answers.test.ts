/** What a stall leaves behind must not spoil what comes after it. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { afterAwake } from '../../../../lib/probe/io/loop-clock.ts';
import { lost } from '../../../../lib/probe/closed-loop/flow.ts';
import { makeAnswer } from '../../../../lib/probe/measuring/packet.ts';
import { openTcp } from '../../../../lib/probe/closed-loop/tcp.ts';

const tag = '0123456789abcdef';

describe('a TCP flow', () => {
  it('that got a late answer together with the next one goes on', async () => {
    let held = Buffer.alloc(0);
    let asked = 0;
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (packet: Buffer) => {
        asked += 1;
        makeAnswer(packet, Buffer.from(tag));
        held = Buffer.concat([held, packet]);
        if (asked === 1) return;
        socket.write(held);
        held = Buffer.alloc(0);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { address, port } = server.address() as AddressInfo;
    const flow = await openTcp({ address, port }, { tag, timeoutMs: 2_000 });
    try {
      expect(await flow.exchange()).to.equal(lost);
      for (let n = 0; n < 3; n += 1) expect(await flow.exchange()).to.be.above(0);
      expect(held).to.have.length(0);
    } finally {
      flow.close();
      server.close();
    }
  });
});

describe('a deadline', () => {
  it('that is set behind a stall does not count it', async () => {
    const keepsTicking = afterAwake(60_000, () => {});
    const stall = performance.now();
    while (performance.now() - stall < 3_000);
    const set = performance.now();
    await new Promise<void>((fired) => afterAwake(100, fired));
    keepsTicking();
    expect(performance.now() - set).to.be.at.least(99);
  });
});
