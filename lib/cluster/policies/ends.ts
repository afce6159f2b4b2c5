/** What a policy may select: the probes' pods in their namespace, and nodes. */
import type { Selector } from '../../policy/objects.ts';
import { allOf, anyOf, exactly, inPart, selects, selectsInCalico, type LabelOf, type Maybe } from './labels.ts';

/** The labels of pods that are dialled, one set for each kind of them, and of their namespace: of the run's own, or of the cluster's DNS. */
export interface PodLabels {
  namespace: string;
  namespaceLabels: Readonly<Record<string, string>>;
  pods: readonly Readonly<Record<string, string>>[];
  /** They are not the run's: they, and their namespace, may have other labels as well. */
  areOthers?: true;
}

const knownOf = ({ areOthers }: PodLabels): typeof exactly => (areOthers === true ? inPart : exactly);

/** Whether some of these pods are selected by their own labels and their namespace's. */
export function podsSelected(
  run: PodLabels,
  { podSelector = {}, namespaceSelector = {} }: { podSelector?: Selector; namespaceSelector?: Selector },
): Maybe {
  const known = knownOf(run);
  return allOf([
    selects(namespaceSelector, known({ 'kubernetes.io/metadata.name': run.namespace, ...run.namespaceLabels })),
    anyOf(run.pods.map((labels) => selects(podSelector, known(labels)))),
  ]);
}

/** The same within their namespace, whatever labels admission may have added to the pods. */
export function podsSelectedAtLeast(run: PodLabels, podSelector: Selector): Maybe {
  return anyOf(run.pods.map((labels) => selects(podSelector, inPart(labels))));
}

/** What nodes are called is known to few policies: their labels are taken for unknown. */
export const nodesSelected = (selector: Selector): Maybe => selects(selector, () => undefined);

/** Cilium knows a label by its source ("k8s:app"), and adds some of its own. */
export function ciliumPodsSelected(run: PodLabels, selector: Selector): Maybe {
  const known = knownOf(run);
  const ofNamespace = known(run.namespaceLabels);
  const labels = (own: Readonly<Record<string, string>>): LabelOf => {
    const added = 'io.cilium.k8s.namespace.labels.';
    return (key) => {
      const [, plain = key] = key.match(/^(?:k8s|any)[:.](.*)$/) ?? [];
      if (plain.startsWith('reserved')) return null;
      if (plain === 'io.kubernetes.pod.namespace') return run.namespace;
      if (plain === `${added}kubernetes.io/metadata.name`) return run.namespace;
      if (plain.startsWith(added)) return ofNamespace(plain.slice(added.length));
      return plain.startsWith('io.cilium') ? undefined : known(own)(plain);
    };
  };
  return anyOf(run.pods.map((own) => selects(selector, labels(own))));
}

/** Calico adds labels to endpoints: all but a few of them are taken for unknown. */
export function calicoPodsSelected(
  run: PodLabels,
  { selector, namespaceSelector }: { selector: string; namespaceSelector: string },
): Maybe {
  const name = 'projectcalico.org/name';
  const known = knownOf(run);
  const own =
    (labels: Readonly<Record<string, string>>): LabelOf =>
    (key) => {
      if (key === 'projectcalico.org/namespace') return run.namespace;
      if (key === 'projectcalico.org/orchestrator') return 'k8s';
      return labels[key] ?? (/^(pcns|pcsa)\.|projectcalico\.org\//.test(key) ? undefined : known(labels)(key));
    };
  const ofNamespace = known({
    'kubernetes.io/metadata.name': run.namespace,
    [name]: run.namespace,
    ...run.namespaceLabels,
  });
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
