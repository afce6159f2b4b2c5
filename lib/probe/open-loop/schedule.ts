/** When each packet of an open loop is due. */
import { shuffled } from '../measuring/random.ts';

export interface Due {
  flow: number;
  /** Of its flow, from 0. */
  packet: number;
  /** Microseconds from the schedule's start. */
  atUs: number;
}

/**
 * Every packet of every flow in due order: one per flow in each interval, evenly spaced. Every `turnPackets` packets
 * the flows change places within the interval, so that anything else with a period of 20 ms (timers, the loops of other probes) does not
 * meet the same flow for the whole run.
 */
export function* scheduleOf(options: {
  flows: number;
  packets: number;
  intervalMs: number;
  turnPackets: number;
  random: () => number;
}): Generator<Due> {
  const { flows, packets, intervalMs, turnPackets, random } = options;
  let order: number[] = [];
  for (let packet = 0; packet < packets; packet += 1) {
    if (packet % turnPackets === 0) order = shuffled(flows, random);
    for (const [place, flow] of order.entries())
      yield { flow, packet, atUs: Math.round(1000 * intervalMs * (packet + place / flows)) };
  }
}
