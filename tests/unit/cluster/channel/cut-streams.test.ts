/** Real exec streams through something that cuts them in the middle of an answer, as a load balancer does after 25 s. */
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { connectApi } from '../../../../lib/cluster/api/api.ts';
import { askingAgain } from '../../../../lib/cluster/channel/asking-again.ts';
import { openChannel } from '../../../../lib/cluster/channel/channel.ts';
import { execStream } from '../../../../lib/cluster/channel/exec-stream.ts';
import type { Channel, Reply } from '../../../../lib/cluster/model.ts';
import type { Request } from '../../../../lib/conversations/index.ts';
import { startRelay, type Relay } from '../../../support/relay.ts';
import { targetAt } from '../fake-api.ts';
import { startFakeExec, type FakeExec } from '../fake-exec.ts';
import { helloRecord, replyLines } from '../fake-probe.ts';

const stdout = 1;
const heartbeat = '{"heartbeat":{"instance":"first"}}\n';

describe('streams that are cut, however busy they are', function () {
  this.timeout(60_000);
  let fake: FakeExec;
  let relay: Relay;
  let channel: Channel;
  afterEach(async () => {
    channel.close();
    await relay.stop();
    await fake.stop();
  });

  /** Asks `times` times. Each stream is cut with half of an answer on it, when it has carried as many whole ones as `wholeOn` says of it (from 1); the channel's own hellos are whole. */
  async function ask(
    times: number,
    { wholeOn, first = '' }: { wholeOn: (stream: number) => number; first?: string },
  ): Promise<{ replies: Reply[]; notes: string[] }> {
    const notes: string[] = [];
    let [stream, whole, mayCut] = [0, 0, false];
    fake = await startFakeExec({
      onRequest: (_, response) => void response.setHeader('content-type', 'application/json').end('{}'),
      onMessage: (data, { send }) => {
        const isOwn = stream !== fake.urls.length && stream > 0;
        if (stream !== fake.urls.length) [stream, whole] = [fake.urls.length, 0];
        const reply = replyLines((JSON.parse(data.toString()) as Request).id, [helloRecord]);
        if (isOwn) return send(stdout, reply);
        mayCut = whole++ >= wholeOn(stream);
        send(stdout, mayCut ? `${first}${reply.split('\n')[0]}\n` : reply);
      },
    });
    relay = await startRelay({ port: fake.port });
    const api = connectApi(targetAt(`http://127.0.0.1:${relay.port}`));
    const exec = execStream(api, { namespace: 'n', pod: 'p', container: 'c', command: ['bridge'] });
    const options = {
      who: 'node-1/pod-a',
      onNote: (note: string) => notes.push(note),
      beforeReopen: () => api.answers(),
    };
    channel = askingAgain(await openChannel(exec, options));
    const replies: Reply[] = [];
    for (let n = 0; n < times; n++)
      replies.push(
        await channel.request({ kind: 'hello' }, { deadlineMs: 30_000, onRecord: () => void (mayCut && relay.cut()) }),
      );
    return { replies, notes };
  }

  it('lose no answer: what had none is asked again on the next stream', async () => {
    const { replies, notes } = await ask(6, { wholeOn: () => 1 });
    expect(replies.map(({ whole }) => whole)).to.deep.equal(Array(6).fill(true));
    expect(fake.urls).to.have.length(6);
    expect(notes).to.have.length(5);
    for (const note of notes) expect(note).to.match(/was lost \(closed with code 1006\) and re-established after/);
  });

  it('may be cut twice in one answer where they lived for a while', async () => {
    const once = { wholeOn: (stream: number) => (stream < 3 ? 0 : 1) };
    const { replies } = await ask(1, { ...once, first: heartbeat });
    expect(replies.map(({ whole }) => whole)).to.deep.equal([true]);
    expect(fake.urls).to.have.length(3);
  });

  it('are given up when cut twice at once', async () => {
    const { replies, notes } = await ask(1, { wholeOn: () => 0 });
    expect(replies.map(({ whole }) => whole)).to.deep.equal([false]);
    expect(fake.urls).to.have.length(2);
    expect(notes.at(-1)).to.contain('not re-established');
  });
});
