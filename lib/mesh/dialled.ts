import type { Probe } from '../cluster/model.ts';
import type { Destination } from './destination.ts';
import type { Family, Protocol, SocketAddress } from '../conversations/basics.ts';
import type { DialOutcome, DialRecord, ResponderView } from '../conversations/dial.ts';

export type LostLeg = 'request' | 'reply' | 'both' | 'unknown';

/** A dial that is about size. */
export interface Size {
  /** Of each datagram, or of the stream in each direction; IP and UDP headers aside. */
  bytes: number;
  /** Of each answer, where that is less: its sender may not send as much in one packet. */
  answerBytes?: number;
  /** So few that a question is made for it: fewer than any other dial sends. Only the question is so small. */
  small?: true;
  /** Larger than a packet may be: the sender's kernel sends it in fragments. */
  fragmented: boolean;
  /** What a packet may have: by the interface of whoever dials, by that of whoever answers, and by what the dialler's kernel knows of the path; null: not known. */
  mtu: number | null;
  otherMtu?: number | null;
  pathMtu: number | null;
  /** Of a length that no datagram of a flow of all lengths came through with, nor when it was asked again: the shortest and the longest of its neighbours of which that is so, bytes. */
  alone?: { least: number; most: number };
  /** Where it failed, and was searched: the most that arrives, or of small ones the least, bytes; 0: nothing does. */
  passes?: number;
}

/** Datagrams of one flow have all lengths from `least` to `most` bytes, evenly spread; an answer is as long, but no longer than `answerBytes`. */
export interface Lengths {
  least: number;
  most: number;
  answerBytes?: number;
}

/** One dial as it was asked for. */
export interface PlannedDial {
  nonce: string;
  from: Probe;
  to: Destination;
  protocol: Protocol;
  family: Family;
  address: string;
  port: number;
  /** Left out: the kernel's choice. */
  sourcePort?: number;
  /** Left out: a few bytes. */
  size?: Size;
  /** UDP; left out: each datagram has as many bytes. */
  lengths?: Lengths;
  /** TCP, of nodes that are far apart: see `Dial`. */
  handshakeMs?: number;
  /** TCP: its end is waited for, too, from either side. */
  closes?: true;
  /** Its flow is left open once it is answered, for a later dial `over` it, by the nonce of this one. */
  hold?: true;
  over?: string;
  /** Who speaks first over it once it was idle; left out: the dialler. */
  first?: 'responder';
  /** UDP: about one flow of many datagrams, and whether it comes to an end on its way. What it loses otherwise is for others to judge. */
  lasting?: true;
  /** Neither of the two nodes has talked to the other before in this run. */
  firstContact?: true;
  /** Since a dial through a Service that takes this way failed: it counts for the promise of the way as well (see `Witnesses`). */
  recheck?: true;
  /** Left out: no NetworkPolicy of the run's own stands. `patienceMs`: see `UnderPolicies`. */
  under?: { names: readonly string[]; patienceMs: number | null };
}

/** One round of a dial: the first, which is made with all others, or a calm one. */
export interface Round {
  nonce: string;
  outcome: DialOutcome;
  /** Connections and SYNs sent again (TCP), or datagrams (UDP); whole answers. */
  attempts: number;
  answered: number;
  /** Of several flows, each from a source port of its own: those that got nothing through. */
  deadFlows: number;
  /** Left out: none of its flows was. */
  cutOff?: NonNullable<DialRecord['cutOff']>;
}

/** A flow that stays open under the nonce of the dial that opened it, and its ends as the dialler and the responder saw them. */
export interface HeldFlow {
  nonce: string;
  local: SocketAddress | null;
  view: ResponderView;
}

/** One dial and all that both ends know of it. */
export interface Dialled extends PlannedDial {
  /** null when the dialler's reply did not arrive whole. */
  record: DialRecord | null;
  /** Why there is no record, or why it says nothing about the network. */
  inconclusive: string | null;
  /** It is only since a policy of somebody else may have forbidden it. */
  maybeForbidden?: true;
  /** The dialling probe, or its responder, spoilt the measurement itself (it stood still, it had no socket): it is made once more. */
  spoilt: boolean;
  /** A stream that went on for as long as one is waited for: neither whole nor lost. */
  unended?: true;
  /** Every round, in their order; the last one decides. */
  rounds: Round[];
  /** Sent and answered, in all rounds. */
  attempts: number;
  answered: number;
  /** More loss than chance explains: see `loss.ts`. */
  lossy: boolean;
  /** A lasting one: the flow was cut off after so many datagrams, and so was a new one; left out: it was not. */
  cutOffAfter?: number;
  lostLeg: LostLeg | null;
  /** Where it failed: who received it all the same, of those who were asked. */
  receivedBy: Probe | null;
  /** It failed while the suite sent much, and not when it was asked again, calmly. */
  onlyUnderLoad: boolean;
  /** It was not asked again itself: so many of its path were, and all failed, or half of many. */
  standsWith: number;
  /** How late the responder's event loop was as it read what failed at first, ms; null when it received nothing, or was not asked. */
  responderLateMs: number | null;
  /** Its source port was changed on the way, and no other was: see `rounds/other-ports.ts`. */
  portChangedOnce?: true;
  /** Its first round, or some of it, was refused or reset; left out: it was not, or it is not known yet. */
  refusedAtFirst?: true;
  /** Its source port got nothing through, and no other was lost: see `rounds/one-port.ts`. */
  onePortDead?: true;
  /** The flow that stays open; left out: none does. Only a first round leaves one. */
  heldAs?: HeldFlow;
  /** When its first round was sent, milliseconds after the run began; left out: not known. */
  dialledMs?: number;
  /** Milliseconds of the run's clock: when it was first seen to fail, null when it never was. */
  failedAt: number | null;
}

/** A new pod that did not answer at once, and how long after its Ready it did. */
export interface Lag {
  probe: Probe;
  /** Since it was seen Ready: a dial failed that began then, and one was answered that began then. */
  failedMs: number;
  answeredMs: number;
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
  lags: Lag[];
  durationMs: number;
}

/** What names a dial in the run, and its edges in the report: the nonce of its first round. */
export function idOf({ rounds, nonce }: Dialled): string {
  return rounds[0]?.nonce ?? nonce;
}

/** Packets that each of its datagrams is made of. */
export function piecesOf({ protocol, size }: Pick<PlannedDial, 'protocol' | 'size'>): number {
  return protocol === 'UDP' && size?.fragmented === true ? Math.ceil(size.bytes / leastPiece) : 1;
}

/** What a fragment carries, at least. */
const leastPiece = 1_200;

/** The same for the same dial of two exchanges: who dials where, over what, how much, and who speaks first. */
export function nameOfDial({ from, to, protocol, family, port, size, first }: PlannedDial): string {
  return `${from.uid} ${to.id} ${protocol} ${family} ${port} ${size?.bytes ?? ''} ${first ?? ''}`;
}

/** A dial of which nothing is known, and why. */
export function unknownDial(dial: PlannedDial, reason: string, { spoilt = false } = {}): Dialled {
  return {
    ...dial,
    record: null,
    inconclusive: reason,
    spoilt,
    rounds: [],
    attempts: 0,
    answered: 0,
    lossy: false,
    lostLeg: null,
    receivedBy: null,
    onlyUnderLoad: false,
    standsWith: 0,
    responderLateMs: null,
    failedAt: null,
  };
}
