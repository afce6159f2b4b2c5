/** What a policy may select: the probes' pods in their namespace, and nodes. */
import type { Selector } from '../../policy/objects.ts';
import { allOf, anyOf, exactly, selects, selectsInCalico, type LabelOf, type Maybe } from './labels.ts';

/** The labels of the run's own pods, one set for each kind of them, and of their namespace. */
export interface RunLabels {
  namespace: string;
  namespaceLabels: Readonly<Record<string, string>>;
  pods: readonly Readonly<Record<string, string>>[];
}

/** Whether some of the run's pods are selected by their own labels and their namespace's. */
export function podsSelected(
  run: RunLabels,
  { podSelector = {}, namespaceSelector = {} }: { podSelector?: Selector; namespaceSelector?: Selector },
): Maybe {
  return allOf([
    selects(namespaceSelector, exactly({ 'kubernetes.io/metadata.name': run.namespace, ...run.namespaceLabels })),
    anyOf(run.pods.map((labels) => selects(podSelector, exactly(labels)))),
  ]);
}

/** What nodes are called is known to few policies: their labels are taken for unknown. */
export const nodesSelected = (selector: Selector): Maybe => selects(selector, () => undefined);

/** Cilium knows a label by its source ("k8s:app"), and adds some of its own. */
export function ciliumPodsSelected(run: RunLabels, selector: Selector): Maybe {
  const labels = (own: Readonly<Record<string, string>>): LabelOf => {
    const added = 'io.cilium.k8s.namespace.labels.';
    return (key) => {
      const [, plain = key] = key.match(/^(?:k8s|any)[:.](.*)$/) ?? [];
      if (plain.startsWith('reserved')) return null;
      if (plain === 'io.kubernetes.pod.namespace') return run.namespace;
      if (plain === `${added}kubernetes.io/metadata.name`) return run.namespace;
      if (plain.startsWith(added)) return run.namespaceLabels[plain.slice(added.length)] ?? null;
      return plain.startsWith('io.cilium') ? undefined : (own[plain] ?? null);
    };
  };
  return anyOf(run.pods.map((own) => selects(selector, labels(own))));
}

/** Calico adds labels to endpoints: all but a few of them are taken for unknown. */
export function calicoPodsSelected(
  run: RunLabels,
  { selector, namespaceSelector }: { selector: string; namespaceSelector: string },
): Maybe {
  const name = 'projectcalico.org/name';
  const own =
    (labels: Readonly<Record<string, string>>): LabelOf =>
    (key) => {
      if (key === 'projectcalico.org/namespace') return run.namespace;
      if (key === 'projectcalico.org/orchestrator') return 'k8s';
      return labels[key] ?? (/^(pcns|pcsa)\.|projectcalico\.org\//.test(key) ? undefined : null);
    };
  const ofNamespace: LabelOf = (key) => (key === name ? run.namespace : (run.namespaceLabels[key] ?? null));
  return allOf([
    selectsInCalico(namespaceSelector, ofNamespace),
    anyOf(run.pods.map((labels) => selectsInCalico(selector, own(labels)))),
  ]);
}

/** A node is an endpoint of no namespace. */
export function calicoNodesSelected({
  selector,
  namespaceSelector,
}: {
  selector: string;
  namespaceSelector: string;
}): Maybe {
  if (namespaceSelector.trim() !== '' && namespaceSelector.trim() !== 'global()') return false;
  return selectsInCalico(selector, (key) =>
    /projectcalico\.org\/(namespace|orchestrator)/.test(key) ? null : undefined,
  );
}
