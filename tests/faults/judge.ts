import type { Run } from '../../lib/verdict/run.ts';
import { healthy, type Healthy, withoutPolicies } from '../support/healthy.ts';
import { expectedOf } from './expected.ts';
import type { Fault } from './fault.ts';
import { findingsOf } from './kill-matrix.ts';

/**
 * What is wrong with a run on a lab with this fault, each in a few words: none when exactly its clauses went red, and the report says
 * where and why. `usual`: what a run finds on this network anyway.
 */
export function problemsWith(fault: Fault, run: Run, usual: Healthy = withoutPolicies(healthy.routed)): string[] {
  const { red, mayBeRed, findings, mayFind } = expectedOf(fault.breaks, {
    nodes: run.cluster?.nodes.length ?? 3,
  });
  // Which node has the pods of DNS is the scheduler's choice: what another fault does to them is not known beforehand.
  const isMeant = (id: string): boolean => id !== 'services/dns' || red.includes(id);
  const clauses = run.clauses.filter(({ id }) => isMeant(id));
  const named = run.causes.filter((cause) => cause.clauses.some(isMeant));
  const checked = new Set(run.clauses.map(({ id }) => id));
  const anyway = [...usual.failed, ...usual.findings].filter((id) => checked.has(id));
  // Where its pods can't be reached, a Service says nothing.
  const isCutOff = fault.breaks.traffic?.some(({ symptom }) => symptom === 'lost') ?? false;
  const isHidden = (id: string): boolean => isCutOff && id.startsWith('services/');
  const broken = [...new Set([...red, ...anyway.filter((id) => !isHidden(id))])];
  const verdict = usual.verdict === 'conformant' ? fault.verdict : usual.verdict;
  const causes = fault.causes + usual.failed.length + usual.findings.length;
  const said = run.causes.flatMap(({ likelyCause, evidence }) => [likelyCause, ...evidence]).join('\n');
  const told = [...run.notes, ...run.clauses.flatMap(({ seen, evidence }) => [seen, ...evidence])].join('\n');
  const isUnclear = idsOf(clauses, 'inconclusive').length > 0;
  return [
    ...differences('red', {
      seen: idsOf(clauses, 'fail'),
      expected: broken,
      byChance: [...mayBeRed, ...anyway.filter(isHidden)],
    }),
    ...differences('a finding', { seen: findingsOf(run), expected: findings, byChance: mayFind }),
    ...(isUnclear === (fault.inconclusive === 'some') ? [] : [`inconclusive: ${list(idsOf(clauses, 'inconclusive'))}`]),
    ...(run.verdict === verdict ? [] : [`the verdict is ${run.verdict}, not ${verdict}`]),
    ...fault.says.filter((word) => !word.test(said)).map((word) => `no cause says ${String(word)}`),
    ...(fault.tells ?? []).filter((word) => !word.test(told)).map((word) => `nothing tells ${String(word)}`),
    ...(named.length <= causes ? [] : [`${named.length} causes instead of ${causes}:\n${said}`]),
    ...run.notes.filter((note) => note.includes('still there')).map((note) => `left behind: ${note}`),
  ];
}

function differences(
  what: string,
  { seen, expected, byChance }: { seen: string[]; expected: string[]; byChance: string[] },
): string[] {
  const missing = expected.filter((id) => !seen.includes(id));
  const more = seen.filter((id) => !expected.includes(id) && !byChance.includes(id));
  return [
    ...(missing.length === 0 ? [] : [`not ${what}: ${list(missing)}`]),
    ...(more.length === 0 ? [] : [`${what}, and should not be: ${list(more)}`]),
  ];
}

function idsOf(clauses: Run['clauses'], verdict: string): string[] {
  return clauses.filter((clause) => clause.verdict === verdict).map(({ id }) => id);
}

const list = (ids: readonly string[]): string => ids.join(', ') || 'none';
