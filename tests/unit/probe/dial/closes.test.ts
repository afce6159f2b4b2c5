import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { agentPair } from '../agent-pair.ts';

describe('a dial that waits for the end of its connection', function () {
  this.timeout(60_000);
  const pair = agentPair();

  it('is answered once both sides have ended', async () => {
    const [record] = await pair.dialler.dial({ port: pair.responder.port, closes: true });
    expect(record).to.include({ outcome: 'delivered', answered: 1, error: null });
    expect(record).not.to.have.property('unclosed');
  });

  it('has as long for its end as for its answer, and is well ended where a proxy ends first', async () => {
    const { port } = pair.responder;
    const lateMs = 400;
    // Carries all, what is asked and that it ends as late as that; or ends its own side with the answer.
    const late = createServer({ allowHalfOpen: true }, (socket) => {
      const behind = connect(port);
      socket.on('data', (piece: Buffer) => void setTimeout(() => behind.write(piece), lateMs));
      socket.on('end', () => void setTimeout(() => behind.end(), lateMs));
      behind.pipe(socket);
      for (const one of [socket, behind]) one.on('error', () => {});
    });
    const hasty = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (piece: Buffer) => void connectTo(port, piece).then((answer) => socket.end(answer)));
    });
    for (const relay of [late, hasty]) {
      relay.listen(0, '127.0.0.1');
      await once(relay, 'listening');
      const at = (relay.address() as AddressInfo).port;
      const [record] = await pair.dialler.dial({ port: at, closes: true, timeoutMs: 600 });
      expect(record).to.include({ outcome: 'delivered', answered: 1, error: null });
      relay.close();
    }
  });

  it('is not answered where the other side never ends, and says whose end is missing', async () => {
    const { port } = pair.responder;
    // Carries what is said to a responder and back, and keeps its own side open.
    const relay = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      socket.on('data', (piece: Buffer) => void connectTo(port, piece).then((answer) => socket.write(answer)));
    });
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const at = (relay.address() as AddressInfo).port;
    const [record] = await pair.dialler.dial({ port: at, closes: true, timeoutMs: 500 });
    expect(record).to.include({ outcome: 'timeout', answered: 0, unclosed: 'other end lost', error: 'not closed' });
    relay.close();
  });
});

async function connectTo(port: number, piece: Buffer): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  socket.end(piece);
  const pieces: Buffer[] = [];
  for await (const part of socket as AsyncIterable<Buffer>) pieces.push(part);
  return Buffer.concat(pieces);
}
