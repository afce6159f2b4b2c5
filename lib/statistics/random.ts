/** A seeded source of random numbers: the same seed gives the same numbers on every platform. */
export interface Random {
  /** A whole number from 0 to 2³² − 1. */
  uint32: () => number;
  /** A number in [0, 1), a multiple of 2⁻⁵³. */
  uniform: () => number;
  /** A whole number from 0 to `n` − 1, all equally likely. RangeError unless `n` is whole, from 1 to 2²¹. */
  below: (n: number) => number;
}

/**
 * xoshiro128** 1.1 (Blackman and Vigna 2018, https://prng.di.unimi.it/xoshiro128starstar.c) from a whole number.
 * RangeError for a seed that is not a safe integer.
 */
export function seededRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`A seed is a whole number, not ${seed}.`);
  // Both halves of the seed count: 1 and 2³² + 1 are different runs.
  const low = mixer(seed);
  const high = mixer(Math.floor(seed / 2 ** 32) ^ 0x5bd1e995);
  return xoshiro128([low() ^ high(), low() ^ high(), low() ^ high(), low() ^ high() || 1]);
}

/** xoshiro128** from its own state: four 32-bit numbers, not all zero. */
export function xoshiro128(state: readonly [number, number, number, number]): Random {
  let [a, b, c, d] = state;
  const uint32 = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
  return {
    uint32,
    uniform: () => ((uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6)) / 2 ** 53,
    below: (n) => {
      if (!Number.isInteger(n) || n < 1 || n > 2 ** 21) throw new RangeError(`No random number below ${n}.`);
      // Lemire (2019, ACM TOMACS 29:3): the 2³² mod n draws that can't be divided evenly are repeated, or some numbers
      // would be more likely. A double holds the product exactly up to 2⁵³, hence the limit.
      for (;;) {
        const product = uint32() * n;
        const whole = Math.floor(product / 2 ** 32);
        const rest = product - whole * 2 ** 32;
        if (rest >= n || rest >= 2 ** 32 % n) return whole;
      }
    },
  };
}

/** The same items in random order, all orders equally likely (Fisher–Yates); the list itself is not changed. */
export function shuffled<T>(items: readonly T[], options: { random: Random }): T[] {
  const list = [...items];
  for (let last = list.length - 1; last > 0; last--) {
    const other = options.random.below(last + 1);
    [list[last], list[other]] = [list[other]!, list[last]!];
  }
  return list;
}

/** SplitMix32: a Weyl sequence through the finaliser of MurmurHash3. It spreads a seed over a whole state. */
function mixer(seed: number): () => number {
  let weyl = seed | 0;
  return () => {
    weyl = (weyl + 0x9e3779b9) | 0;
    let z = weyl;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return z ^ (z >>> 16);
  };
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}
