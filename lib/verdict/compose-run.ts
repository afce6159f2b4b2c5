import { matrixOf } from './matrix/matrix.ts';
import { reportVersion, type Cause, type ClauseResult, type Run } from './run.ts';
import { withSamples } from './samples.ts';

/** Everything that a run found, before its verdict. */
export type Findings = Omit<
  Run,
  'apiVersion' | 'verdict' | 'summary' | 'exitCode' | 'findings' | 'causes' | 'matrix'
> & {
  causes: Cause[];
  /** Ids of INFO clauses that found something to act on. */
  remarkable: string[];
  /** Nodes without a probe that no clause reports. */
  unchecked: string[];
};

/** Makes the Run: verdict, exit code and summary follow only from the clauses. */
export function composeRun({ remarkable, unchecked, ...found }: Findings): Run {
  const { strict, failure } = found;
  const counts = (clause: ClauseResult): boolean => clause.level === 'MUST' || (strict && clause.level === 'SHOULD');
  const of = (verdict: ClauseResult['verdict']): ClauseResult[] =>
    found.clauses.filter((clause) => counts(clause) && clause.verdict === verdict);
  const broken = of('fail');
  const unclear = of('inconclusive');
  const verdict =
    broken.length > 0
      ? 'not conformant'
      : failure !== null || unclear.length > 0 || !found.clauses.some(applies) || unchecked.length > 0
        ? 'partial'
        : 'conformant';
  const findings = found.clauses.filter((clause) => clause.level === 'SHOULD' && clause.verdict === 'fail');
  return {
    ...found,
    apiVersion: reportVersion,
    verdict,
    findings: [...findings.map((clause) => clause.id), ...remarkable],
    exitCode: { conformant: 0, 'not conformant': 1, partial: 3 }[verdict],
    clauses: withSamples(found.clauses),
    matrix: matrixOf(
      found.clauses,
      (found.cluster?.nodes ?? []).map(({ name }) => name),
    ),
    summary: summaryOf({ verdict, broken, unclear, findings, unchecked, found }),
  };
}

function summaryOf(about: {
  verdict: Run['verdict'];
  broken: ClauseResult[];
  unclear: ClauseResult[];
  findings: ClauseResult[];
  unchecked: string[];
  found: Pick<Run, 'clauses' | 'failure' | 'cluster'>;
}): string {
  const { verdict, broken, unclear, findings, unchecked, found } = about;
  const skipped = (found.cluster?.nodes ?? []).filter((node) => node.skipped !== null).map((node) => node.name);
  const aside = skipped.length === 0 ? '' : ` Not checked: ${list(skipped)}.`;
  const applicable = found.clauses.filter(applies);
  const checked = applicable.filter(({ level }) => level !== 'INFO').length;
  if (verdict === 'not conformant') {
    const cut = found.failure === null ? '' : ' The run was cut short.';
    return `Not conformant: ${broken.length} of ${checked} clauses broken (${list(broken.map((clause) => clause.id))}).${cut}${aside}`;
  }
  if (verdict === 'partial') {
    if (found.failure !== null) return `No verdict: ${found.failure.message}${aside}`;
    if (unclear.length > 0)
      return `No verdict: ${unclear.length} of ${checked} clauses inconclusive (${list(unclear.map((clause) => clause.id))}).${aside}`;
    if (unchecked.length > 0) return `No verdict: probes are missing on ${list(unchecked)}.${aside}`;
    const why = found.clauses.length === 0 ? 'no clause was checked' : 'no clause that was asked for applies here';
    return `No verdict: ${why}.${aside}`;
  }
  if (checked === 0)
    return `Conformant: no promise was checked; ${applicable.length === 1 ? '1 fact was' : `${applicable.length} facts were`} reported.${aside}`;
  if (findings.length > 0)
    return `Conformant, with ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'} (${list(findings.map((clause) => clause.id))}): the network keeps ${checked - findings.length} of ${checked} promises that were checked.${aside}`;
  const promises = checked === 1 ? 'the promise that was checked' : `all ${checked} promises that were checked`;
  return `Conformant: the network keeps ${promises}.${aside}`;
}

function applies({ verdict }: ClauseResult): boolean {
  return verdict !== 'not applicable';
}

function list(names: string[]): string {
  return names.length > 6 ? `${names.slice(0, 6).join(', ')} and ${names.length - 6} more` : names.join(', ');
}
