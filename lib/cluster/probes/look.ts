/** Which probes run, and why the others do not: by pods and events. */
import type { V1Pod } from '@kubernetes/client-node';
import type { Api } from '../api/api.ts';
import { listAll } from '../api/pages.ts';
import type { Missing, ProbeName } from '../model.ts';
import { addedSelector } from './added.ts';
import { isReady, listWarnings, problemOf, refusedPods, takenPort, type Problem, type ProblemKind } from './events.ts';
import { probeLabel } from './manifests.ts';

export interface Looked {
  started: { name: ProbeName; node: string; pod: V1Pod }[];
  /** `port`: that its container could not listen on. */
  missing: (Missing & { why: ProblemKind; port: number | null })[];
  /** Pods that exist on the wanted nodes, and are not ready. */
  unready: { node: string; pod: V1Pod }[];
  /** Pods that exist, ready or not, on the wanted nodes. */
  made: number;
}

/** One list of pods, and one of warnings where something is missing (`closely`). */
export async function look(
  api: Api,
  {
    namespace,
    names,
    nodes,
    closely,
    nodeSelectorOf,
    isMaking,
  }: {
    namespace: string;
    names: readonly ProbeName[];
    nodes: readonly string[];
    closely: boolean;
    nodeSelectorOf: (name: string) => Record<string, string> | null;
    isMaking: (name: string) => boolean;
  },
): Promise<Looked> {
  const labelSelector = `${probeLabel} in (${names.join(',')})`;
  const [items, warnings] = await Promise.all([
    listAll((page) => api.core.listNamespacedPod({ namespace, labelSelector, ...page })),
    closely ? listWarnings(api, { namespace }) : Promise.resolve([]),
  ]);
  const result: Looked = { started: [], missing: [], unready: [], made: 0 };
  for (const name of names) {
    const byNode = Map.groupBy(
      items.filter(({ metadata }) => metadata?.labels?.[probeLabel] === name),
      (pod) => nodeOf(pod),
    );
    const refusal = refusedPods(warnings, name);
    const added = addedSelector(nodeSelectorOf(name) ?? {});
    const none = noPod({ refusal, added, isMaking: isMaking(name) });
    for (const node of nodes) {
      const own = byNode.get(node) ?? [];
      if (own.length > 0) result.made++;
      const ready = own.find(isReady);
      if (ready) {
        result.started.push({ name, node, pod: ready });
        continue;
      }
      if (own[0]) result.unready.push({ node, pod: own[0] });
      const { kind: why, reason } = own[0] ? problemOf(own[0], warnings) : none;
      const port = own[0] ? takenPort(own[0]) : null;
      result.missing.push({ node, probe: name, reason, kind: why === 'network' ? 'network' : 'other', why, port });
    }
  }
  return result;
}

function noPod({
  refusal,
  added,
  isMaking,
}: {
  refusal: string | null;
  added: string | null;
  isMaking: boolean;
}): Problem {
  if (refusal !== null) return { kind: 'refused', reason: refusal };
  if (isMaking)
    return { kind: 'being made', reason: 'no pod was made for this node so far: the controller had not finished' };
  const reason = 'no pod was made for this node';
  return { kind: 'no pod', reason: added === null ? reason : `${reason}: ${added}` };
}

/** A DaemonSet's pod names its node before it is scheduled: in the affinity that the controller sets. */
function nodeOf({ spec }: V1Pod): string | undefined {
  return (
    spec?.nodeName ??
    spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchFields?.[0]
      ?.values?.[0]
  );
}
