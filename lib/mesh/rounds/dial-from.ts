import { channelMs, type Probe } from '../../cluster/model.ts';
import type { Dial, DialRecord } from '../../conversations/dial.ts';
import { unknownDial, type Dialled, type PlannedDial } from '../dialled.ts';
import { longStreamsAgain, type CalmTimes, type ExchangeTimes } from '../times.ts';
import { isDoubtful } from './merge.ts';
import { stoodStill } from './stood-still.ts';

/** What a dial is made of, beyond whom it is for. */
export type Manner = Pick<
  Dial,
  'timeoutMs' | 'datagrams' | 'intervalMs' | 'flows' | 'sourcePort' | 'preferredPort' | 'hold' | 'over' | 'first'
>;

const fewBytes = 64;
/** Of a question, before its payload: part of a size. */
export const headBytes = 128;
/** Datagrams where no answer is expected. */
const datagramsUnanswered = 3;

/** In the first round: one flow each unless the times say more, quickly. */
export function quick({ protocol, sourcePort, hold, over, first, under }: PlannedDial, times: ExchangeTimes): Manner {
  const briefly = under?.patienceMs ?? null;
  const flow = {
    ...(sourcePort === undefined ? {} : { preferredPort: sourcePort }),
    ...(hold === undefined ? {} : { hold }),
    ...(over === undefined ? {} : { over }),
    ...(over === undefined || first === undefined ? {} : { first }),
  };
  if (protocol === 'TCP')
    return {
      ...flow,
      timeoutMs: briefly ?? times.dialTimeoutMs,
      ...(times.connections > 1 ? { flows: times.connections } : {}),
    };
  return {
    ...flow,
    timeoutMs: briefly ?? times.datagramTimeoutMs,
    datagrams: briefly === null ? times.datagrams : datagramsUnanswered,
    intervalMs: times.datagramIntervalMs,
    ...(times.datagramFlows > 1 && briefly === null ? { flows: times.datagramFlows } : {}),
  };
}

/** Again: many flows, with pauses, the first from the source port that failed. */
export function calm(dial: Dialled, { calm: times }: ExchangeTimes): Manner {
  const { protocol, record, lasting, rounds } = dial;
  // A flow that was cut off stays so: a new one that is as long tells whether that is what becomes of each.
  if (lasting === true && record?.outcome === 'delivered') {
    const datagrams = Math.max(times.datagrams, ...rounds.map(({ attempts }) => attempts));
    return spread({ protocol, sourcePort: 0 }, { ...times, datagrams, datagramFlows: 1 });
  }
  // Each sends as much as a hundred others.
  if (lasting === true && protocol === 'TCP')
    return spread(
      { protocol, sourcePort: 0 },
      { ...times, connections: longStreamsAgain, connectionIntervalMs: 1_000 },
    );
  return spread({ protocol, sourcePort: sourcePortOf(dial) }, times);
}

/** The same, of few flows: enough to tell what is dead from what is not. */
export function few(dial: Dialled, { calm: times }: ExchangeTimes): Manner {
  return spread({ protocol: dial.protocol, sourcePort: sourcePortOf(dial) }, { ...times, ...times.few });
}

/** The port that it had; of one that a probe spoilt, the port it was to have. */
function sourcePortOf({ record, sourcePort }: Dialled): number {
  return record?.local?.port ?? sourcePort ?? 0;
}

function spread(
  { protocol, sourcePort }: Pick<PlannedDial, 'protocol'> & { sourcePort: number },
  times: Omit<CalmTimes, 'few'>,
): Manner {
  if (protocol === 'TCP')
    return {
      timeoutMs: times.connectionTimeoutMs,
      flows: times.connections,
      intervalMs: times.connectionIntervalMs,
      sourcePort,
    };
  return {
    timeoutMs: times.datagramTimeoutMs,
    datagrams: times.datagrams,
    flows: times.datagramFlows,
    intervalMs: times.datagramIntervalMs,
    sourcePort,
  };
}

/** Beside what failed: a connection or a datagram of each of many flows, from ports that the kernel chooses. */
export function beside(
  { protocol }: Pick<PlannedDial, 'protocol'>,
  { calm: times, otherPorts: { flows, intervalMs } }: ExchangeTimes,
): Manner {
  return protocol === 'TCP'
    ? { timeoutMs: times.connectionTimeoutMs, flows, intervalMs, sourcePort: 0 }
    : { timeoutMs: times.datagramTimeoutMs, flows, datagrams: flows, intervalMs, sourcePort: 0 };
}

export interface DialOptions {
  times: ExchangeTimes;
  /** Pause between the starts of two dials, ms. */
  spacingMs?: number;
  onRecord?: (record: DialRecord) => void;
}

/** Lets one probe make these dials, all in one request. What was in flight when the stream broke is `lost`: it may be asked again. */
export async function dialFrom(
  from: Probe,
  planned: readonly { dial: PlannedDial; manner: Manner }[],
  { times, spacingMs = 0, onRecord }: DialOptions,
): Promise<{ dialled: Dialled[]; lost: boolean }> {
  const dials = planned.map(({ dial, manner }) => toWire(dial, manner, times));
  const longestMs = Math.max(...dials.map(lastsMs));
  const reply = await from.channel.request(
    { kind: 'dial', concurrency: dials.length, spacingMs, dials },
    { deadlineMs: longestMs + spacingMs * dials.length + channelMs, ...(onRecord ? { onRecord } : {}) },
  );
  if (!reply.whole) {
    // Whoever gets next to no CPU time waits for its time-outs many times as long: they count while it runs only.
    const spoilt = reply.cause === 'deadline';
    const dialled = planned.map(({ dial }) => unknownDial(dial, reply.reason, { spoilt }));
    return { dialled, lost: reply.cause === 'stream lost' };
  }
  const records = new Map(reply.records.map((record) => [record.nonce, record]));
  const { stallMs, throttledMs } = reply;
  const stood = ({ timeoutMs }: Manner): string | null =>
    stallMs > timeoutMs / 2 ? stoodStill(from, { ms: stallMs, throttledMs }, 'a timeout') : null;
  return {
    dialled: planned.map(({ dial, manner }) =>
      holding(dialledOf(dial, records.get(dial.nonce), stood(manner)), manner),
    ),
    lost: false,
  };
}

/** One dial once more in this manner, under a nonce that ends like this; if a broken stream left it unanswered, again when the stream is back. */
export async function dialAnew(
  dial: Dialled,
  manner: Manner,
  { suffix, times, newNonce }: { suffix: 'again' | 'ports' | 'beside'; times: ExchangeTimes; newNonce: () => string },
): Promise<Dialled> {
  const ask = async () =>
    dialFrom(dial.from, [{ dial: { ...dial, nonce: `${newNonce()}-${suffix}` }, manner }], { times });
  const { dialled, lost } = await ask();
  return (lost ? (await ask()).dialled : dialled)[0]!;
}

function toWire(
  { nonce, to, protocol, address, port, size, lengths, handshakeMs, closes }: PlannedDial,
  manner: Manner,
  { flowingMs }: ExchangeTimes,
): Dial {
  const bytes = size?.bytes ?? lengths?.most ?? headBytes + fewBytes;
  const payloadBytes = Math.max(0, bytes - headBytes);
  const shortest = lengths === undefined ? {} : { leastBytes: lengths.least };
  const least = size !== undefined && size.bytes < headBytes ? { questionBytes: size.bytes } : {};
  const answerBytes = size?.answerBytes ?? lengths?.answerBytes;
  const answer = answerBytes === undefined ? {} : { answerBytes };
  const handshake = handshakeMs === undefined ? {} : { handshakeMs };
  // The kernel could not tell the answers of a dial through a Service and of one to the same pod apart, if they came from the same port: it gives the
  // second another one (seen: 3 direct dials of some 10,000 arrived from one).
  const apart = to.via === null ? {} : { apart: true as const };
  const flowing = protocol === 'TCP' && size !== undefined ? { flowingMs } : {};
  return {
    nonce,
    protocol,
    address,
    port,
    payloadBytes,
    ...least,
    ...shortest,
    ...answer,
    ...handshake,
    ...apart,
    ...flowing,
    ...(closes === undefined ? {} : { closes }),
    ...manner,
  };
}

function lastsMs({
  protocol,
  timeoutMs,
  flowingMs = 0,
  datagrams = 1,
  intervalMs = 0,
  flows = 1,
  closes,
}: Dial): number {
  const closingMs = closes === true ? timeoutMs : 0;
  return Math.max(timeoutMs, flowingMs) + closingMs + intervalMs * (protocol === 'TCP' ? flows : datagrams);
}

function holding(dialled: Dialled, { hold }: Manner): Dialled {
  const { record, nonce } = dialled;
  const [view] = record?.views ?? [];
  if (hold !== true || record?.outcome !== 'delivered' || view === undefined) return dialled;
  return { ...dialled, heldAs: { nonce, local: record.local, view } };
}

/** `stood`: that the dialler stood still, where it did too long. */
function dialledOf(dial: PlannedDial, record: DialRecord | undefined, stood: string | null): Dialled {
  const who = `${dial.from.node}/${dial.from.name}`;
  if (record === undefined) return unknownDial(dial, `${who} did not report this dial`);
  // It could dial, and did not come to an end.
  if (record.outcome === 'inconclusive' && record.connectMs !== null)
    return { ...unknownDial(dial, `from ${who}: ${record.error}`), unended: true };
  if (record.outcome === 'inconclusive')
    return unknownDial(dial, `${who} could not dial: ${record.error ?? 'no reason given'}`, { spoilt: true });
  if (record.outcome === 'timeout' && stood !== null) return unknownDial(dial, stood, { spoilt: true });
  const { attempts, answered, outcome, failedPorts, cutOff } = record;
  const cut = cutOff === undefined ? {} : { cutOff };
  const rounds = [{ nonce: dial.nonce, outcome, attempts, answered, deadFlows: failedPorts.length, ...cut }];
  const known = { ...unknownDial(dial, ''), record, inconclusive: null, attempts, answered, rounds };
  // What came is true, however late; what is missing says nothing of the network.
  const isSpoilt = stood !== null && outcome === 'delivered' && isDoubtful(known);
  return isSpoilt ? { ...known, inconclusive: stood, spoilt: true } : known;
}
