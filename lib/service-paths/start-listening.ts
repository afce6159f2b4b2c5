import { channelMs, type Probe } from '../cluster/model.ts';
import type { RequestBody } from '../conversations/index.ts';

/** Opens the far end of a measurement in a probe, over both protocols; its port. Throws an Error with one sentence when it can't listen. */
export async function startListening(
  { channel, node, name }: Probe,
  body: RequestBody<'echo-listen' | 'load-listen'>,
): Promise<number> {
  const reply = await channel.request(body, { deadlineMs: channelMs });
  if (!reply.whole) throw new Error(reply.reason);
  const listening = reply.records;
  const failed = listening.find(({ error }) => error !== null);
  if (failed || listening[0] === undefined)
    throw new Error(`${node}/${name} can't listen for ${failed?.protocol}: ${failed?.error}`);
  return listening[0].port;
}
