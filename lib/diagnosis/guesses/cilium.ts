import type { Fold } from '../folding/explained.ts';
import { nodesOf } from './look-with.ts';

/** Commands that show what a node's own rules do not: policies of Cilium's own kinds, what its programs drop, and their translations, unless it is chained to a plugin that routes. null where they say nothing. */
export function whatCiliumKnows(fold: Fold, { routes }: { routes: boolean }): string | null {
  const { from, to } = nodesOf(fold);
  switch (fold.symptom) {
    case 'lost':
    case 'refused':
    case 'let through':
      return `kubectl get netpol,cnp,ccnp -A; ${inAgent(to, 'cilium-dbg monitor --type drop')}`;
    case 'source translated':
    case 'port translated':
      return routes ? inAgent(from, 'cilium-dbg status; cilium-dbg bpf nat list') : null;
    default:
      return null;
  }
}

function inAgent(node: string, command: string): string {
  const pod = `$(kubectl -n kube-system get pods -l k8s-app=cilium --field-selector spec.nodeName=${node} -o name)`;
  return `kubectl -n kube-system exec ${pod} -- sh -c '${command}'`;
}
