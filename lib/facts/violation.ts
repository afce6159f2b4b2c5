import type { AddressOwner } from '../cluster/model.ts';
import type { Family, Protocol } from '../conversations/basics.ts';

/** What contradicts a promise, as it was observed. Why it may be so is for `lib/diagnosis/violations.ts`. */
export type Violation = {
  /** What was seen, in one sentence. */
  evidence: string;
} & Observed;

/** From a probe of one node to a Service, over one protocol and family: what got no answer. */
export interface UnansweredWay {
  from: { node: string; probe: string };
  protocol: Protocol;
  family: Family;
  port: number;
  /** Nothing at all was answered. */
  isSilent: boolean;
  /** The nodes of the pods behind the Service; empty: not known. null: on none of the nodes that are known. */
  to: (string | null)[];
  /** What is behind it are the nodes themselves, and no pods. */
  areNodes?: true;
  /** Where that is another one, the port of what is behind it. */
  portBehind?: number;
  /** What is behind it was reached by its own address: only what befalls the Service is left. */
  isDirect?: true;
  /** It was answered, by a DNS server that knows nothing of what is new: where one of its pods does not reach the API server it can't. `isSilent` says nothing then. */
  isOutdated?: true;
}

type Observed =
  | { kind: 'two owners'; address: string; holders: readonly AddressOwner[] }
  | { kind: 'carried twice'; address: string; owner: string; carrier: string }
  | { kind: 'answered by another'; address: string }
  /** `one` and `other`: what the two ranges are for. */
  | { kind: 'ranges overlap'; one: string; other: string }
  | { kind: 'pods in a service range'; range: string }
  | { kind: 'backend never reached'; node: string; service: string }
  /** From these nodes' probes. */
  | { kind: 'affinity not kept'; nodes: readonly string[] }
  | { kind: 'endpoints not followed' | 'hangs without endpoints'; nodes: readonly string[] }
  /** Of UDP, from one source port and not from others. */
  | { kind: 'flow stuck'; nodes: readonly string[] }
  /** By pods of these nodes; `over`: "UDP", "UDP and TCP"; `only`: the type of all questions that are lost, where every other one is answered ("AAAA"), else null; `at`: the only one of its addresses where it is so, where there are more, else null; `refused`: none was lost otherwise. */
  | {
      kind: 'DNS does not answer';
      nodes: readonly string[];
      over: string;
      only: string | null;
      at: string | null;
      refused: boolean;
      /** On each of these ways other questions were answered. */
      partly: boolean;
    }
  /** `over`: "UDP", "UDP and TCP"; `error`: the one that is all that is wrong ("SERVFAIL"), else null. */
  | { kind: 'DNS answers wrongly'; nodes: readonly string[]; server: string; over: string; error: string | null }
  /** `who`: "pods of node-1 and node-2 itself". */
  | {
      kind: 'API server not reached';
      who: string;
      nodes: readonly string[];
      /** "default/kubernetes (10.96.0.1:443)". */
      service: string;
      /** Every connection that did not open was refused. */
      refused: boolean;
      /** On each of these ways other connections opened. */
      partly: boolean;
      /** Its servers' own addresses, where they are known, and whether all of these ways lead there by them, or none; null: neither. */
      servers: string | null;
      directly: boolean | null;
    }
  | { kind: 'pod does not start'; node: string }
  | { kind: 'new pod without address'; node: string; family: Family }
  /** `probe`: "node-1/pod-a". */
  | { kind: 'pod without address'; node: string; probe: string; family: Family }
  | { kind: 'downward API differs'; node: string }
  | { kind: 'interfaces differ'; node: string }
  | { kind: 'peers differ'; node: string }
  /** By nobody, for no pod. `plugin`: null where it is not known. */
  | { kind: 'policies ignored'; plugin: string | null }
  | { kind: 'policy not enforced'; node: string }
  /**
   * `onlyWay`: all that got through went from pods of the one node to pods of the other, on other ways of both it was denied; null: it is not so.
   * `onlyAtSomePorts`: all that got through went to certain ports, to which nothing was denied.
   */
  | {
      kind: 'policy lets through';
      node: string;
      onlyWay: { from: string; to: string } | null;
      onlyAtSomePorts: boolean;
    }
  /** Of pods on these nodes; `where`: "into pods on node-1 (TCP and UDP) and out of pods on node-2 (UDP)". `onlyAtSomePorts`: at others the Services' traffic was denied as well. */
  | { kind: 'policy bypassed through Services'; nodes: readonly string[]; where: string; onlyAtSomePorts: boolean }
  | { kind: 'policy forbids too much'; node: string }
  /** Those that started while it stood. */
  | { kind: 'policy misses new pods'; node: string; onlyAtSomePorts: boolean }
  | { kind: 'policy stays in force'; node: string };
