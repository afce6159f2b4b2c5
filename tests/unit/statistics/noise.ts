/** Simulated latencies, shaped like those of a real node: what the coverage of the intervals is tried on. */
import { shuffled, type Random } from '../../../lib/statistics/random.ts';

/** One path measured twice within each block, in µs. */
export interface Control {
  first: Float64Array;
  second: Float64Array;
}

/**
 * An A/A run: both arms see the same drift, load and bursts, at random places in a block of eight cells, so that the
 * median of their differences is 0. Each has noise of its own that lasts over blocks, and a tail up to 50 ms.
 */
export function simulateControl(blocks: number, options: { random: Random }): Control {
  const { random } = options;
  const noise = within(0.25, 4, random);
  const drift = within(0.5, 20, random);
  const bursts = within(0.01, 0.06, random);
  const tail = within(100, 1_500, random);
  const lasting = { memory: 0.3 + 0.5 * random.uniform(), share: 0.1 + 0.3 * random.uniform() };
  const load = remembering(0.95, random);
  const own = [remembering(lasting.memory, random), remembering(lasting.memory, random)];
  const phase = 2 * Math.PI * random.uniform();
  const control = { first: new Float64Array(blocks), second: new Float64Array(blocks) };
  let busy = false;
  for (let block = 0; block < blocks; block++) {
    busy = random.uniform() < (busy ? 0.8 : 0.01);
    const shared = noise * load();
    const [first, second] = shuffled([0, 1, 2, 3, 4, 5, 6, 7], { random });
    const cell = (place: number, arm: number): number => {
      const at = (block + place / 8) / blocks;
      const level = 70 + drift * (at + Math.sin(phase + 12 * at));
      const lasts = Math.sqrt(lasting.share) * own[arm]!();
      const fresh = Math.sqrt(1 - lasting.share) * normal(random) * (random.uniform() < 0.2 ? 3 : 1);
      const spikes = random.uniform() < (busy ? 10 : 1) * bursts;
      // Pareto with an endless variance, cut at 50 ms.
      const spike = spikes ? Math.min(50_000, tail * ((1 - random.uniform()) ** (-1 / 1.2) - 0.99)) : 0;
      // The clock counts whole nanoseconds.
      return Math.round(1_000 * (level + shared + noise * (lasts + fresh) + spike)) / 1_000;
    };
    control.first[block] = cell(first!, 0);
    control.second[block] = cell(second!, 1);
  }
  return control;
}

/** A standard normal number (Box and Muller 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

/** A stationary AR(1) series of variance 1, one value a call. */
export function remembering(memory: number, random: Random): () => number {
  let state = normal(random);
  return () => {
    const value = state;
    state = memory * state + Math.sqrt(1 - memory * memory) * normal(random);
    return value;
  };
}

/** Log-uniform: as likely between 1 and 2 as between 10 and 20. */
function within(low: number, high: number, random: Random): number {
  return low * (high / low) ** random.uniform();
}
