import { wilson } from '../statistics/wilson.ts';

/** One in a hundred: a busy network may drop a datagram now and then, and UDP promises no more. */
export const toleratedLoss = 0.01;

/**
 * Whether that many lost datagrams are more than `toleratedLoss` explains:
 * the lower end of the 95 % Wilson score interval lies above it.
 */
export function isLossy(counts: { sent: number; answered: number }): boolean {
  const { sent, answered } = counts;
  if (sent === 0 || answered >= sent) return false;
  return wilson(sent - answered, { trials: sent }).lower > toleratedLoss;
}
