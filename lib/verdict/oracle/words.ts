import type { SocketAddress } from '../../conversations/basics.ts';
import type { DialRecord, ResponderView } from '../../conversations/dial.ts';
import type { Dialled } from '../../mesh/dialled.ts';

/** "66 of 220 datagrams lost (30 %)". */
export function lossSentence(dial: Dialled): string {
  const { protocol, attempts, answered, record } = dial;
  const lost = attempts - answered;
  const share = `${lost} of ${attempts} ${unitsOf(dial)} lost (${Math.round((100 * lost) / attempts)} %)`;
  if (protocol === 'UDP' || record === null || record.lostSyns === 0 || record.connectMs === null) return share;
  return `${share}; connecting took up to ${(record.connectMs / 1000).toFixed(1)} s`;
}

/** "connecting took up to 1.02 s, more than 0.9 s". */
export function slowSentence(connectMs: number, limitMs: number): string {
  return `connecting took up to ${(connectMs / 1000).toFixed(2)} s, more than ${limitMs / 1000} s`;
}

/** The result of a dial that was to get no answer. */
export function answeredSentence(dial: Dialled, view: ResponderView | null): string {
  if (dial.answered === 0) return 'it arrived, and only its answer did not';
  const by = view === null ? '' : ` by ${view.who.node}/${view.who.pod}`;
  return `${dial.answered} of ${dial.attempts} ${unitsOf(dial)} were answered${by}`;
}

/** "no datagram of 1472 bytes arrives, but those of 1372 do". */
export function sizeSentence({ protocol, size, lasting }: Dialled): string | null {
  if (size === undefined) return null;
  const { bytes, answerBytes, passes, alone } = size;
  if (alone !== undefined)
    return `no datagram of ${alone.least === alone.most ? `${bytes}` : `${alone.least} to ${alone.most}`} bytes is answered, though shorter and longer ones are`;
  if (size.small === true)
    return `no datagram of ${bytes} bytes is answered${passes === undefined ? '' : `, though those of ${passes} are`}`;
  if (protocol === 'TCP' && lasting === true)
    return `of ${bytes} bytes each way ${passes === undefined ? 'not all' : `about ${Math.round(passes / 1_024)} KiB`} came through, and nothing more; nor over a new connection`;
  if (protocol === 'TCP')
    return `the connection is open, and ${bytes} bytes each way do not come through${passes === undefined ? '' : `, though ${passes} do`}`;
  return `no datagram of ${bytes} bytes is answered by one of ${answerBytes === undefined ? 'the same size' : `${answerBytes}`}${passes === undefined ? '' : `, though those of ${passes} are`}`;
}

/** "the first 30 datagrams of a flow got through, and none after". */
export function cutOffSentence(after: number): string {
  return `the first ${after} datagrams of a flow got through, and none after; nor of a new flow`;
}

const missingEnds = {
  'own end lost': 'the end that the dialler sent was never acknowledged',
  'other end lost': 'the end of the responder never came',
  unknown: 'it is not known which end is missing',
};

/** "it was answered, and the end of the responder never came". */
export function unclosedSentence(unclosed: keyof typeof missingEnds): string {
  return `it was answered, and ${missingEnds[unclosed]}`;
}

/** "idle for 12 s, then nothing came back", "idle, and reset after 8 s". */
export function heldSentence({ held, outcome }: DialRecord): string | null {
  if (held === undefined) return null;
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const { idleMs, endedAfterMs, heard } = held;
  if (endedAfterMs !== null) return `idle, and closed after ${seconds(endedAfterMs)}`;
  if (heard === false) return `idle for ${seconds(idleMs)}, then what the responder sent first did not arrive`;
  return `idle for ${seconds(idleMs)}, then ${outcome === 'reset' ? 'reset' : 'silence'}`;
}

/** What the calm round of a dial that failed found. */
export function againSentence(dial: Dialled): string | null {
  const { rounds, record } = dial;
  const again = rounds.at(-1);
  if (again === undefined || rounds.length === 1) return null;
  const ports = record?.failedPorts ?? [];
  const some =
    again.answered > 0 && ports.length > 0 ? `, none from the source ports ${ports.slice(0, 4).join(', ')}` : '';
  return `asked again calmly, ${again.answered} of ${again.attempts} ${unitsOf(dial)} were answered${some}`;
}

function unitsOf({ protocol }: Dialled): string {
  return protocol === 'TCP' ? 'connection attempts' : 'datagrams';
}

/** "198.18.1.2:80", "[fd00::1]:80". */
export function socketText(socket: SocketAddress): string {
  return socket.address.includes(':') ? `[${socket.address}]:${socket.port}` : `${socket.address}:${socket.port}`;
}
