import type { Api } from '../api/api.ts';
import { nodesNow } from '../api/nodes-now.ts';
import { podsNow } from '../api/pods-now.ts';
import { nodeFacts } from '../survey/nodes.ts';
import { endOf } from './events.ts';

/** Of containers that ended alike. */
const namedAtMost = 3;

/** How the containers of these pods ended before they were restarted ("the container of pod-a-x on node-2: OOMKilled (its limits: memory 40Mi)"), those that ended alike together; none where that can't be learned. */
export async function howTheyEnded(
  api: Api,
  { namespace, pods }: { namespace: string; pods: ReadonlySet<string> },
): Promise<string[]> {
  if (pods.size === 0) return [];
  const all = (await podsNow(api, { namespace })) ?? [];
  const ended = all.flatMap((pod) => {
    const name = pod.metadata?.name ?? '';
    const end = pods.has(name) ? endOf(pod) : null;
    return end === null ? [] : [{ end, who: `${name} on ${pod.spec?.nodeName}` }];
  });
  return [...Map.groupBy(ended, ({ end }) => end)].map(([end, alike]) =>
    sentenceOf(
      end,
      alike.map(({ who }) => who),
    ),
  );
}

/** Which of these nodes no probe could be expected on any more ("node-3 was not Ready at the end: NodeStatusUnknown: Kubelet stopped posting node status."); none where that can't be learned. */
export async function nodesLost(api: Api, nodes: ReadonlySet<string>): Promise<string[]> {
  if (nodes.size === 0) return [];
  const all = await nodesNow(api);
  if (all === null) return [];
  const now = new Map(all.map((node) => [node.metadata?.name, nodeFacts(node, Date.now()).skipped]));
  return [...nodes].flatMap((name) => {
    const skipped = now.get(name);
    if (skipped === undefined) return [`${name} was removed from the cluster meanwhile`];
    return skipped === null ? [] : [`at the end of the run ${name} was ${skipped}`];
  });
}

function sentenceOf(end: string, who: readonly string[]): string {
  if (who.length === 1) return `the container of ${who[0]}: ${end}`;
  const more = who.length - namedAtMost;
  const named = who.slice(0, namedAtMost).join(', ');
  return `${who.length} containers (${more > 0 ? `${named} and ${more} more` : named}): ${end}`;
}
