/** How much is measured, and for how long. */
import type { PairLimits } from '../service-paths/pairs.ts';

export interface Form {
  pairs: PairLimits;
  /** For all pairs together, both protocols, both regimes, warm-up aside. */
  budgetMs: number;
  warmUp: { exchanges: number; samples: number };
  /** Blocks of each regime in one pair, and the part of a pair's time that it may take. */
  regimes: { idleMs: number; blocks: number; share: number }[];
}

/** The short form follows the same protocol as the full one, for less time. */
export const forms: Record<'short' | 'full', Form> = {
  short: {
    pairs: { 'other node': 3, 'same node': 1 },
    budgetMs: 9_000,
    warmUp: { exchanges: 100, samples: 200 },
    regimes: [
      { idleMs: 0, blocks: 2_000, share: 0.2 },
      { idleMs: 5, blocks: 400, share: 0.8 },
    ],
  },
  full: {
    pairs: { 'other node': 10, 'same node': 4 },
    budgetMs: 125_000,
    warmUp: { exchanges: 500, samples: 1_000 },
    regimes: [
      { idleMs: 0, blocks: 2_000, share: 0.3 },
      { idleMs: 5, blocks: 400, share: 0.7 },
    ],
  },
};
