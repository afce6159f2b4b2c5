import { expect } from 'chai';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { describe, it } from 'mocha';
import { setTimeout as pause } from 'node:timers/promises';
import { Spell } from '../../../lib/probe/io/loop-clock.ts';
import { dialTo, startAgent, type TestAgent } from './agents.ts';

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

describe('a responder that only listened, and stood still as it was asked', function () {
  this.timeout(60_000);

  for (const protocol of ['TCP', 'UDP'] as const)
    it(`says by how much its answer was late over ${protocol}, and how long it stood`, async () => {
      const [dialler, responder] = await Promise.all([startAgent('dialler'), startAgent('responder')]);
      // By then its clock ticks slowly.
      await pause(1_500);
      responder.process.kill('SIGSTOP');
      const resumed = pause(1_000).then(() => responder.process.kill('SIGCONT'));
      const nonces = [1, 2, 3].map((n) => `late-${protocol}-${n}`);
      const dialled = await dialler.dial(...nonces.map((nonce) => ({ port: responder.port, protocol, nonce })));
      await resumed;
      const seen = await responder.request({ kind: 'seen', nonces, withinMs: 10_000 });
      await Promise.all([dialler.stop(), responder.stop()]);
      for (const record of dialled) expect(record).to.include({ outcome: 'delivered' });
      const late = seen.records.filter(({ kind }) => kind === 'seen');
      expect(late).to.have.length(nonces.length);
      for (const record of late) expect(record).to.have.property('lateMs').that.is.within(600, 5_000);
      const stall = seen.records.find(({ kind }) => kind === 'stall');
      expect(stall).to.have.property('longestMs').that.is.within(600, 5_000);
    });
});

describe('a probe that is stopped time and again, as by a CPU limit', function () {
  this.timeout(60_000);

  const dialsSilence = async ({ stoppedMs, runsMs }: { stoppedMs: number; runsMs: number }): Promise<number> => {
    const dialler = await startAgent('dialler');
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const resume = throttle(dialler, { stoppedMs, runsMs });
    const dials = [dialTo({ port, timeoutMs: 1_500 })];
    const { records, end } = await dialler.request({ kind: 'dial', concurrency: 1, dials });
    resume();
    silent.close();
    await dialler.stop();
    expect(records[0]).to.include({ outcome: 'timeout' });
    return end.stallMs;
  };

  it('stood still for all of these times together, where they are most of the time', async () => {
    expect(await dialsSilence({ stoppedMs: 80, runsMs: 5 })).to.be.above(800);
  });

  it('did not where it had most of the time for itself', () => {
    const stoodMs = (ticks: number[]): number => {
      const spell = new Spell();
      return Math.max(...ticks.map((passed) => spell.add(passed, passed - 20)));
    };
    // Its ticks should come every 20 ms. Stopped for 30 of 90 ms, and for 80 of 85.
    const [mostly, hardly] = [
      [20, 20, 50],
      [85, 85, 85],
    ];
    const times = (n: number, ticks: number[]): number[] => Array.from({ length: n }, () => ticks).flat();
    expect(stoodMs(times(20, mostly))).to.equal(0);
    expect(stoodMs(times(5, hardly))).to.equal(5 * 3 * 65);
    expect(stoodMs([...times(5, hardly), ...times(20, mostly), ...times(2, hardly)])).to.equal(5 * 3 * 65);
  });
});

/** Stops and resumes it in turn. Returns what ends that. */
function throttle(
  { process: agent }: TestAgent,
  { stoppedMs, runsMs }: { stoppedMs: number; runsMs: number },
): () => void {
  let timer: NodeJS.Timeout;
  const stop = (): void => {
    agent.kill('SIGSTOP');
    timer = setTimeout(run, stoppedMs);
  };
  const run = (): void => {
    agent.kill('SIGCONT');
    timer = setTimeout(stop, runsMs);
  };
  stop();
  return () => {
    clearTimeout(timer);
    agent.kill('SIGCONT');
  };
}
