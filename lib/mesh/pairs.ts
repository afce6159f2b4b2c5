import type { Probe } from '../cluster/model.ts';

/** Says whether an exchange dials from one probe to the other. */
export type PairRule = (from: Probe, to: Probe) => boolean;

/** Every ordered pair of probes on different nodes. */
export const acrossNodes: PairRule = (from, to) => from.node !== to.node;

/** Every ordered pair of different probes on one node. */
export const onSameNode: PairRule = (from, to) => from.node === to.node && from.uid !== to.uid;

/** Every ordered pair of different probes. */
export const everyPair: PairRule = (from, to) => from.uid !== to.uid;

/** Each probe and itself. */
export const itself: PairRule = (from, to) => from.uid === to.uid;

/** Every ordered pair of different probes with one of these at either end. */
export function involving(probes: readonly Probe[]): PairRule {
  const chosen = new Set(probes);
  return (from, to) => from.uid !== to.uid && (chosen.has(from) || chosen.has(to));
}
