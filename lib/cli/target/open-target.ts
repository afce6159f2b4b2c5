import type { Target } from '../../cluster/index.ts';

/** A cluster to run on, and how to release it. */
export interface OpenTarget {
  /** "lab", or the kubeconfig and context. */
  name: string;
  target: Target;
  close: () => Promise<void>;
}
