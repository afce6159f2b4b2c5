import type { Dialled } from '../../mesh/dialled.ts';
import type { SocketAddress } from '../../conversations/basics.ts';
import type { Expectation } from './expectation.ts';
import type { Found } from './problems.ts';

/** One short sentence on what went wrong with a dial; null where nothing did. */
export function detailOf(
  dial: Dialled,
  { found: { problems, view, doubt }, expectation }: { found: Found; expectation: Expectation },
): string | null {
  const [problem] = problems;
  const { record } = dial;
  if (problem === undefined)
    return expectation.outcome === 'delivered' && dial.answered < dial.attempts ? lossSentence(dial) : null;
  if (problem === 'inconclusive')
    return (
      dial.inconclusive ?? doubt ?? record?.error ?? 'the reply does not tell who answered, or from where it was asked'
    );
  if (problem === 'loss') return lossSentence(dial);
  if (problem === 'slow to connect') return slowSentence(dial, expectation);
  if (problem === 'not denied' || problem === 'not refused')
    return dial.answered === 0 ? 'it arrived, and only its answer did not' : answeredSentence(dial, view);
  if (problem === 'wrong responder')
    return view === null ? (record?.error ?? null) : `${view.who.node}/${view.who.pod} answered`;
  if (view !== null && problem.startsWith('source') && record?.local != null)
    return `${text(record.local)} arrived as ${text(view.peer)}`;
  if (view !== null && problem.startsWith('destination')) return `${text(dial)} arrived as ${text(view.local)}`;
  return [record?.error ?? null, againSentence(dial)].filter((part) => part !== null).join('; ') || null;
}

function lossSentence(dial: Dialled): string {
  const { protocol, attempts, answered, record } = dial;
  const lost = attempts - answered;
  const share = `${lost} of ${attempts} ${unitsOf(dial)} lost (${Math.round((100 * lost) / attempts)} %)`;
  if (protocol === 'UDP' || record === null || record.lostSyns === 0 || record.connectMs === null) return share;
  return `${share}; connecting took up to ${(record.connectMs / 1000).toFixed(1)} s`;
}

function slowSentence({ record }: Dialled, expectation: Expectation): string {
  const limit = expectation.outcome === 'delivered' ? (expectation.connectsWithinMs ?? 0) : 0;
  return `connecting took up to ${((record?.connectMs ?? 0) / 1000).toFixed(2)} s, more than ${limit / 1000} s`;
}

function answeredSentence(dial: Dialled, view: Found['view']): string {
  const by = view === null ? '' : ` by ${view.who.node}/${view.who.pod}`;
  return `${dial.answered} of ${dial.attempts} ${unitsOf(dial)} were answered${by}`;
}

/** What the calm round of a dial that failed found. */
function againSentence(dial: Dialled): string | null {
  const { rounds, record } = dial;
  const again = rounds[1];
  if (again === undefined) return null;
  const ports = record?.failedPorts ?? [];
  const some =
    again.answered > 0 && ports.length > 0 ? `, none from the source ports ${ports.slice(0, 4).join(', ')}` : '';
  return `asked again calmly, ${again.answered} of ${again.attempts} ${unitsOf(dial)} were answered${some}`;
}

function unitsOf({ protocol }: Dialled): string {
  return protocol === 'TCP' ? 'connection attempts' : 'datagrams';
}

function text(socket: SocketAddress): string {
  return socket.address.includes(':') ? `[${socket.address}]:${socket.port}` : `${socket.address}:${socket.port}`;
}
