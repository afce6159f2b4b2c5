/** Source ports of new flows: one that came back within conntrack's time-out (up to 180 s) would not open a new flow. */

/** The next port to use, by destination pod. */
export type NextPorts = Map<string, number>;

/** No source port is left for new flows to this pod. */
export class NoPortLeft extends Error {
  override name = 'NoPortLeft';
  constructor() {
    super('no source port is left that was not used in this run');
  }
}

/** Hands out each port of the range once per `pod`; throws `NoPortLeft` when all are used. */
export function takePort(pod: string, { from, to, next }: { from: number; to: number; next: NextPorts }): number {
  const port = Math.max(from, next.get(pod) ?? from);
  if (port > to) throw new NoPortLeft();
  next.set(pod, port + 1);
  return port;
}
