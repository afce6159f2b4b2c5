import type { ExchangePlan } from '../mesh/plan.ts';
import type { Dialled, Exchanged } from '../mesh/dialled.ts';
import type {
  ApiEndpoint,
  ApiService,
  BehindDns,
  ClusterDns,
  MadeService,
  Missing,
  PodPlace,
  PodsBehind,
  Probe,
  Survey,
  WantedService,
} from '../cluster/model.ts';
import type { Family } from '../conversations/basics.ts';
import type { Attachments } from './attachments.ts';
import type { Rules } from '../policy/objects.ts';
import type { SharedWork } from './shared-work.ts';

export type { Missing };

export type LatencyForm = 'short' | 'full' | 'off';

export type PoliciesForm = 'short' | 'full' | 'off';

/** NetworkPolicies of the run's own namespace. */
export interface RunPolicies {
  /** How much of what policies promise is tried: the main cases, all of them, none. */
  form: PoliciesForm;
  namespace: string;
  /** Those of somebody else that may select the run's pods, by kind and name. */
  foreign: readonly string[];
  /** Kinds of which somebody else may have such policies, or not: they may not be listed. */
  unlisted: readonly string[];
  /** Makes these stand, and none of the run's others, and gives the run's pods, by their names, and its second namespace these labels, and none of those before. They are accepted then, not yet in force. Policies of another namespace are refused. */
  stand: (rules: Rules) => Promise<void>;
  /** Makes one more pod on every node, and returns when they answer or can't be expected to. */
  newcomers: () => Promise<MorePods>;
  /** The same in a second namespace of the run. Throws a ClusterError where that may not be made. */
  guests: () => Promise<MorePods>;
}

/** Pods that were made for a clause. `missing`: where there is none, and why. */
export interface MorePods {
  probes: Probe[];
  missing: Missing[];
}

/** What a clause's body works with: the cluster, the probes in it, one act of traffic, and what the clauses of its run share and leave. */
export interface Session extends SharedWork, Pick<Attachments, 'attach'> {
  survey: Survey;
  /** The address families that the cluster's pods have. */
  families: Family[];
  /** The ordinary pods, two a node. */
  pods: Probe[];
  /** The host-network probes, one a node: they speak as the node. */
  nodes: Probe[];
  /** Probes that did not start when the run was set up. */
  missing: Missing[];
  /** kube-proxy's mode by node: as it says itself ("iptables"), else "iptables (by its ConfigMap)", else "none seen". */
  proxyModes: Record<string, string>;
  /** Dials everything planned, over every family unless some are named. Two clauses that plan the same dials share one exchange. */
  exchange: (plan: Omit<ExchangePlan, 'families'> & Partial<Pick<ExchangePlan, 'families'>>) => Promise<Exchanged>;
  /** How long a round trip takes between the nodes that are farthest apart, ms, as far as the run's exchanges have shown; 0: not known yet. They follow it by themselves. */
  roundTripMs: () => number;
  /** Whether a MUST clause of this run fails for this recheck: see `Concern`. */
  breaksPromise: (recheck: Dialled) => boolean;
  /** Speaks over the flows that an exchange left open, and closes them. */
  speakOver: (opened: Exchanged) => Promise<Exchanged>;
  /** How long flows are held idle at least, ms. */
  holdMs: number;
  /** How long kube-proxy's latency is measured: 20 s at most, 3 min at most, not at all. */
  latency: LatencyForm;
  /** Whether the network may be loaded, to see what Services cost at full speed. */
  headroom: boolean;
  policies: RunPolicies;
  /** A line on the terminal that stays, before the clause's own. */
  say: (line: string) => void;
  /** Makes Services in the run's namespace, with pods of the run behind them; no node needs to know them yet. */
  createServices: (wanted: readonly WantedService[]) => Promise<MadeService[]>;
  /** Changes which pods are behind a Service of the run. */
  changePodsBehind: (change: PodsBehind) => Promise<void>;
  /** The cluster's DNS, or why none is known. */
  clusterDns: () => Promise<ClusterDns | string>;
  /** Policies of somebody else that may keep pods of the run from asking it, in one sentence ("… may forbid it"); null: none. */
  forbiddingDns: (dns: ClusterDns) => Promise<string | null>;
  /** What can be learned of its pods. */
  behindDns: (dns: ClusterDns) => Promise<BehindDns>;
  /** The Service of the API server, or why none is known. */
  apiService: () => Promise<ApiService | string>;
  /** The servers behind it; null where that can't be learned. */
  apiServers: () => Promise<ApiEndpoint[] | null>;
  /** Policies of somebody else that may keep such a probe from it, in one sentence ("… may forbid it"); null: none. */
  forbiddingApiService: (from: Pick<Probe, 'kind'>) => string | null;
  /** Names of the run's pods that the API calls Ready now; null when they can't be listed. */
  readyPods: () => Promise<ReadonlySet<string> | null>;
  /** Services in the whole cluster, the run's own aside; null when they may not be counted. */
  countServices: () => Promise<number | null>;
  /** A pod of one name on two nodes, one after the other; or why there was none. */
  movedPod: () => Promise<readonly PodPlace[] | string>;
  /** A pod started during this run on every node, and the nodes where none could. */
  fresh: () => Promise<{ probes: Probe[]; missing: Missing[]; startedInMs: number }>;
}
