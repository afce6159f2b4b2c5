/** Dials: each ends with exactly one record. */
import { isIP } from 'node:net';
import { dialFlows, dialFromPort, type Flow } from './flows.ts';
import type { HeldFlows } from './held.ts';
import { nextPort, type PortTurns } from './source-ports.ts';
import { dialTcp } from './tcp.ts';
import { dialUdp } from './udp.ts';
import { errorName } from '../io/errors.ts';
import { payloadLimit } from '../speech/payload.ts';
import { isNonce, leastQuestionBytes, questionHeadBytes } from '../speech/speech.ts';
import type { Dial, DialRecord, DialRequest } from '../../conversations/dial.ts';

const concurrencyLimit = 1024;
const datagramLimit = 65_507;
const flowLimit = 256;

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

/** Why a dial can't be made as requested; null when it can. */
function objection(dial: Dial): string | null {
  const bytes = dial.payloadBytes ?? 0;
  if (!isNonce(dial.nonce)) return 'the nonce is not 1 to 64 printable characters';
  if (dial.protocol !== 'TCP' && dial.protocol !== 'UDP') return 'neither TCP nor UDP';
  if (isIP(dial.address) === 0) return 'not an IP address';
  if (!isPort(dial.port)) return 'not a port number';
  if ([dial.sourcePort, dial.preferredPort].some((port) => port && !isPort(port))) return 'not a source port number';
  if (!(dial.timeoutMs > 0)) return 'no timeout';
  if (!((dial.flows ?? 1) <= flowLimit)) return `more than ${flowLimit} flows`;
  if (!(Number.isInteger(bytes) && bytes >= 0)) return 'not a length of payload';
  const least = dial.questionBytes ?? leastQuestionBytes;
  if (!(Number.isInteger(least) && least >= leastQuestionBytes && least <= datagramLimit))
    return 'not a length of a question';
  const shortest = dial.leastBytes ?? leastQuestionBytes;
  if (!(Number.isInteger(shortest) && shortest >= leastQuestionBytes && shortest <= questionHeadBytes + bytes))
    return 'not a length of the shortest datagram';
  const answer = dial.answerBytes ?? 0;
  if (!(Number.isInteger(answer) && answer >= 0 && answer <= datagramLimit)) return 'not a length of answer';
  const limit = dial.protocol === 'UDP' ? datagramLimit - questionHeadBytes : payloadLimit;
  return bytes > limit ? `more than ${limit} bytes of payload` : null;
}

/** The record of a dial whose result is not known yet; says nothing about the network. */
function blankRecord(nonce: string): DialRecord {
  return {
    kind: 'dial',
    nonce,
    outcome: 'inconclusive',
    attempts: 0,
    answered: 0,
    firstAnswerMs: null,
    connectMs: null,
    lostSyns: 0,
    failed: null,
    failedPorts: [],
    local: null,
    views: [],
    error: null,
  };
}

/** What earlier dials of the agent left for later ones. */
export interface Dialled {
  held: HeldFlows;
  turns: PortTurns;
}

async function dialOnce(dial: Dial, dialled: Dialled): Promise<DialRecord> {
  const error = objection(dial);
  if (error !== null) return { ...blankRecord(dial.nonce), error };
  const flow = (one: Dial): Promise<DialRecord> => dialFlow(one, dialled);
  if ((dial.flows ?? 1) > 1) return dialFlows(dial, flow);
  return dial.preferredPort ? dialFromPort({ ...dial, sourcePort: dial.preferredPort }, flow) : flow(dial);
}

async function dialFlow(dial: Dial, { held, turns }: Dialled): Promise<DialRecord> {
  // A flow that was left open has its port, and is there once. What connect() chooses for TCP is not `apart`.
  const isPortReused = Boolean(dial.sourcePort);
  if (dial.over !== undefined || isPortReused || (dial.protocol === 'TCP' && dial.apart === undefined))
    return dialOver({ ...dial, isPortReused }, held);
  const sourcePort = nextPort(dial.apart === undefined ? 'direct' : 'apart', turns);
  return dialFromPort({ ...dial, sourcePort }, (one) => dialOver({ ...one, isPortReused }, held));
}

async function dialOver(dial: Flow, held: HeldFlows): Promise<DialRecord> {
  const blank = blankRecord(dial.nonce);
  try {
    return await (dial.protocol === 'TCP' ? dialTcp(dial, blank, held) : dialUdp(dial, blank, held));
  } catch (thrown) {
    return { ...blank, error: `the probe failed: ${errorName(thrown)}` };
  }
}

/** Makes all dials in their order, at most `concurrency` at a time, `spacingMs` apart; `report` gets a record as each ends, and may delay the next. Stops dialling when `wanted` says no. */
export async function dialAll(
  { dials, concurrency, spacingMs = 0 }: Pick<DialRequest, 'dials' | 'concurrency' | 'spacingMs'>,
  report: (record: DialRecord) => Promise<void>,
  { wanted, dialled }: { wanted: () => boolean; dialled: Dialled },
): Promise<void> {
  const queue = dials.entries();
  const started = performance.now();
  const work = async (): Promise<void> => {
    for (const [n, dial] of queue) {
      const early = started + n * spacingMs - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      if (!wanted()) return;
      await report(await dialOnce(dial, dialled));
    }
  };
  const workers = Math.min(Math.max(1, concurrency), concurrencyLimit, dials.length);
  await Promise.all(Array.from({ length: workers }, work));
}
