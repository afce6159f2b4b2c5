import type { Probe } from '../../cluster/model.ts';
import { nodesAt, type Destination } from '../destination.ts';
import type { PlannedDial } from '../dialled.ts';
import { fragmentTimes, wholeTimes } from '../times.ts';
import type { Governor } from './governor.ts';
import { isLongStream, type Pace } from './pace.ts';

/** Memory that the kernel takes for a datagram in a socket's queue: a few bytes take this, large ones about this many times their length. */
const smallestKept = 768;
const keptPerByte = 1.6;
/** A dial of a few bytes, as `perTarget` counts them. */
const ordinary = 20 * smallestKept;

interface Flight {
  dial: PlannedDial;
  at: number;
}

/** Dials that wait for an answer: how many there are from and to each probe and node and through each Service, and whether one more may be made. */
export class InFlight {
  readonly #pace: Pace;
  readonly #governor: Governor;
  readonly #flights = new Map<string, Flight>();
  readonly #counts = new Map<string, number>();

  constructor(pace: Pace, governor: Governor) {
    this.#pace = pace;
    this.#governor = governor;
  }

  /** Whether this source may make any dial. */
  hasRoom(from: Probe): boolean {
    const { inFlight } = this.#pace;
    return this.#governor.hasRoom && this.#count(`from ${from.uid}`) < inFlight.perProbe;
  }

  /** Whether the limits allow one more dial to this target, between these two nodes. */
  admits(dial: PlannedDial): boolean {
    const { from, to } = dial;
    const { inFlight } = this.#pace;
    const targets = Math.max(1, to.mayAnswer.size);
    return (
      this.#count(`to ${targetOf(to)}`) + roomOf(dial) <= Math.max(inFlight.perTarget * targets, roomOf(dial)) &&
      [from.node, ...nodesAt(to)].every((node) => this.#count(`at ${node}`) + this.#weightOf(dial) <= inFlight.perNode)
    );
  }

  add(dial: PlannedDial, at: number): void {
    this.#flights.set(dial.nonce, { dial, at });
    this.#change(dial, 1);
  }

  /** It has ended, or has waited too long to count; calling it again has no effect. */
  remove(nonce: string): void {
    const flight = this.#flights.get(nonce);
    if (flight === undefined) return;
    this.#flights.delete(nonce);
    this.#change(flight.dial, -1);
  }

  /** Dials that were in flight for longer than this no longer count; long streams do, until they end: they go on sending. `longerMs`: how much longer a path takes than most. */
  forget(now: number, { longerMs }: { longerMs: number }): void {
    for (const [nonce, { dial, at }] of this.#flights)
      if (!isLongStream(dial) && now - at >= this.#countsFor(dial, longerMs) + longerMs) this.remove(nonce);
  }

  forgetAll(): void {
    for (const nonce of this.#flights.keys()) this.remove(nonce);
  }

  #countsFor({ under }: PlannedDial, longerMs: number): number {
    const { patienceMs, unexpectedMs } = this.#pace;
    // Who waits for longer does so since probes can't keep up.
    return (under?.patienceMs ?? Infinity) <= patienceMs + longerMs ? unexpectedMs : patienceMs;
  }

  /** At a node's end: two long streams are as much as it is given. */
  #weightOf(dial: PlannedDial): number {
    return isLongStream(dial) ? this.#pace.inFlight.perNode / 2 : 1;
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  #change(dial: PlannedDial, by: number): void {
    const { from, to } = dial;
    this.#governor.flying(by);
    const nodes = new Set([from.node, ...nodesAt(to)]);
    this.#counts.set(`to ${targetOf(to)}`, this.#count(`to ${targetOf(to)}`) + by * roomOf(dial));
    this.#counts.set(`from ${from.uid}`, this.#count(`from ${from.uid}`) + by);
    for (const key of [...nodes].map((node) => `at ${node}`))
      this.#counts.set(key, this.#count(key) + by * this.#weightOf(dial));
  }
}

/** Whose socket fills: that of the only probe that may answer, however it is dialled; a Service distributes its dials. */
function targetOf({ id, mayAnswer }: Destination): string {
  const [only = id] = mayAnswer;
  return mayAnswer.size === 1 ? only : id;
}

/** How many ordinary dials one counts for in its target's socket, which has room for only four datagrams of 65,507 bytes. */
function roomOf({ protocol, size }: PlannedDial): number {
  if (size === undefined || protocol === 'TCP') return 1;
  const { datagrams } = size.fragmented ? fragmentTimes : wholeTimes;
  return Math.max(1, Math.ceil((datagrams * keptPerByte * size.bytes) / ordinary));
}
