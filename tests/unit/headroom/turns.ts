/** Rounds as probes would send them, with a ratio that is known because it was put there. */
import type { Loaded } from '../../../lib/headroom/loaded.ts';
import { seededRandom } from '../../../lib/statistics/random.ts';

interface About extends Partial<Omit<Loaded, 'turns'>> {
  /** Of ClusterIP and of the control to pod IP. */
  ratio?: number;
  control?: number;
  blocks?: number;
  /** Spread of a turn: 0.02 is ± 2 %. */
  noise?: number;
  busy?: { sender?: number; receiver?: number; waited?: number };
  lost?: number;
  dropped?: number;
  /** Of the time, the sender's window. */
  full?: number;
  seed?: number;
}

/** A round of 1.25 GB/s (TCP) or 200,000 datagrams a second (UDP) by pod IP. */
export function round(about: About = {}): Loaded {
  const {
    ratio = 1,
    control = 1,
    blocks = 40,
    noise = 0.02,
    busy = {},
    lost = 0,
    dropped = 0,
    full = 0,
    seed = 1,
    ...one
  } = about;
  const random = seededRandom(seed);
  const perMs = one.protocol === 'UDP' ? 200 : 1_250_000;
  const paths = [
    ['pod-ip', 1],
    ['control', control],
    ['cluster-ip', ratio],
  ] as const;
  return {
    where: 'other node',
    protocol: 'TCP',
    from: 'node-1',
    to: 'node-2',
    turns: Array.from({ length: blocks }, (_, block) =>
      paths.map(([path, factor]) => {
        const received = Math.round(30 * perMs * factor * (1 + noise * (2 * random.uniform() - 1)));
        const sent = Math.round(received / (1 - lost));
        return {
          block,
          path,
          sent,
          received,
          ms: 30,
          dropped: Math.round(dropped * sent),
          full,
          sender: { cpu: busy.sender ?? 0.5, waited: busy.waited ?? 0, loop: 0.5 },
          receiver: { cpu: 0.4, waited: 0, loop: busy.receiver ?? 0.5 },
        };
      }),
    ).flat(),
    stopped: 'time',
    durationMs: 1_000,
    sentBytes: 1_000_000,
    ...one,
  };
}
