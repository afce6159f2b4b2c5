/** When the kernel retransmits a SYN, in ms after the first; a little less, for its coarse timers. */
const synsAgainMs = [950, 2_950, 6_950];

/**
 * How many SYNs must have been lost until a connection was established, or given up. `handshakeMs`: so long it takes anyway. `awakeMs`: of that time, without stalls of the event loop. A loop
 * that stands still hears of a connection late; but where it was awake for half of the time, it would have heard before. Taking stalls off
 * altogether made connects of 1,006 to 1,022 ms pass for sound while other connects on the same paths lost their first SYN.
 */
export function lostSynsIn({
  passedMs,
  awakeMs,
  handshakeMs = 0,
}: {
  passedMs: number;
  awakeMs: number;
  handshakeMs?: number | undefined;
}): number {
  return synsAgainMs.filter((ms) => passedMs >= ms + handshakeMs && awakeMs >= (ms + handshakeMs) / 2).length;
}
