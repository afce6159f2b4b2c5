import { unknownNode } from './errors.ts';
import { controlName } from './addresses.ts';
import type { Family } from './families.ts';
import { kubeconfigFile } from './places.ts';
import { removeLab } from './remove.ts';
import type { Outcome } from './run.ts';
import { outcomeIn } from './spaces.ts';
import { bringUp } from './start.ts';
import { type LabState, liveState } from './state.ts';
import type { TopologyName } from './topology/index.ts';

export type { LabError, LabErrorCode } from './errors.ts';
export { probeImage } from './build/images.ts';

export interface LabOptions {
  readonly nodes: number;
  readonly proxy: 'iptables' | 'nftables';
  /** IP families of pods, nodes and Services, the primary one first. */
  readonly families: readonly Family[];
  readonly topology: TopologyName;
  /** CoreDNS as the cluster's DNS; left out: none. */
  readonly dns?: boolean;
  /** Gets each line of the bring-up, without the line end. */
  readonly log: (line: string) => void;
  /** Gets text that the next call may replace; only where there is a terminal. */
  readonly passing?: (text: string) => void;
  /** Aborting removes what was made, and rejects with LAB_INTERRUPTED. */
  readonly signal?: AbortSignal;
}

/** A running cluster. */
export interface Lab {
  readonly kubeconfigPath: string;
  /** Node names: node-1, node-2, … */
  readonly nodes: readonly string[];
  /** Its name; a lab started by another checkout may have one unknown here. */
  readonly topology: string;
  /** Kube-proxy's mode; said of every lab, also where the network does its work. */
  readonly proxy: string;
  /** Its IP families, the primary one first. */
  readonly families: readonly string[];
  /** Runs a program inside a node (or inside `control`, the control plane) to its end. Not a shell. */
  execInNode(node: string, argv: readonly string[]): Promise<Outcome>;
  /** Removes the lab completely. May be called more than once. */
  stop(): Promise<void>;
}

/** Brings up a lab that belongs to this process: if this process dies without `stop()`, the next starter removes it. Rejects with a LabError. */
export async function startLab({ log, passing, ...options }: LabOptions): Promise<Lab> {
  return labOf(await bringUp({ ...options, owned: true, output: { line: log, passing } }));
}

/** The lab that is already up, whoever started it; LAB_NOT_UP when there is none. */
export async function attachLab(): Promise<Lab> {
  return labOf(await liveState());
}

function labOf(state: LabState): Lab {
  let stopped: Promise<void> | undefined;
  return {
    kubeconfigPath: kubeconfigFile,
    nodes: state.nodes,
    topology: state.topology,
    proxy: state.proxy,
    families: state.families,
    execInNode: async (node, argv) => outcomeIn(firstOf(state, node), argv),
    stop: () => (stopped ??= removeLab()),
  };
}

/** The first process of a node, or of `control`; LAB_UNKNOWN_NODE for any other name. */
export function firstOf(state: LabState, node: string): LabState['first'][string] {
  const first = state.first[node];
  if (first === undefined) throw unknownNode(node, [...state.nodes, controlName]);
  return first;
}
