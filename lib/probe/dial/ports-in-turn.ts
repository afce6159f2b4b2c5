/** Source ports of a range in turn, so that each is left alone for as long as possible. */
import type { PortRange } from '../../conversations/dial.ts';

/** By range, how many were handed out. */
export type PortTurns = Map<string, number>;

/** The next port of the range. The first is anywhere in it: probes behind one address would otherwise all use the same. */
export function nextPort({ from, to }: PortRange, turns: PortTurns): number {
  const key = `${from}-${to}`;
  const size = to - from + 1;
  const turn = turns.get(key) ?? Math.floor(Math.random() * size);
  turns.set(key, turn + 1);
  return from + (turn % size);
}
