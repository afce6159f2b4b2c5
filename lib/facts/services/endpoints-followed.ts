import type { Dialled } from '../../mesh/dialled.ts';
import { measurementOf } from '../../verdict/measurement.ts';
import type { Facts } from '../facts.ts';
import type { UnansweredWay, Violation } from '../violation.ts';

type Change = 'replaced' | 'emptied' | 'filled';

/** What became of the clients of a Service whose pods changed: see `lib/service-paths/further/moving.ts`. */
export interface Followed {
  service: string;
  ways: number;
  leftOut: number;
  isOutOfReach: boolean;
  steps: readonly {
    change: Change;
    notAtMs: number;
    atMs: number | null;
    stuck: readonly Dialled[];
    onlyFromTheirPort: ReadonlySet<Dialled>;
    outOfReach: number;
    doubts: readonly string[];
  }[];
  limitMs: number;
}

/** In a reason. */
const doubtsNamed = 3;

const changes: Readonly<Record<Change, string>> = {
  replaced: 'one pod took the place of another',
  emptied: 'none was left',
  filled: 'the first one was back',
};

/** Whether every client followed each change, and was notified at once where there was no pod. */
export function endpointsFollowed({ service, ways, leftOut, isOutOfReach, steps, limitMs }: Followed): Facts {
  return {
    expected: `every client follows a change of a Service's pods within ${limitMs / 1000} s, over its established flows of UDP as well, and is refused at once where there is no pod`,
    seen: `${ways} ways to the Service ${service}: ${steps.map(wordsOf).join(', ')}${leftOut === 0 ? '' : `; ${leftOut} more never led to its first pod`}`,
    violations: steps.flatMap(({ change, stuck, onlyFromTheirPort }) =>
      violationsOf(change, { stuck, onlyFromTheirPort }),
    ),
    ...unansweredWays(steps),
    notApplicable: isOutOfReach ? 'no client reaches both pods at their own addresses' : null,
    inconclusive: whyUnclear({ service, ways, steps }),
    measurements: steps.flatMap(({ change, notAtMs, atMs }) =>
      atMs === null
        ? []
        : [measurementOf(`services/${change}-after`, {}, { estimate: atMs, lower: notAtMs, upper: atMs, level: 1 })],
    ),
  };
}

function whyUnclear({ service, ways, steps }: Pick<Followed, 'service' | 'ways' | 'steps'>): string | null {
  if (ways === 0) return `no client reached the Service ${service} before its pods changed`;
  const doubts = [...new Set(steps.flatMap((step) => step.doubts))];
  if (doubts.length > 0) return doubts.slice(0, doubtsNamed).join('; ');
  if (steps.some(isOpen)) return `probes that dialled the Service ${service} stood still, or are gone`;
  const isLost = steps.reduce((sum, { outOfReach }) => sum + outOfReach, 0) >= ways;
  return isLost ? `no client reaches the pods of the Service ${service} at their own addresses any more` : null;
}

type Step = Followed['steps'][number];

/** Of those that did not follow nothing was heard at the end. */
function isOpen({ atMs, stuck, outOfReach, doubts }: Step): boolean {
  return atMs === null && stuck.length === 0 && outOfReach === 0 && doubts.length === 0;
}

function wordsOf(step: Step): string {
  const { change, atMs } = step;
  return `${changes[change]} (${atMs === null ? openWords(step) : `followed after ${(atMs / 1000).toFixed(2)} s`})`;
}

function openWords(step: Step): string {
  const { stuck, outOfReach, doubts } = step;
  if (isOpen(step)) return 'not seen to the end: probes stood still, or are gone';
  return [
    stuck.length === 0 ? '' : `not followed by ${stuck.length}`,
    outOfReach === 0 ? '' : `${outOfReach} do not reach the pod at its own address any more`,
    doubts.length === 0 ? '' : 'of others nothing is known',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function violationsOf(
  change: Change,
  { stuck, onlyFromTheirPort }: Pick<Followed['steps'][number], 'stuck' | 'onlyFromTheirPort'>,
): Violation[] {
  const groups = Object.groupBy(stuck, (dial) => kindOf(change, dial, onlyFromTheirPort));
  return (['flow stuck', 'endpoints not followed', 'hangs without endpoints'] as const).flatMap((kind) => {
    const dials = groups[kind] ?? [];
    return dials.length === 0 ? [] : [{ kind, nodes: nodesOf(dials), evidence: evidenceOf(change, dials) }];
  });
}

function kindOf(
  change: Change,
  dial: Dialled,
  onlyFromTheirPort: ReadonlySet<Dialled>,
): 'flow stuck' | 'endpoints not followed' | 'hangs without endpoints' {
  if (onlyFromTheirPort.has(dial)) return 'flow stuck';
  return change === 'emptied' && dial.record?.outcome === 'timeout'
    ? 'hangs without endpoints'
    : 'endpoints not followed';
}

/** Where all that did not follow got no answer, though there was a pod; what goes on to the pod of before, or hangs where none is left, is no matter of the way. */
function unansweredWays(steps: readonly Step[]): Pick<Facts, 'unanswered'> {
  const stuck = steps.flatMap((step) => step.stuck.map((dial) => ({ dial, step })));
  const isSilent = ({ dial, step: { change, onlyFromTheirPort } }: (typeof stuck)[number]): boolean =>
    change !== 'emptied' && !onlyFromTheirPort.has(dial) && dial.record?.outcome === 'timeout' && dial.answered === 0;
  return stuck.length > 0 && stuck.every(isSilent) ? { unanswered: stuck.map(({ dial }) => unansweredWay(dial)) } : {};
}

function unansweredWay({ from, to, protocol, family, port }: Dialled): UnansweredWay {
  const nodes = to.responders.filter(({ uid }) => to.mayAnswer.has(uid)).map(({ node }) => node);
  return { from: { node: from.node, probe: from.name }, protocol, family, port, isSilent: true, to: nodes };
}

function nodesOf(dials: readonly Dialled[]): string[] {
  return [...new Set(dials.map(({ from }) => from.node))].toSorted();
}

/** "when none was left, 4 ways from node-2 did not follow: node-2/node over UDP and IPv4 was still answered by node-1/pod-b". */
function evidenceOf(change: Change, dials: readonly Dialled[]): string {
  const [first] = dials;
  if (first === undefined) return '';
  const { from, protocol, family, record } = first;
  const who = record?.views[0]?.who;
  const got = who === undefined ? `got ${record?.outcome ?? 'no record'}` : `was answered by ${who.node}/${who.pod}`;
  return `when ${changes[change]}, ${dials.length} ways from ${nodesOf(dials).join(', ')} did not follow: ${from.node}/${from.name} over ${protocol} and ${family} ${got}`;
}
