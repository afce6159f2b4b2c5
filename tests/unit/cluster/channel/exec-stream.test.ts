import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { execStream } from '../../../../lib/cluster/channel/exec-stream.ts';
import { until } from '../../until.ts';
import { rejection } from '../fake-api.ts';
import { startFakeExec, type FakeExec } from '../fake-exec.ts';

const stdin = 0;
const stdout = 1;
const stderr = 2;
const statusChannel = 3;
const closeChannel = 255;

describe('execStream', function () {
  this.timeout(60_000);
  let fake: FakeExec;
  afterEach(async () => fake.stop());

  async function open(options: Parameters<typeof startFakeExec>[0] & { handshakeMs?: number } = {}) {
    fake = await startFakeExec(options);
    const api = connectApi(fake.target);
    const heard = { out: '', ended: Promise.withResolvers<string>() };
    const opening = execStream(api, {
      namespace: 'flatnet-1',
      pod: 'pod-a-x',
      container: 'probe',
      command: ['node', '/flatnet/bridge.ts'],
      handshakeMs: options.handshakeMs ?? 5_000,
    })({ onData: (chunk) => (heard.out += chunk.toString()), onEnd: heard.ended.resolve });
    return { api, heard, opening };
  }

  it('asks for the command in the container, and counts as one request', async () => {
    const { api, opening } = await open();
    (await opening).close();
    expect(fake.urls).to.deep.equal([
      '/api/v1/namespaces/flatnet-1/pods/pod-a-x/exec?command=node&command=%2Fflatnet%2Fbridge.ts&container=probe&stdin=true&stdout=true&stderr=true&tty=false',
    ]);
    expect(api.requests).to.deep.equal({ total: 1, byVerb: { exec: 1 } });
  });

  it('hands on what the command writes', async () => {
    const { heard, opening } = await open();
    await opening;
    fake.send(stdout, 'one\n');
    fake.send(stderr, 'not this\n');
    fake.send(stdout, 'two\n');
    await until('its last line', () => heard.out.endsWith('two\n'));
    expect(heard.out).to.equal('one\ntwo\n');
  });

  it('sends a large request in order and in pieces that every server takes', async () => {
    const { opening } = await open();
    const text = Array.from({ length: 20_000 }, (_, i) => `nonce-${i}`).join();
    (await opening).send(text);
    const arrived = (): Buffer => Buffer.concat(fake.received.map(({ data }) => data));
    await until('as many bytes', () => arrived().length >= text.length);
    expect(arrived().toString()).to.equal(text);
    expect(new Set(fake.received.map(({ channel }) => channel))).to.deep.equal(new Set([stdin]));
    expect(Math.max(...fake.received.map(({ data }) => data.length))).to.be.at.most(32 * 1024);
  });

  it('says how the command ended, with the last line of its stderr', async () => {
    const { heard, opening } = await open();
    await opening;
    fake.send(stderr, 'flatnet bridge: no agent\n');
    fake.send(statusChannel, JSON.stringify({ status: 'Failure', message: 'command terminated with exit code 1' }));
    expect(await heard.ended.promise).to.equal('command terminated with exit code 1: flatnet bridge: no agent');
  });

  it('lives through a last word that is no JSON', async () => {
    const { heard, opening } = await open();
    await opening;
    fake.send(statusChannel, 'upstream connect error');
    expect(await heard.ended.promise).to.equal('the command ended (no status)');
  });

  it('says that the connection broke when no status comes', async () => {
    const { heard, opening } = await open();
    await opening;
    fake.cut();
    expect(await heard.ended.promise).to.equal('closed with code 1006');
  });

  it('ends the command’s stdin when it is closed', async () => {
    const { opening } = await open();
    (await opening).close();
    await until('a message', () => fake.received.length > 0);
    expect(fake.received).to.deep.equal([{ channel: closeChannel, data: Buffer.from([stdin]) }]);
  });

  it('says with which status a handshake was refused', async () => {
    const { opening } = await open({ handshake: 403 });
    expect(await rejection(opening)).to.have.property('message', 'Unexpected server response: 403');
  });

  it('gives up on a handshake that nobody answers', async () => {
    const { opening } = await open({ handshake: 'never', handshakeMs: 100 });
    const started = performance.now();
    expect(await rejection(opening)).to.have.property('message', 'Opening handshake has timed out');
    expect(performance.now() - started).to.be.below(5_000);
  });
});
