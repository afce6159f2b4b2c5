/** Why what an exchange found may say nothing about the network. */
import type { ForeignPolicy, Missing, Probe, Survey } from '../cluster/index.ts';
import type { Dialled, Exchanged } from '../mesh/dialled.ts';
import { isClauseOver } from '../verdict/recorder.ts';

/** What a policy of somebody else may be the reason of. A stranger's answer or damaged data no policy makes. */
const likeForbidden: ReadonlySet<string> = new Set(['timeout', 'refused', 'reset', 'unreachable']);

interface Doubts {
  survey: Survey;
  policies: readonly ForeignPolicy[];
  /** Probes that did not start. */
  missing: readonly Missing[];
  podsOnly: boolean;
}

interface Ends {
  from: readonly unknown[];
  to: readonly unknown[];
}

/** Doubts what policies of somebody else may forbid, rechecks that were done after their clause, and what was not dialled since nodes or probes are missing. */
export function withDoubts<P>(dial: (plan: P) => Promise<Exchanged>, doubts: Doubts): (plan: P) => Promise<Exchanged> {
  return async (plan) => {
    const exchanged = await dial(plan);
    if (exchanged.nothingToDial !== null) return { ...exchanged, ...whyNothing(exchanged, { plan, doubts }) };
    const { policies } = doubts;
    const made = isClauseOver() ? exchanged.dialled.map(rechecked) : exchanged.dialled;
    return { ...exchanged, dialled: policies.length === 0 ? made : made.map((one) => doubted(one, policies)) };
  };
}

/** Nothing to dial does not apply; what could not be dialled is inconclusive. */
function whyNothing(
  { nothingToDial, lacking }: Exchanged,
  { plan, doubts: { survey, missing, podsOnly } }: { plan: unknown; doubts: Doubts },
): Pick<Exchanged, 'nothingToDial' | 'lacking'> {
  const { from, to } = plan as Ends;
  const hasNobody = Array.isArray(from) && Array.isArray(to) && (from.length === 0 || to.length === 0);
  if (hasNobody && podsOnly)
    return { lacking, nothingToDial: 'with --pods-only there is no probe on the host network' };
  const usable = survey.nodes.filter(({ skipped }) => skipped === null).length;
  if (missing.length > 0 && (hasNobody || usable > 1))
    return { nothingToDial: null, lacking: [missingSentence(missing)] };
  const absent = survey.nodes.filter((node) => node.skipped !== null && node.os === 'linux').map(({ name }) => name);
  if (absent.length > 0)
    return { nothingToDial: null, lacking: [`no second node could be used (${absent.join(', ')})`] };
  return { nothingToDial, lacking };
}

/** "no probe could be used at node-1/node, node-2/node: pods … is forbidden: …". */
export function missingSentence(missing: readonly Missing[]): string {
  const byReason = Map.groupBy(missing, ({ reason }) => reason);
  return [...byReason]
    .slice(0, named)
    .map(([reason, all]) => {
      const places = all.slice(0, named).map(({ node, probe }) => `${node}/${probe}`);
      const more = all.length > named ? ` and ${all.length - named} more` : '';
      return `no probe could be used at ${places.join(', ')}${more}: ${reason}`;
    })
    .join('; ');
}

/** Policies that decide beside those of the run, by kind and name. */
export function decidingBeside(policies: readonly ForeignPolicy[]): string[] {
  return policies.filter(({ selectsPods }) => selectsPods).map(nameOf);
}

/** One line for the report; null where there is none that may forbid anything. */
export function foreignNote(policies: readonly ForeignPolicy[]): string | null {
  const forbidding = policies.filter(({ mayForbid: { pods, nodes } }) => pods.length + nodes.length > 0);
  return forbidding.length === 0
    ? null
    : `${listed(forbidding)} may forbid some of what is checked, and does not belong to this run: what fails because of it has no verdict`;
}

/** A clause whose time is over goes on dialling. A recheck breaks promises of other clauses, and what is lost then may be lost to the load, or the NetworkPolicies, of those that run by now. */
function rechecked(dial: Dialled): Dialled {
  if (dial.recheck === undefined || !(isLikeForbidden(dial) || dial.lossy)) return dial;
  return { ...dial, inconclusive: 'the time of its clause was over, and others load the network by then' };
}

function isLikeForbidden({ record }: Dialled): boolean {
  return record !== null && likeForbidden.has(record.outcome);
}

function doubted(dial: Dialled, policies: readonly ForeignPolicy[]): Dialled {
  const { from, to } = dial;
  if (!isLikeForbidden(dial)) return dial;
  const able = policies.filter(
    ({ mayForbid }) =>
      mayForbid[placeOf(from)].includes('Egress') ||
      to.responders.some((one) => mayForbid[placeOf(one)].includes('Ingress')),
  );
  return able.length === 0 ? dial : { ...dial, inconclusive: `${listed(able)} may forbid it` };
}

const placeOf = ({ kind }: Pick<Probe, 'kind'>): 'pods' | 'nodes' => (kind === 'pod' ? 'pods' : 'nodes');

const nameOf = ({ kind, name }: ForeignPolicy): string =>
  name === null ? `a ${kind} (none may be listed)` : `${kind} ${name}`;

const named = 3;

function listed(policies: readonly ForeignPolicy[]): string {
  const names = policies.slice(0, named).map(nameOf).join(', ');
  return policies.length > named ? `${names} and ${policies.length - named} more` : names;
}
