/** What the two protocols have in common for a measurement. */

/** No answer within the deadline, or an error instead. */
export const lost = -1;

/** A flow with open sockets: every exchange is one round trip. */
export interface Flow {
  /** Nanoseconds from immediately before the send to the answer, or `lost`. Never rejects. */
  exchange(): Promise<number>;
  close(): void;
}

export interface FlowOptions {
  tag: string;
  timeoutMs: number;
}

/** A flow could not be made on this source port because it is taken. */
export class PortTaken extends Error {
  override name = 'PortTaken';
}

/** From two readings of `process.hrtime.bigint()`; never more than fits into an Int32 (2.1 s). */
export function nanoseconds(from: bigint, to: bigint): number {
  return Math.min(Number(to - from), 2_147_483_647);
}
