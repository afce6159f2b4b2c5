/** Dials: each ends with exactly one record. */
import { isIP } from 'node:net';
import { dialTcp } from './tcp.ts';
import { dialUdp } from './udp.ts';
import { errorName } from '../io/errors.ts';
import { payloadLimit } from '../speech/payload.ts';
import { isNonce, questionHeadBytes } from '../speech/speech.ts';
import type { Dial, DialRecord } from '../wire.ts';

const concurrencyLimit = 1024;
const datagramLimit = 65_507;

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

/** Why a dial can't be made as it was asked for; null when it can. */
function objection(dial: Dial): string | null {
  const bytes = dial.payloadBytes ?? 0;
  if (!isNonce(dial.nonce)) return 'the nonce is not 1 to 64 printable characters';
  if (dial.protocol !== 'TCP' && dial.protocol !== 'UDP') return 'neither TCP nor UDP';
  if (isIP(dial.address) === 0) return 'not an IP address';
  if (!isPort(dial.port)) return 'not a port number';
  if (dial.sourcePort && !isPort(dial.sourcePort)) return 'not a source port number';
  if (!(dial.timeoutMs > 0)) return 'no timeout';
  if (!(Number.isInteger(bytes) && bytes >= 0)) return 'not a length of payload';
  const limit = dial.protocol === 'UDP' ? datagramLimit - questionHeadBytes : payloadLimit;
  return bytes > limit ? `more than ${limit} bytes of payload` : null;
}

/** The record of a dial of which nothing is known yet; says nothing about the network. */
function blankRecord(nonce: string): DialRecord {
  return {
    kind: 'dial',
    nonce,
    outcome: 'inconclusive',
    attempts: 0,
    answered: 0,
    firstAnswerMs: null,
    connectMs: null,
    local: null,
    views: [],
    error: null,
  };
}

async function dialOnce(dial: Dial): Promise<DialRecord> {
  const blank = blankRecord(dial.nonce);
  const error = objection(dial);
  if (error !== null) return { ...blank, error };
  try {
    return await (dial.protocol === 'TCP' ? dialTcp(dial, blank) : dialUdp(dial, blank));
  } catch (thrown) {
    return { ...blank, error: `the probe failed: ${errorName(thrown)}` };
  }
}

/** Makes all dials in their order, at most `concurrency` at a time; `report` gets a record as each ends, and may hold up the next. Stops dialling when `wanted` says no. */
export async function dialAll(
  dials: Dial[],
  concurrency: number,
  report: (record: DialRecord) => Promise<void>,
  wanted: () => boolean,
): Promise<void> {
  const queue = dials.values();
  const work = async (): Promise<void> => {
    for (const dial of queue) {
      if (!wanted()) return;
      await report(await dialOnce(dial));
    }
  };
  const workers = Math.min(Math.max(1, concurrency), concurrencyLimit, dials.length);
  await Promise.all(Array.from({ length: workers }, work));
}
