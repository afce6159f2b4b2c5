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

/** Policies that decide beside those of the run, by kind and name; and those of which nobody knows whether there are any. */
export function decidingBeside(policies: readonly ForeignPolicy[]): { foreign: string[]; unlisted: string[] } {
  const selecting = policies.filter(({ selectsPods }) => selectsPods);
  return {
    foreign: selecting.filter(({ name }) => name !== null).map(nameOf),
    unlisted: selecting.filter(({ name }) => name === null).map(nameOf),
  };
}

/**
 * What may keep pods of the run from asking the cluster's DNS: what closes what they send, what closes the DNS's pods (`onItsPods`), and, since it may
 * run on the host network, what closes nodes. One sentence; null: nothing.
 */
export function forbiddingDns(
  policies: readonly ForeignPolicy[],
  { onItsPods }: { onItsPods: readonly ForeignPolicy[] },
): string | null {
  const able = [
    ...policies.filter(({ mayForbid: { pods, nodes } }) => pods.includes('Egress') || nodes.includes('Ingress')),
    ...onItsPods.filter(({ mayForbid: { pods, nodes } }) => pods.includes('Ingress') || nodes.includes('Ingress')),
  ];
  const names = [...new Set(able.map(nameOf))];
  return names.length === 0 ? null : `${listed(names)} may forbid it`;
}

/** The same of connections to the API server: what closes what such a probe sends, and what closes nodes, where it mostly runs. */
export function forbiddingApiService(policies: readonly ForeignPolicy[], from: Pick<Probe, 'kind'>): string | null {
  const able = policies.filter(
    ({ mayForbid }) => mayForbid[placeOf(from)].includes('Egress') || mayForbid.nodes.includes('Ingress'),
  );
  return able.length === 0 ? null : `${listed(able.map(nameOf))} may forbid it`;
}

/** One line for the report; null where there is none that may forbid anything. */
export function foreignNote(policies: readonly ForeignPolicy[]): string | null {
  const forbidding = policies.filter(({ mayForbid: { pods, nodes } }) => pods.length + nodes.length > 0);
  return forbidding.length === 0
    ? null
    : `${listed(forbidding.map(nameOf), namedInNote)} may forbid some of what is checked, and does not belong to this run: what fails because of it has no verdict`;
}

/** A clause whose time is over goes on dialling. A recheck breaks promises of other clauses, and what is lost then may be lost to the load, or the NetworkPolicies, of those that run by now. */
function rechecked(dial: Dialled): Dialled {
  if (dial.recheck === undefined || !(isLikeForbidden(dial) || dial.lossy)) return dial;
  return { ...dial, inconclusive: 'the time of its clause was over, and others load the network by then' };
}

function isLikeForbidden({ record }: Dialled): boolean {
  return record !== null && likeForbidden.has(record.outcome);
}

/** Under policies of the run's own the same dial is made without them, too: it tells what others forbid. What is in doubt already stays so. */
function doubted(dial: Dialled, policies: readonly ForeignPolicy[]): Dialled {
  const { from, to, under, inconclusive } = dial;
  if (!isLikeForbidden(dial) || under !== undefined || inconclusive !== null) return dial;
  const able = policies.filter(
    ({ mayForbid }) =>
      mayForbid[placeOf(from)].includes('Egress') ||
      to.responders.some((one) => mayForbid[placeOf(one)].includes('Ingress')),
  );
  if (able.length === 0) return dial;
  return { ...dial, inconclusive: `${listed(able.map(nameOf))} may forbid it`, maybeForbidden: true };
}

const placeOf = ({ kind }: Pick<Probe, 'kind'>): 'pods' | 'nodes' => (kind === 'pod' ? 'pods' : 'nodes');

const nameOf = ({ kind, name, namespace }: ForeignPolicy): string =>
  name === null
    ? `a ${kind}${namespace === undefined ? '' : ` in ${namespace}`} (none may be listed)`
    : `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

const named = 3;
/** Once in a report: whoever asks for an exemption must know from what. */
const namedInNote = 20;

function listed(names: readonly string[], most = named): string {
  const some = names.slice(0, most).join(', ');
  return names.length > most ? `${some} and ${names.length - most} more` : some;
}
