import type { OpenLoop } from './measured.ts';

/** Every packet of an open loop, a line each. The format is described in its first lines, which begin with "#". */
export function openLoopCsv({ streams, seed, packetsPerSecond, packetBytes }: OpenLoop): string {
  const head = [
    `# flatnet open-loop 1: UDP packets of ${packetBytes} bytes, ${packetsPerSecond} a second on each path, sent whether answers come or not`,
    `# seed ${seed}; packets of one from, to and number were sent within the same 20 ms; control: the pod IP once more`,
    '# where: whether both pods are on one node; from, to: their nodes',
    '# scheduled_us: when it was due, from the start of the schedule of that sender; late_ns: how much later it was sent',
    '# round_trip_ns: from the actual send to the answer; empty: lost (no answer within 1 s)',
    "# responder_ns: when the responder had it, by the responder's own clock from its first answer to that path",
    'where,from,to,path,packet,scheduled_us,late_ns,round_trip_ns,responder_ns',
  ];
  const lines = streams.flatMap(({ where, from, to, path, packets }) =>
    packets.map(({ scheduledUs, lateNs, roundTripNs, responderNs }, n) =>
      [where, from, to, path, n, scheduledUs, lateNs, roundTripNs ?? '', responderNs ?? ''].join(','),
    ),
  );
  return `${[...head, ...lines].join('\n')}\n`;
}
