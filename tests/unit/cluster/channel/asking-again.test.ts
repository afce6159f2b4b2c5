import { expect } from 'chai';
import { describe, it } from 'mocha';
import { askingAgain } from '../../../../lib/cluster/channel/asking-again.ts';
import type { Reply } from '../../../../lib/cluster/model.ts';
import type { RequestBody } from '../../../../lib/conversations/index.ts';

const whole: Reply = { whole: true, records: [], stallMs: 0, instance: 'i' };
const broken = (cause: 'stream lost' | 'deadline' | 'closed'): Reply => ({
  whole: false,
  reason: 'it broke',
  cause,
  records: [],
});

/** What a channel with these replies answers, and how often it was asked. */
async function asked(body: RequestBody, replies: Reply[]): Promise<{ reply: Reply; times: number }> {
  let times = 0;
  const channel = askingAgain({ request: async () => replies[times++] ?? whole, close: () => undefined });
  return { reply: await channel.request(body, { deadlineMs: 1_000 }), times };
}

describe('a channel that asks again', () => {
  it('does so for what the stream left without an answer', async () => {
    expect(await asked({ kind: 'hello' }, [broken('stream lost')])).to.deep.equal({ reply: whole, times: 2 });
  });

  it('gives up after three times', async () => {
    const { reply, times } = await asked({ kind: 'kernel' }, Array<Reply>(5).fill(broken('stream lost')));
    expect([reply.whole, times]).to.deep.equal([false, 3]);
  });

  it('asks once where another answer can’t be hoped for', async () => {
    for (const cause of ['deadline', 'closed'] as const)
      expect((await asked({ kind: 'hello' }, [broken(cause)])).times).to.equal(1);
  });

  it('never dials twice: each round has names of its own', async () => {
    const dial: RequestBody = { kind: 'dial', concurrency: 1, dials: [] };
    expect((await asked(dial, [broken('stream lost')])).times).to.equal(1);
  });
});
