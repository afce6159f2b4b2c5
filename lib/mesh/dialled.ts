import type { Probe } from '../cluster/model.ts';
import type { DialRecord, Family, Protocol } from '../probe/wire.ts';

export type LostLeg = 'request' | 'reply' | 'both' | 'unknown';

/** One dial as it was asked for. */
export interface PlannedDial {
  nonce: string;
  from: Probe;
  to: Probe;
  protocol: Protocol;
  family: Family;
  address: string;
  port: number;
}

/** One dial and all that both ends know of it. */
export interface Dialled extends PlannedDial {
  /** null when the dialler's reply did not arrive whole. */
  record: DialRecord | null;
  /** Why there is no record, or why it says nothing about the network. */
  inconclusive: string | null;
  /** The dialling probe itself spoilt the measurement (it stood still, it had no socket): made once more. */
  spoilt: boolean;
  /** Datagrams sent and answered, the confirmation's included (UDP), or connections (TCP). */
  attempts: number;
  answered: number;
  /** The last round alone: what the responder is asked about. */
  lastRound: { nonce: string; attempts: number; answered: number };
  /** More loss than chance explains: see `loss.ts`. */
  lossy: boolean;
  lostLeg: LostLeg | null;
}

/** Everything that one exchange found. */
export interface Exchanged {
  dialled: Dialled[];
  /** Why there was nothing to dial ("the cluster has one node"); null when there was. */
  nothingToDial: string | null;
  /** Probes without an address of a family that their like have ("node-2/node has no IPv6 address"): nothing was dialled there. */
  lacking: string[];
  /** Ordered pairs that were planned but not dialled, since they are too many: see `maxPairs`. */
  pairsLeftOut: number;
  durationMs: number;
}
