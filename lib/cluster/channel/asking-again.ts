import type { Kind } from '../../conversations/index.ts';
import type { Channel } from '../model.ts';

/**
 * Requests that may be repeated when the stream broke before the answer: repeating is harmless, and the answer is the same. Dials are not
 * among them: each round has its own nonces, and whoever plans dials repeats them.
 */
const repeatable: ReadonlySet<Kind> = new Set<Kind>([
  'hello',
  'listen',
  'unlisten',
  'seen',
  'raw',
  'raw-listen',
  'path-mtu',
  'routes',
  'loopback',
  'kernel',
  'resolve',
]);
const triesAtMost = 3;

/** A channel that repeats what a broken stream left unanswered, once the stream is back. A load balancer may cut every stream after 25 s. */
export function askingAgain(channel: Channel): Channel {
  return {
    close: () => channel.close(),
    async request(body, options) {
      for (let tries = 1; ; tries++) {
        const reply = await channel.request(body, options);
        const isLost = !reply.whole && reply.cause === 'stream lost';
        if (!isLost || !repeatable.has(body.kind) || tries === triesAtMost) return reply;
      }
    },
  };
}
