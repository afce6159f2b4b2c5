/** Why what an exchange found may say nothing about the network. */
import type { ForeignPolicy, Probe, Survey } from '../cluster/index.ts';
import type { Dialled, Exchanged } from '../mesh/dialled.ts';

/** What a policy of somebody else may be the reason of. A stranger's answer or damaged data no policy makes. */
const likeForbidden: ReadonlySet<string> = new Set(['timeout', 'refused', 'reset', 'unreachable']);

/** Doubts what policies of somebody else may forbid, and what was not dialled where nodes are missing and no two are left. */
export function withDoubts<P>(
  dial: (plan: P) => Promise<Exchanged>,
  { survey, policies }: { survey: Survey; policies: readonly ForeignPolicy[] },
): (plan: P) => Promise<Exchanged> {
  const absent = survey.nodes.filter((node) => node.skipped !== null && node.os === 'linux').map(({ name }) => name);
  return async (plan) => {
    const exchanged = await dial(plan);
    if (exchanged.nothingToDial !== null && absent.length > 0)
      return { ...exchanged, nothingToDial: null, lacking: [`no second node could be used (${absent.join(', ')})`] };
    if (policies.length === 0) return exchanged;
    return { ...exchanged, dialled: exchanged.dialled.map((one) => doubted(one, policies)) };
  };
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
    : `${listed(forbidding)} may forbid some of what is checked, and is not of this run: what fails for it has no verdict`;
}

function doubted(dial: Dialled, policies: readonly ForeignPolicy[]): Dialled {
  const { record, from, to } = dial;
  if (record === null || !likeForbidden.has(record.outcome)) return dial;
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
