import type { Edge } from '../../verdict/run.ts';
import { foldAtRandom } from './at-random.ts';
import type { Fold } from './explained.ts';
import { asOpened, isRequest, type Observation } from './observations.ts';
import { matches } from './pattern.ts';

/** Folds dials that lost some of their packets, each protocol by itself; ports say nothing. */
export function foldLoss(failing: Observation[], healthy: Observation[]): Fold[] {
  const isTcp = ({ edge }: Observation): boolean => edge.protocol === 'TCP';
  const { tcp = [], udp = [] } = Object.groupBy(failing, (seen) => (isTcp(seen) ? 'tcp' : 'udp'));
  // Of a SYN that was sent again it is not known whether it was lost, or its answer was.
  return [...foldAll(udp, healthy), ...foldAll(tcp.map(asOpened), healthy.filter(isTcp))];
}

function foldAll(failing: Observation[], healthy: Observation[]): Fold[] {
  const areRequests = failing.every(({ suspect }) => suspect.every(isRequest));
  const { folds } = foldAtRandom(failing, areRequests ? healthy.map(asOpened) : healthy, {
    symptom: 'lossy',
    trials: ({ attempts, answered }) => ({ sent: attempts, lost: attempts - answered }),
    soundTrials: ({ answered }) => ({ sent: answered, lost: 0 }),
    background: 0.001,
    price: 1,
    accepts: ({ protocol }) => protocol !== null,
  });
  return folds.map((one) => ({ ...one, partly: false }));
}

/** Where it is less likely than this, a dial that got nothing through is not due to chance. */
const byChance = 1e-5;

/** A dial that got nothing through on a lossy leg, as its rate makes likely, is no second fault: it is reported with that. Returns whether it is. */
export function absorb(seen: Observation, lossy: Fold[]): boolean {
  if (seen.symptom !== 'lost') return false;
  const found = lossy.find(
    ({ pattern, edges }) =>
      seen.suspect.some((leg) => matches(pattern, leg)) && lossRate(edges) ** missesOf(seen.edge, edges) >= byChance,
  );
  found?.besides.push(seen.edge);
  return found !== undefined;
}

/** What it lost: packets; or flows, where others of its flows were answered and the leg loses whole ones. */
function missesOf({ attempts, answered, rounds }: Edge, lossy: readonly Edge[]): number {
  const isByFlow = answered > 0 && lossy.some((edge) => (edge.rounds.at(-1)?.deadFlows ?? 0) > 0);
  return isByFlow ? 1 + (rounds.at(-1)?.deadFlows ?? 0) : attempts - answered;
}

/** Whether it is a long stream of which no SYN was sent again: what is missing was connected, and did not come to its end. */
export function isBrokenOff({ protocol, size, attempts, answered, rounds }: Edge): boolean {
  const unended = rounds.reduce((sum, one) => sum + Math.max(one.deadFlows, one.answered === 0 ? 1 : 0), 0);
  return protocol === 'TCP' && size !== undefined && attempts - answered <= unended;
}

/** The share of what was sent that was not answered, from 0 to 1. */
export function lossRate(edges: Edge[]): number {
  const { sent, lost } = countLoss(edges);
  return lost / sent;
}

/** The same as numbers of packets. */
export function countLoss(edges: Edge[]): { sent: number; lost: number } {
  const sent = edges.reduce((sum, edge) => sum + edge.attempts, 0);
  return { sent, lost: sent - edges.reduce((sum, edge) => sum + edge.answered, 0) };
}
