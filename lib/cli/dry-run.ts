import { connectApi, DEFAULT_IMAGE, loadKubeconfig, namespaceName, newRunId, preflight } from '../cluster/index.ts';
import { announcementOf, loadForm } from '../headroom/load-plan.ts';
import type { ClauseMetadata } from '../verdict/clause.ts';
import { extrasOf, neededBy } from '../verdict/needs.ts';
import type { Options } from './options/options.ts';
import { nameOf } from './target/target.ts';

/** What `--dry-run` prints: what would be created, and where. Asks the cluster for permission, and creates nothing. */
export async function dryRunText(options: Options, chosen: readonly ClauseMetadata[]): Promise<string> {
  const extras = extrasOf(chosen, options);
  const clauses = `It would check ${chosen.length} clauses:\n${chosen.map(({ id }) => `  ${id}`).join('\n')}`;
  const load = neededBy(chosen, options).has('load') ? [`It would load the network: ${announcementOf(loadForm)}.`] : [];
  const { target } = options;
  if (target.kind === 'lab')
    return `It would start the lab, a cluster of ${target.nodes} nodes in network namespaces of this machine (kube-proxy in ${target.proxy} mode, ${target.families.join(' and ')}, topology ${target.topology}), run on it, and remove it.\n${[...load, clauses].join('\n')}`;
  const found = loadKubeconfig({ file: target.file ?? undefined, context: target.context ?? undefined });
  const api = connectApi(found);
  const { nodes, version, notes } = await preflight(api, {
    namespace: namespaceName(newRunId()),
    extras,
  });
  const usable = nodes.filter((node) => node.skipped === null);
  const onHost = options.podsOnly ? 0 : 1;
  const podsEach = extras.has('fresh pods') ? 3 : 2;
  const skipped = nodes.filter((node) => node.skipped !== null);
  return [
    `It would run on ${nameOf(found)} (${found.server}, Kubernetes ${version}).`,
    `It would create the namespace flatnet-<random> there, and in it a ConfigMap, a ServiceAccount without rights and ${podsEach + onHost} DaemonSets:`,
    `  ${podsEach} pods${options.podsOnly ? '' : ' and 1 on the host network'} on each of ${usable.length} nodes (${usable.map(({ name }) => name).join(', ')}), image ${options.image ?? DEFAULT_IMAGE}.`,
    ...(extras.has('moved pod') ? ['  One more pod, on one node and then on another.'] : []),
    ...(extras.has('services')
      ? ['  Some Services, with these pods behind them; those of type NodePort open ports on the nodes.']
      : []),
    ...(extras.has('policies') ? ['  Some NetworkPolicies, which select these pods only, one after the other.'] : []),
    ...(extras.has('policies') && options.policies === 'full'
      ? ['  One more pod on each node, and a second namespace, flatnet-<random>-guests, with one on each node.']
      : []),
    'This user has every permission that is required: this was checked.',
    ...skipped.map(({ name, skipped: why }) => `  None on ${name}: ${why}.`),
    ...notes,
    options.keep
      ? 'With --keep it would leave the namespace there at the end.'
      : 'At the end it would remove the namespace and everything in it.',
    ...load,
    clauses,
  ].join('\n');
}
