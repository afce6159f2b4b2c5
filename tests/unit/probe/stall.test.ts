import { expect } from 'chai';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { describe, it } from 'mocha';
import { dialTo, startAgent } from './agents.ts';

describe('a dialler that stood still', function () {
  this.timeout(60_000);

  it('reads the answer that came meanwhile before it judges the deadline, and tells how long it stood', async () => {
    const [dialler, responder] = await Promise.all([startAgent('dialler'), startAgent('responder')]);
    const proxy = createServer((near) => {
      const far = connect({ host: '127.0.0.1', port: responder.port });
      near.on('data', (chunk) => far.write(chunk)).on('close', () => far.destroy());
      far.on('data', (chunk) => {
        dialler.process.kill('SIGSTOP');
        near.write(chunk);
        setTimeout(() => dialler.process.kill('SIGCONT'), 3_000);
      });
      for (const socket of [near, far]) socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const dials = [dialTo({ port, timeoutMs: 1_500 })];
    const { records, end } = await dialler.request({ kind: 'dial', concurrency: 1, dials });
    proxy.close();
    await Promise.all([dialler.stop(), responder.stop()]);
    expect(records[0]).to.include({ outcome: 'delivered' });
    expect(end.stallMs).to.be.above(2_000);
  });
});
