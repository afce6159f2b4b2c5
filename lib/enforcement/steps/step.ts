import type { Policy, Rules, Selector } from '../../policy/objects.ts';

/** What stands together for a while, and what it is for. */
export interface Step extends Rules {
  name: string;
  /** What is read off it, beside whether it is enforced at all. */
  tells: readonly Told[];
}

export type Told = 'ingress' | 'egress' | 'peers' | 'ports' | 'changes';

/** Selectors and policies of one namespace, the run's own. */
export interface Words {
  /** "pod-a" of each node, and "pod-b", in two spellings. */
  one: Selector;
  other: Selector;
  port: number;
  /** The namespace itself. */
  here: Selector;
  policy: (name: string, spec: Policy['spec']) => Policy;
  /** The pods that are closed first, opened to some. */
  allowing: (rule: NonNullable<Policy['spec']['ingress']>[number]) => Policy;
}

/** By this label every pod of a run is known. */
export const probeLabel = 'flatnet/probe';
