/** Pods by which network plugins are recognised. */
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import type { Plugin } from './cni-table.ts';

export interface Agent {
  /** The DaemonSet. */
  owner: string;
  namespace: string;
  containers: { image: string; args: string; env: NonNullable<V1Container['env']> }[];
  /** What runs before them. */
  initArgs: string;
}

/** Pods of a DaemonSet in the network of their node: what users call their own pods is no evidence. */
export function agentsAmong(pods: readonly V1Pod[]): Agent[] {
  return pods.flatMap(({ metadata, spec }) => {
    const owner = metadata?.ownerReferences?.find(({ kind }) => kind === 'DaemonSet');
    if (owner === undefined || spec?.hostNetwork !== true) return [];
    const containers = spec.containers.map((one) => ({
      image: one.image ?? '',
      args: argsOf(one),
      env: one.env ?? [],
    }));
    const initArgs = (spec.initContainers ?? []).map(argsOf).join(' ');
    return [{ owner: owner.name, namespace: metadata?.namespace ?? '', containers, initArgs }];
  });
}

const argsOf = ({ command = [], args = [] }: V1Container): string => [...command, ...args].join(' ');

/** What of an agent is this plugin's: the image by which it is known, null where that is the DaemonSet's name, and its arguments. undefined: nothing. */
export function matchOf(
  { word }: Plugin,
  { owner, containers }: Agent,
): { image: string | null; args: string } | undefined {
  const named = containers.find(({ image }) => word.test(image));
  if (named !== undefined) return { image: named.image, args: named.args };
  return word.test(owner) ? { image: null, args: containers.map(({ args }) => args).join(' ') } : undefined;
}
