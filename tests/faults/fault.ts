import type { Family } from '../../lab/families.ts';
import type { TopologyName } from '../../lab/topology/names.ts';
import type { Lab } from '../../lab/index.ts';
import type { Api } from '../../lib/cluster/index.ts';
import type { Run } from '../../lib/verdict/run.ts';
import type { Breaks } from './breaks.ts';

/** A probe pod as a fault may need to know it. */
export interface ProbePod {
  name: string;
  node: string;
  probe: string;
  /** The first of its addresses. */
  ip: string;
  ips: string[];
  uid: string;
}

export interface Scene {
  lab: Lab;
  api: Api;
  /** The pod range of a node, "198.18.65.0/24". */
  podRange: (node: string) => string;
  /** The pod ranges of a node, one a family. */
  podRanges: (node: string) => string[];
  /** The probes of the run that is going on; empty for a fault that is planted before. */
  pods: ProbePod[];
}

/** Something broken on purpose in the running cluster, and what the suite must say about it. */
export interface Fault {
  name: string;
  /** Public reports of the same on real clusters: "kubernetes/kubernetes#90854". */
  reported?: readonly string[];
  /** `running`: as soon as the probes have addresses. `checking`: when the first clause has its verdict. `after ID`: when that clause has. */
  when: 'before' | 'running' | 'checking' | `after ${string}`;
  plant: (scene: Scene) => Promise<void>;
  undo: (scene: Scene) => Promise<void>;
  /** In the terms of the network: which clauses go red, and which have a finding, follows from it. */
  breaks: Breaks;
  /** Clauses that may be inconclusive; `some`: at least one is, whichever. */
  inconclusive: 'none' | 'some';
  verdict: Run['verdict'];
  /** What the causes, taken together, must say. */
  says: RegExp[];
  /** What must stand in the notes, or in what a clause saw. */
  tells?: RegExp[];
  /** Can be planted only where the cluster has all of these. */
  needs?: readonly Family[];
  /** Topologies on which it is a fault, and can be planted; left out: on all but Cilium's, whose programs carry packets past what faults act on. */
  onlyOn?: readonly TopologyName[];
  /** Kube-proxy's mode with which it is a fault; left out: each. */
  onlyBeside?: 'iptables' | 'nftables';
  /** Options of the run, beside those of every one. */
  args?: readonly string[];
  /** Is about NetworkPolicies: its run tries them, others leave them out. */
  triesPolicies?: true;
  /** At most so many causes are named. */
  causes: number;
  /** Not planted in every check: by its name (FLATNET_FAULT) or by `npm run soak -- --faults`. */
  slow?: true;
}
