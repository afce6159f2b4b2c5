import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../cluster/addresses.ts';
import type { Probe } from '../cluster/model.ts';
import { idOf, type Dialled } from '../mesh/dialled.ts';
import type { SocketAddress } from '../conversations/basics.ts';
import type { ResponderView } from '../conversations/dial.ts';
import type { Edge, EdgeProblem } from './run.ts';

/**
 * What a clause asks of a dial.
 * `delivered`: the right responder answered whole, without more loss than chance.
 * `ports kept`: that, and no port translated. `untranslated`: that, and both ends see the same two addresses and ports.
 */
export type Promised = 'delivered' | 'ports kept' | 'untranslated';

/** Judges one dial. An inconclusive dial has the problem `inconclusive` and no other. */
export function judge(dial: Dialled, options: { promised: Promised }): Edge {
  const { record } = dial;
  const view = worstView(dial);
  const problems = problemsOf(dial, options.promised);
  const remote = { address: dial.address, port: dial.port };
  const diallerSees = record?.local == null ? null : { local: record.local, remote };
  return {
    id: idOf(dial),
    from: end(dial.from, dial.from.addresses[dial.family] ?? null),
    to: end(dial.to, dial.address),
    protocol: dial.protocol,
    family: dial.family,
    port: dial.port,
    outcome: outcomeOf(dial, problems),
    problems,
    attempts: dial.attempts,
    answered: dial.answered,
    firstAnswerMs: record?.firstAnswerMs ?? null,
    diallerSees,
    responderSees:
      view === null ? null : { who: `${view.who.node}/${view.who.pod}`, local: view.local, peer: view.peer },
    lostLeg: dial.lostLeg,
    rounds: dial.rounds.map(({ outcome, attempts, answered }) => ({ outcome, attempts, answered })),
    standsWith: dial.standsWith,
    onlyUnderLoad: dial.onlyUnderLoad,
    responderLateMs: dial.onlyUnderLoad ? dial.responderLateMs : null,
    atTheEnd: null,
    detail: detailOf(dial, problems, view),
  };
}

function problemsOf(dial: Dialled, promised: Promised): EdgeProblem[] {
  const { record } = dial;
  if (record === null || dial.inconclusive !== null || record.outcome === 'inconclusive') return ['inconclusive'];
  if (record.outcome !== 'delivered') return [record.outcome];
  if (record.local === null || record.views.length === 0) return ['inconclusive'];
  const found = new Set<EdgeProblem>();
  for (const view of record.views) for (const problem of viewProblems(dial, view)) found.add(problem);
  if (dial.lossy) found.add('loss');
  return [...found].filter((problem) => contradicts(problem, promised));
}

function viewProblems(dial: Dialled, view: ResponderView): EdgeProblem[] {
  if (view.who.uid !== dial.to.uid) return ['wrong responder'];
  const local = dial.record?.local;
  const problems: EdgeProblem[] = [];
  if (local != null) {
    if (!sameAddress(view.peer.address, local.address)) problems.push('source address translated');
    if (view.peer.port !== local.port) problems.push('source port translated');
  }
  if (!isUnspecified(view.local.address) && !sameAddress(view.local.address, dial.address))
    problems.push('destination address translated');
  if (view.local.port !== dial.port) problems.push('destination port translated');
  return problems;
}

const translations: Partial<Record<EdgeProblem, Promised[]>> = {
  'source address translated': ['untranslated'],
  'destination address translated': ['untranslated'],
  'source port translated': ['untranslated', 'ports kept'],
  'destination port translated': ['untranslated', 'ports kept'],
};

function contradicts(problem: EdgeProblem, promised: Promised): boolean {
  return translations[problem]?.includes(promised) ?? true;
}

function outcomeOf(dial: Dialled, problems: EdgeProblem[]): Edge['outcome'] {
  if (problems.includes('inconclusive')) return 'inconclusive';
  if (problems.includes('wrong responder')) return 'wrong responder';
  return dial.record?.outcome ?? 'inconclusive';
}

/** The view that contradicts the promise, where answers differ (two responders behind one address). */
function worstView(dial: Dialled): ResponderView | null {
  const views = dial.record?.views ?? [];
  return views.find((view) => viewProblems(dial, view).length > 0) ?? views[0] ?? null;
}

function detailOf(dial: Dialled, problems: EdgeProblem[], view: ResponderView | null): string | null {
  const [problem] = problems;
  if (problem === undefined) return dial.answered < dial.attempts ? lossSentence(dial) : null;
  if (problem === 'inconclusive')
    return (
      dial.inconclusive ?? dial.record?.error ?? 'the reply does not tell who answered, or from where it was asked'
    );
  if (problem === 'loss') return lossSentence(dial);
  if (problem === 'wrong responder')
    return view === null ? (dial.record?.error ?? null) : `${view.who.node}/${view.who.pod} answered`;
  if (view !== null && problem.startsWith('source') && dial.record?.local != null)
    return `${text(dial.record.local)} arrived as ${text(view.peer)}`;
  if (view !== null && problem.startsWith('destination')) return `${text(dial)} arrived as ${text(view.local)}`;
  return [dial.record?.error ?? null, againSentence(dial)].filter((part) => part !== null).join('; ') || null;
}

function lossSentence({ protocol, attempts, answered, record }: Dialled): string {
  const lost = attempts - answered;
  const share = `${lost} of ${attempts} ${protocol === 'TCP' ? 'connection attempts' : 'datagrams'} lost (${Math.round((100 * lost) / attempts)} %)`;
  if (protocol === 'UDP' || record === null || record.lostSyns === 0 || record.connectMs === null) return share;
  return `${share}; connecting took up to ${(record.connectMs / 1000).toFixed(1)} s`;
}

/** What the calm round of a dial that failed found. */
function againSentence({ rounds, protocol, record }: Dialled): string | null {
  const again = rounds[1];
  if (again === undefined) return null;
  const ports = record?.failedPorts ?? [];
  const some =
    again.answered > 0 && ports.length > 0 ? `, none from the source ports ${ports.slice(0, 4).join(', ')}` : '';
  return `asked again calmly, ${again.answered} of ${again.attempts} ${protocol === 'TCP' ? 'connection attempts' : 'datagrams'} were answered${some}`;
}

function text(socket: SocketAddress): string {
  return socket.address.includes(':') ? `[${socket.address}]:${socket.port}` : `${socket.address}:${socket.port}`;
}

function end(probe: Probe, address: string | null): Edge['from'] {
  return { node: probe.node, probe: probe.name, address };
}

/** A responder on all addresses (none of a node's known ones is on an interface) can't tell on which a datagram came. */
function isUnspecified(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unspecified';
}

/** Whether two texts name one IP address (IPv4-mapped and differently written IPv6 included). */
export function sameAddress(one: string, other: string): boolean {
  return canonicalAddress(one) === canonicalAddress(other);
}
