import { sameAddress } from '../../cluster/addresses.ts';
import type { Probe } from '../../cluster/model.ts';
import type { Protocol } from '../../conversations/basics.ts';
import type { ResolveRecord } from '../../conversations/resolve.ts';
import { isLossy } from '../../mesh/loss.ts';
import { measurementOf } from '../../verdict/measurement.ts';
import type { Facts } from '../facts.ts';
import type { UnansweredWay, Violation } from '../violation.ts';
import { namedNodes } from './named-nodes.ts';

interface Answer {
  name: string;
  type: string;
  expected: readonly string[];
  unready?: readonly string[];
  record: ResolveRecord | null;
}

interface Asked {
  from: Probe;
  protocol: Protocol;
  server: string;
  port: number;
  answers: readonly Answer[];
}

/**
 * Whether pods of all nodes got answers from the cluster's DNS over each protocol, and the right ones. Where policies of somebody else may keep pods from
 * asking (`forbidding`) a way without any answer proves nothing; one that is answered now and then, or wrongly, is none that is forbidden.
 */
export function dnsAnswers({
  server,
  without,
  asked,
  behind,
  forbidding,
}: {
  server: string | null;
  without: string | null;
  asked: readonly Asked[];
  /** Nodes of its pods, and where these receive, as far as it is known. */
  behind: { on: readonly string[]; ports: Record<Protocol, number | null> };
  forbidding: string | null;
}): Facts {
  const told = asked.filter(({ answers }) => answers.some(({ record }) => record !== null));
  const forbidden = forbidding === null ? [] : told.filter(isWithoutAnswer);
  const silent = told.filter((one) => !forbidden.includes(one) && isSilent(one));
  const wrong = told.filter((one) => ![...forbidden, ...silent].includes(one) && one.answers.some(isWrong));
  const unknown = asked.length - told.length;
  const only = onlyTypeLost(silent);
  const doubts = [
    ...(forbidden.length === 0 ? [] : [`${forbidden.length} ways (${waysOf(forbidden)}) got no answer: ${forbidding}`]),
    ...(unknown === 0
      ? []
      : [`${unknown} ways could not be asked about: a probe's reply did not arrive, or it stood still meanwhile`]),
  ];
  const times = told.flatMap(({ answers }) => answers.flatMap(({ record }) => record?.afterMs ?? []));
  const slowest = Math.max(0, ...times);
  return {
    expected: 'the cluster’s DNS answers a pod of every node, over UDP and TCP, with the addresses that the API gives',
    seen: `${server} answered ${told.length - forbidden.length - silent.length - wrong.length} of ${told.length} ways from pods, counted by node, protocol and server address, correctly and completely, within ${slowest.toFixed(1)} ms`,
    violations: [
      ...notAnswering(silent, { only, at: onlyAddress(silent, asked) }),
      ...answeringWrongly(wrong, server ?? ''),
    ],
    // What strikes one type of question alone is no matter of the way.
    ...(silent.length + wrong.length > 0 && wrong.every(isOutdated) && only === null
      ? {
          unanswered: [
            ...silent.map((one) => unansweredWay(one, behind)),
            ...wrong.map((one) => ({ ...unansweredWay(one, behind), isOutdated: true as const })),
          ],
        }
      : {}),
    notApplicable: without,
    inconclusive: doubts.join('; ') || null,
    measurements: times.length === 0 ? [] : [measurementOf('dns/slowest-answer', {}, { estimate: slowest })],
  };
}

function isWithoutAnswer({ answers }: Asked): boolean {
  return !answers.some(isAnswered);
}

/** Be it wrongly. */
function isAnswered({ record }: Answer): boolean {
  return record?.outcome === 'answered' || record?.outcome === 'malformed';
}

/** "UDP and TCP, from node-1, node-2". */
function waysOf(asked: readonly Asked[]): string {
  return `${protocolsOf(asked)}, from ${namedNodes(nodesOf(asked))}`;
}

function protocolsOf(asked: readonly Asked[]): string {
  return [...new Set(asked.map(({ protocol }) => protocol))].toSorted().join(' and ');
}

/** Nothing is answered, or more is lost than chance explains. */
function isSilent({ answers }: Asked): boolean {
  const known = answers.filter(({ record }) => record !== null);
  const answered = known.filter(isAnswered).length;
  return answered === 0 || isLossy({ sent: known.length, answered });
}

function unansweredWay(
  asked: Asked,
  { on, ports }: { on: readonly string[]; ports: Record<Protocol, number | null> },
): UnansweredWay {
  const { from, protocol, server, port } = asked;
  const portBehind = ports[protocol];
  return {
    from: { node: from.node, probe: from.name },
    protocol,
    family: server.includes(':') ? 'IPv6' : 'IPv4',
    port,
    isSilent: isWithoutAnswer(asked),
    to: [...on],
    ...(portBehind === null || portBehind === port ? {} : { portBehind }),
  };
}

const noSuchName = 3;

/** By RCODE: the server did not answer the question, and says so. That there is no such name is an answer. */
const errors: Readonly<Record<number, string>> = { 1: 'FORMERR', 2: 'SERVFAIL', 4: 'NOTIMP', 5: 'REFUSED' };

function errorOf({ record }: Answer): string | null {
  return record?.outcome === 'answered' ? (errors[record.code ?? 0] ?? null) : null;
}

/** What all that is wrong on these ways has in common; null: something else is wrong as well. */
function onlyError(wrong: readonly Asked[]): string | null {
  const [error = null, ...others] = new Set(wrong.flatMap(({ answers }) => answers.filter(isWrong).map(errorOf)));
  return others.length > 0 ? null : error;
}

function isWrong({ expected, unready = [], record }: Answer): boolean {
  if (record?.outcome === 'malformed') return true;
  if (record?.outcome !== 'answered' || expected.length === 0) return false;
  const { found, truncated = false } = record;
  // Of a name without any pod there is no saying: no address, or no such name.
  if (found.length === 0 && expected.every((address) => unready.includes(address)))
    return record.code !== 0 && record.code !== noSuchName;
  const isThere = (address: string): boolean =>
    unready.includes(address) || found.some((one) => sameAddress(one, address));
  // What it left out, and says so, resolvers ask for over TCP: that is a way of its own here.
  return !(
    record.code === 0 &&
    (truncated || expected.every(isThere)) &&
    found.every((one) => expected.some((address) => sameAddress(one, address)))
  );
}

function notAnswering(silent: readonly Asked[], { only, at }: { only: string | null; at: string | null }): Violation[] {
  const [first] = silent;
  if (first === undefined) return [];
  const known = first.answers.filter(({ record }) => record !== null);
  const lost = known.filter(({ record }) => record?.outcome !== 'answered');
  const how = lost[0]?.record?.error ?? lost[0]?.record?.outcome;
  return [
    {
      kind: 'DNS does not answer',
      nodes: nodesOf(silent),
      over: protocolsOf(silent),
      only,
      at,
      refused: silent.every(({ answers }) => answers.every(isRefusedOrNot)),
      partly: silent.every(({ answers }) => answers.some(isAnswered)),
      evidence: `${lost.length} of ${known.length} questions from ${first.from.node}/${first.from.name} to ${first.server} over ${first.protocol} got no answer (${how}${only === null ? '' : `; all of type ${only}, and no other`}); so on ${nodesOf(silent).join(', ')}`,
    },
  ];
}

/** The address that all these ways have in common, where their nodes are answered at another; else null. */
function onlyAddress(silent: readonly Asked[], asked: readonly Asked[]): string | null {
  const [address = null, ...others] = new Set(silent.map(({ server }) => server));
  const isWhole = ({ answers }: Asked): boolean => answers.every(isAnswered);
  const answered = new Set(asked.filter((one) => one.server !== address && isWhole(one)).map(({ from }) => from.node));
  return others.length === 0 && silent.every(({ from }) => answered.has(from.node)) ? address : null;
}

/** Whoever refuses can be reached: nothing on the way drops it. */
function isRefusedOrNot({ record }: Answer): boolean {
  return record?.outcome !== 'timeout' && (record?.outcome !== 'failed' || record.error === 'ECONNREFUSED');
}

/** So many of one type, and none of another, are lost by chance once in five hundred times. */
const tellsType = 10;

/** The type of all questions without an answer, on all of these ways; null where others are lost as well, or none was asked. Of several DNS servers one may answer it. */
function onlyTypeLost(silent: readonly Asked[]): string | null {
  const known = silent.flatMap(({ answers }) => answers.filter(({ record }) => record !== null));
  const types = new Set(known.filter((one) => !isAnswered(one)).map(({ type }) => type));
  const others = new Set(known.filter(isAnswered).map(({ type }) => type));
  const [type] = types;
  const lost = known.filter((one) => !isAnswered(one)).length;
  const isOfType = type !== undefined && others.difference(new Set([type])).size > 0;
  return types.size === 1 && isOfType && (!others.has(type) || lost >= tellsType) ? type : null;
}

/** All that is wrong: of the names that are new it does not know all; of others it knows each, and what it knows is right. */
function isOutdated({ answers }: Asked): boolean {
  const wrong = answers.filter(isWrong);
  const unknown = new Set(wrong.map(({ name }) => name));
  const known = answers.filter((one) => one.expected.length > 0 && isAnswered(one) && !unknown.has(one.name));
  return (
    known.length > 0 &&
    wrong.every(({ expected, record }) => {
      const { code, found = [] } = record ?? {};
      return (
        (code === 0 || code === noSuchName) &&
        found.every((one) => expected.some((address) => sameAddress(one, address)))
      );
    })
  );
}

function answeringWrongly(wrong: readonly Asked[], server: string): Violation[] {
  const [first] = wrong;
  const answer = first?.answers.find(isWrong);
  if (first === undefined || answer === undefined) return [];
  const { name, type, expected, record } = answer;
  const got = record?.error ?? `${record?.found.join(', ') || 'no address'} (code ${record?.code})`;
  const error = errorOf(answer);
  const is = error === null ? `${name} ${type} is ${got}` : `${error} (code ${record?.code}) to ${name} ${type}`;
  return [
    {
      kind: 'DNS answers wrongly',
      nodes: nodesOf(wrong),
      server,
      over: protocolsOf(wrong),
      error: onlyError(wrong),
      evidence: `${first.server} answered ${first.from.node}/${first.from.name} over ${first.protocol}: ${is}, and not ${expected.join(', ')}`,
    },
  ];
}

function nodesOf(asked: readonly Asked[]): string[] {
  return [...new Set(asked.map(({ from }) => from.node))].toSorted();
}
