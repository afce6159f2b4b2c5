/** One in a hundred: a busy network may drop a datagram now and then, and UDP promises no more. */
export const toleratedLoss = 0.01;

/**
 * Whether that many lost datagrams are more than `toleratedLoss` explains:
 * the lower end of the 95 % Wilson score interval lies above it.
 */
export function isLossy(counts: { sent: number; answered: number }): boolean {
  const { sent, answered } = counts;
  if (sent === 0 || answered >= sent) return false;
  return wilsonLower(sent - answered, sent) > toleratedLoss;
}

/** Lower end of the 95 % Wilson score interval of a proportion (Wilson 1927). */
function wilsonLower(hits: number, trials: number): number {
  const z = 1.959964;
  const p = hits / trials;
  const centre = p + (z * z) / (2 * trials);
  const spread = z * Math.sqrt((p * (1 - p)) / trials + (z * z) / (4 * trials * trials));
  return (centre - spread) / (1 + (z * z) / trials);
}
