/** When is a median known well enough to stop? */

/** Half the width of the sign test's 95 % interval of the median: from order statistics, without assumptions on the distribution. Infinity below 10 numbers. */
export function halfWidth(numbers: readonly number[]): number {
  const count = numbers.length;
  if (count < 10) return Infinity;
  const sorted = [...numbers].toSorted((a, b) => a - b);
  const reach = 0.98 * Math.sqrt(count);
  const low = sorted[Math.max(0, Math.floor(count / 2 - reach))]!;
  const high = sorted[Math.min(count - 1, Math.ceil(count / 2 + reach))]!;
  return (high - low) / 2;
}

/** The upper median; NaN of nothing. */
export function middle(numbers: readonly number[]): number {
  return [...numbers].toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}
