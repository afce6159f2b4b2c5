import { wilson } from '../statistics/wilson.ts';
import type { Dialled, LostLeg } from './dialled.ts';

/** One in a hundred: a busy network may drop a datagram now and then, and UDP promises no more. */
export const toleratedLoss = 0.01;

/**
 * Whether that many lost datagrams are more than `toleratedLoss` explains:
 * the lower end of the 95 % Wilson score interval lies above it. `pieces`: packets that each is made of; one lost packet loses the datagram.
 */
export function isLossy(counts: { sent: number; answered: number; pieces?: number }): boolean {
  const { sent, answered, pieces = 1 } = counts;
  if (sent === 0 || answered >= sent) return false;
  return wilson(sent - answered, { trials: sent }).lower > 1 - (1 - toleratedLoss) ** pieces;
}

/** Three datagrams in a row, as many as a denial is told by, are lost once in a thousand times where this share of all is. */
const littleLoss = 0.1;

/** Whether a dial lost so little that silence is no part of it. Of datagrams only: a connection that is not answered within a denial's time may have lost a single SYN. */
export function isLittleLost({
  protocol,
  attempts,
  answered,
}: Pick<Dialled, 'protocol' | 'attempts' | 'answered'>): boolean {
  return protocol === 'UDP' && answered >= (1 - littleLoss) * attempts;
}

/** Which way the datagrams of a lossy dial went: sent, received by the responder, answered as far as the dialler heard. */
export function lossyLeg(counts: { attempts: number; received: number; answered: number; pieces?: number }): LostLeg {
  const { attempts, received, answered, pieces = 1 } = counts;
  // A responder that answered more than it reports to have received has forgotten some.
  if (received < answered) return 'unknown';
  const lostThere = isLossy({ sent: attempts, answered: received, pieces });
  const lostBack = isLossy({ sent: received, answered, pieces });
  if (lostThere && lostBack) return 'both';
  // A little in each direction: together more than is tolerated, but neither alone.
  if (!lostThere && !lostBack) return 'unknown';
  return lostBack ? 'reply' : 'request';
}
