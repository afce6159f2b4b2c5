import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { openChannel, type ChannelOptions } from '../../../../lib/cluster/channel/channel.ts';
import type { Channel, Reply } from '../../../../lib/cluster/model.ts';
import type { Request } from '../../../../lib/conversations/index.ts';
import { rejection } from '../fake-api.ts';
import { fakeProbe, helloRecord, replyLines, type FakeStream } from '../fake-probe.ts';

const hello = { kind: 'hello' } as const;
/** Longer than a busy machine stands still. */
const soon = { deadlineMs: 30_000 };
const answerWhole = (request: Request, stream: FakeStream): void => stream.write(replyLines(request.id, [helloRecord]));

const channels: Channel[] = [];

async function open(
  probe: ReturnType<typeof fakeProbe>,
  options: Partial<ChannelOptions> = {},
): Promise<Channel & { notes: string[] }> {
  const notes: string[] = [];
  const channel = await openChannel(probe.open, {
    who: 'node-1/pod-a',
    onNote: (note) => notes.push(note),
    ...options,
  });
  channels.push(channel);
  return Object.assign(channel, { notes });
}

function broken(reply: Reply): Extract<Reply, { whole: false }> {
  if (reply.whole) throw new Error('the reply is whole');
  return reply;
}

describe('a channel', () => {
  afterEach(() => {
    for (const channel of channels.splice(0)) channel.close();
  });

  it('gives a whole reply with its records', async () => {
    const channel = await open(fakeProbe(answerWhole));
    expect(await channel.request(hello, soon)).to.deep.equal({
      whole: true,
      records: [helloRecord],
      stallMs: 0,
      instance: 'first',
    });
  });

  it('reads lines that are cut anywhere, within a character, too', async () => {
    const probe = fakeProbe((request, stream) => {
      for (const byte of Buffer.from(replyLines(request.id, [helloRecord]))) stream.write(Buffer.from([byte]));
    });
    const reply = await (await open(probe)).request(hello, soon);
    expect(reply.whole).to.equal(true);
    expect(reply.records).to.deep.equal([helloRecord]);
  });

  it('takes replies of many requests in any order and interleaved', async () => {
    const waiting: Request[] = [];
    const probe = fakeProbe((request, stream) => {
      if (waiting.push(request) < 3) return;
      const replies = waiting
        .toReversed()
        .map(({ id }) => replyLines(id, [helloRecord, { ...helloRecord, port: Number(id) }]).split('\n'));
      for (let line = 0; line < 3; line++) for (const lines of replies) stream.write(`${lines[line]}\n`);
    });
    const channel = await open(probe);
    const replies = await Promise.all([1, 2, 3].map(() => channel.request(hello, soon)));
    expect(replies.map(({ whole }) => whole)).to.deep.equal([true, true, true]);
    expect(replies.map(({ records }) => records[1])).to.deep.equal([1, 2, 3].map((port) => ({ ...helloRecord, port })));
  });

  it('calls a reply with a lost record broken, and keeps what arrived', async () => {
    const probe = fakeProbe(({ id }, stream) => {
      const [, ...rest] = replyLines(id, [helloRecord, helloRecord]).split('\n');
      stream.write(rest.join('\n'));
    });
    const reply = broken(await (await open(probe)).request(hello, soon));
    expect(reply).to.include({
      cause: 'not whole',
      reason: 'the reply of node-1/pod-a is not whole: 1 of 2 records arrived',
    });
    expect(reply.records).to.deep.equal([helloRecord]);
  });

  it('calls a reply with an altered record broken', async () => {
    const probe = fakeProbe(({ id }, stream) => stream.write(replyLines(id, [helloRecord]).replace('40000', '40001')));
    expect(broken(await (await open(probe)).request(hello, soon)).reason).to.contain('digest');
  });

  it('calls a reply with a record that is none broken, and names the field', async () => {
    const probe = fakeProbe(({ id }, stream) =>
      stream.write(replyLines(id, [{ ...helloRecord, port: 'no' as never }])),
    );
    expect(broken(await (await open(probe)).request(hello, soon)).reason).to.contain('record 1 does not fit: port');
  });

  it('calls a reply with a record of another conversation broken, however sound the record is', async () => {
    const channel = await open(fakeProbe(answerWhole));
    const kernel = broken(await channel.request({ kind: 'kernel' }, soon));
    expect([kernel.cause, kernel.records]).to.deep.equal(['not whole', []]);
    expect(kernel.reason).to.match(/^the reply of node-1\/pod-a is not whole: record 1 does not fit: kind: .*"kernel"/);
    const none = broken(await channel.request({ kind: 'unlisten' }, soon));
    expect(none.reason).to.match(/record 1 does not fit: a request of this kind has no records$/);
  });

  it('hands on why the probe could not carry out a request', async () => {
    const probe = fakeProbe(({ id }, stream) => stream.write(replyLines(id, [], { error: 'EMFILE' })));
    expect(broken(await (await open(probe)).request(hello, soon)).reason).to.contain('EMFILE');
  });

  it('breaks off a request when its deadline passes, and ignores its late reply', async () => {
    const probe = fakeProbe((request, stream) =>
      setTimeout(() => answerWhole(request, stream), request.id === '1' ? 150 : 0),
    );
    const channel = await open(probe);
    expect(broken(await channel.request(hello, { deadlineMs: 50 }))).to.include({ cause: 'deadline' });
    await sleep(150);
    expect((await channel.request(hello, soon)).whole).to.equal(true);
  });

  it('passes over lines that are no message, and says so', async () => {
    const probe = fakeProbe((request, stream) => {
      stream.write('Segmentation fault\n\n{"id":1}\n');
      answerWhole(request, stream);
    });
    const channel = await open(probe);
    expect((await channel.request(hello, soon)).whole).to.equal(true);
    expect(channel.notes).to.have.length(2);
    expect(channel.notes[0]).to.contain('Segmentation fault');
  });

  it('opens a lost stream again, says so, and never sends a request twice', async () => {
    const probe = fakeProbe((request, stream, { streams }) =>
      streams.length === 1 ? stream.end('closed with code 1006') : answerWhole(request, stream),
    );
    const channel = await open(probe);
    const lost = broken(await channel.request({ kind: 'unlisten' }, soon));
    expect(lost).to.include({ cause: 'stream lost' });
    expect(lost.reason).to.contain('node-1/pod-a').and.contain('closed with code 1006');
    expect((await channel.request(hello, soon)).whole).to.equal(true);
    expect(probe.requests.map(({ kind }) => kind)).to.deep.equal(['unlisten', 'hello', 'hello']);
    expect(channel.notes.join('\n')).to.match(
      /^the exec stream to node-1\/pod-a was lost \(closed with code 1006\) and re-established after \d+\.\d s$/,
    );
  });

  it('gives up on a stream that is lost again before it brought anything', async () => {
    const probe = fakeProbe((request, stream) =>
      request.kind === 'hello' ? answerWhole(request, stream) : stream.end('gone'),
    );
    const channel = await open(probe);
    await channel.request({ kind: 'unlisten' }, soon);
    await channel.request({ kind: 'unlisten' }, soon);
    expect(broken(await channel.request(hello, soon)).reason).to.contain('lost again');
    expect(probe.streams).to.have.length(2);
  });

  it('tries to open a lost stream again for as long as it was told to', async () => {
    let opened = 0;
    const notes: string[] = [];
    const probe = fakeProbe((_, stream) => stream.end('gone'));
    const channel = await openChannel(
      async (handlers) => (opened++ === 0 ? probe.open(handlers) : Promise.reject(new Error('ECONNREFUSED'))),
      { who: 'node-1/pod-a', reopenForMs: 2_600, onNote: (note) => notes.push(note) },
    );
    await channel.request(hello, soon);
    const reply = broken(await channel.request(hello, soon));
    expect(reply.reason).to.match(/could not be opened again in [2-5] attempts and \d s: ECONNREFUSED/);
    expect(notes).to.deep.equal(['the exec stream to node-1/pod-a was lost (gone) and not re-established']);
  });

  it('answers nothing any more when the container was restarted', async () => {
    const probe = fakeProbe(({ id, kind }, stream, { streams }) =>
      kind === 'unlisten'
        ? stream.end('exit 137')
        : stream.write(replyLines(id, [helloRecord], { instance: `number ${streams.length}` })),
    );
    const channel = await open(probe);
    await channel.request(hello, soon);
    await channel.request({ kind: 'unlisten' }, soon);
    const reply = broken(await channel.request(hello, soon));
    expect(reply).to.include({ cause: 'restarted' });
    expect(channel.notes.at(-1)).to.contain('restarted');
  });

  it('takes a stream on which nothing is heard for three heartbeats for lost', async () => {
    const probe = fakeProbe((request, stream, { streams }) => streams.length > 1 && answerWhole(request, stream));
    const channel = await open(probe, { heartbeatMs: 50 });
    const started = performance.now();
    const reply = broken(await channel.request(hello, soon));
    expect(reply.reason).to.contain('nothing was heard for 0.15 s');
    expect(performance.now() - started).to.be.above(100);
  });

  it('takes heartbeats for life', async () => {
    const probe = fakeProbe((request, stream) => {
      const beat = setInterval(() => stream.write('{"heartbeat":{"instance":"first"}}\n'), 40);
      setTimeout(() => {
        clearInterval(beat);
        answerWhole(request, stream);
      }, 400);
    });
    expect((await (await open(probe, { heartbeatMs: 50 })).request(hello, soon)).whole).to.equal(true);
  });

  it('does not open on a server that never answers, and closes what comes late', async () => {
    const probe = fakeProbe(answerWhole);
    const error = await rejection(
      openChannel((handlers) => sleep(150).then(() => probe.open(handlers)), {
        who: 'node-1/pod-a',
        openDeadlineMs: 50,
      }),
    );
    expect(error).to.have.property('message', 'opening the exec stream to node-1/pod-a: no end after 0.05 s');
    await sleep(200);
    expect(probe.streams.map(({ closed }) => closed)).to.deep.equal([true]);
  });

  it('does not hold the process between two attempts once it is closed', async () => {
    const attempts: string[] = [];
    const probe = fakeProbe((_, stream) => stream.end('gone'));
    const channel = await openChannel(
      async (handlers) => (attempts.push('') === 1 ? probe.open(handlers) : Promise.reject(new Error('ECONNREFUSED'))),
      { who: 'node-1/pod-a' },
    );
    await channel.request(hello, soon);
    const waiting = channel.request(hello, soon);
    while (attempts.length < 2) await nextTurn();
    channel.close();
    const turns = (async () => {
      for (let turn = 0; turn < 20; turn++) await nextTurn();
    })();
    const first = await Promise.race([waiting, turns.then(() => null)]);
    expect(first && broken(first)).to.include({ cause: 'closed' });
  });

  it('breaks off what is in flight when it is closed', async () => {
    const probe = fakeProbe(() => {});
    const channel = await open(probe);
    const reply = channel.request(hello, soon);
    await sleep(10);
    channel.close();
    expect(broken(await reply)).to.include({ cause: 'closed' });
    expect(broken(await channel.request(hello, soon))).to.include({ cause: 'closed' });
    expect(probe.streams[0]?.closed).to.equal(true);
  });
});
