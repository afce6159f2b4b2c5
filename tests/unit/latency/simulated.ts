/** A probe whose exchanges take as long as the test says: no packet is sent, and no clock is read. */
import type { Channel, Reply } from '../../../lib/cluster/model.ts';
import type { SocketAddress } from '../../../lib/conversations/basics.ts';
import type { MeasureRequest } from '../../../lib/conversations/closed-loop.ts';
import type { Kind, RecordOf, RequestBody } from '../../../lib/conversations/index.ts';
import type { OpenLoopRequest } from '../../../lib/conversations/open-loop.ts';
import { cellsOf, Standing } from '../../../lib/probe/closed-loop/block.ts';
import type { Flow } from '../../../lib/probe/closed-loop/flow.ts';
import { sampleRegime } from '../../../lib/probe/closed-loop/regime.ts';
import { base64 } from '../../../lib/probe/measuring/packed.ts';
import { seededRandom } from '../../../lib/probe/measuring/random.ts';

/** Nanoseconds of a round trip to there. */
type RoundTrip = (target: SocketAddress) => number;

/** Blocks, their order and what they lead to are the probe's own code. A request that a measurement does not make is refused. */
export function simulatedChannel(roundTrip: RoundTrip): Channel {
  return {
    async request<K extends Kind>(body: RequestBody<K>): Promise<Reply<RecordOf<K>>> {
      const records = (await answer(body, roundTrip)) as RecordOf<K>[];
      return { whole: true, records, stallMs: 0, instance: 'simulated' };
    },
    close() {},
  };
}

async function answer(body: RequestBody, roundTrip: RoundTrip): Promise<RecordOf[]> {
  switch (body.kind) {
    case 'echo-listen':
      return (['UDP', 'TCP'] as const).map((protocol) => ({ kind: 'listen', protocol, port: 7_007, error: null }));
    case 'await-echo':
      return body.targets.map((target) => ({ kind: 'echo', ...target, afterMs: 0, attempts: 1 }));
    case 'kernel':
      return [{ kind: 'kernel', conntrack: null, links: [] }];
    case 'measure':
      return measured(body, roundTrip);
    case 'open-loop':
      return sent(body, roundTrip);
    default:
      throw new Error(`a measurement does not ask for ${body.kind}`);
  }
}

async function measured(request: MeasureRequest, roundTrip: RoundTrip): Promise<RecordOf<'measure'>[]> {
  const random = seededRandom(request.seed);
  const flowTo = async (target: SocketAddress): Promise<Flow> => ({
    exchange: async () => roundTrip(target),
    close: () => undefined,
  });
  const arms = { stand: flowTo, ready: flowTo };
  const standing = await Standing.open(request, arms);
  const common = { request, targets: request, cells: cellsOf(request), arms, standing, random };
  const records: RecordOf<'measure'>[] = [];
  for (const regime of request.regimes)
    records.push(await sampleRegime(regime, { ...common, wanted: () => true, portsUsed: () => 0 }));
  return records;
}

/** Each packet on time, and half of its round trip each way. */
function sent({ flows, packets, intervalMs }: OpenLoopRequest, roundTrip: RoundTrip): RecordOf<'open-loop'>[] {
  return flows.map((target) => {
    const scheduledUs = Uint32Array.from({ length: packets }, (_, n) => 1000 * intervalMs * n);
    const roundTripNs = Int32Array.from({ length: packets }, () => roundTrip(target));
    const arrivals = [...scheduledUs].map((us, n) => 1000 * us + roundTripNs[n]! / 2);
    return {
      kind: 'open-loop',
      ...target,
      packets,
      scheduledUs: base64(scheduledUs),
      lateNs: base64(new Int32Array(packets)),
      roundTripNs: base64(roundTripNs),
      responderNs: base64(Float64Array.from(arrivals, (at) => at - arrivals[0]!)),
      duplicates: 0,
      tooLate: 0,
      error: null,
      longestStallMs: 0,
      throttledMs: null,
    };
  });
}
