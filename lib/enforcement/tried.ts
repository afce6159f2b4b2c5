/** What became of the act of the clauses about policies. */
import type { Missing } from '../cluster/model.ts';
import type { Dialled, Exchanged } from '../mesh/dialled.ts';
import { forbids } from './ends.ts';
import { gotThrough, type InForce } from './in-force.ts';
import type { Step } from './steps/step.ts';
import type { Untried } from './through-services/prepare.ts';

/** What became of the dials under one set of policies. */
export interface Tried {
  step: Step;
  exchanged: Exchanged;
  inForce: InForce;
}

export interface Enforcement {
  namespace: string;
  /** Kinds of which somebody else may have policies that select the run's pods, or not: see `RunPolicies`. */
  unlisted: readonly string[];
  /** How long each set of policies was given to be in force, ms; longer where it came with other labels of pods. */
  limitMs: number;
  /** The same dials before any policy, and when all are gone again. */
  control: Exchanged;
  again: Exchanged;
  lifted: InForce;
  /** In their order; only the first where nobody enforces it. */
  tried: Tried[];
  guests: Guests;
  throughServices: Untried;
  /** null: none were made. */
  newcomers: Newcomers | null;
}

/** Pods of another namespace. `refused`: why there is no such namespace; null where there is, or none was wanted. */
export interface Guests {
  missing: readonly Missing[];
  refused: string | null;
}

/** Pods that started while policies stood. */
export interface Newcomers {
  /** Of dials from and to them: `inForce` counts from the moment when they were Ready. */
  tried: Tried[];
  /** The same dials when no policy stands any more: what is not answered then proves nothing. */
  control: Exchanged;
  missing: readonly Missing[];
  /** Why some could not be dialled at several ports. */
  notListening: readonly string[];
}

/** What closes one pod of each node. */
export function firstOf({ tried: [first] }: Pick<Enforcement, 'tried'>): Tried {
  if (first === undefined) throw new Error('no policy was made');
  return first;
}

/** Dials to the pods' own addresses: the other ones, through Services, lead to the same pods. */
export function isAtOwnAddress({ to }: Pick<Dialled, 'to'>): boolean {
  return to.via === null;
}

/** Nodes where all that the policies forbid got through. */
export function nodesNotEnforcing(tried: Tried | undefined, namespace: string): Set<string> {
  if (tried === undefined) return new Set();
  const byNode = Map.groupBy(forbiddenOf(tried, namespace), ({ to }) => to.node ?? '');
  return new Set([...byNode].filter(([, dials]) => dials.every(gotThrough)).map(([node]) => node));
}

/** Whether all that the policies forbid got through, wherever anything can be said of it. */
export function isIgnored(tried: Tried, namespace: string): boolean {
  const forbidden = forbiddenOf(tried, namespace);
  return forbidden.length > 0 && forbidden.every(gotThrough);
}

function forbiddenOf({ step, exchanged }: Tried, namespace: string): Dialled[] {
  return exchanged.dialled.filter(
    (dial) => isAtOwnAddress(dial) && dial.inconclusive === null && forbids(step, dial, namespace) === true,
  );
}
