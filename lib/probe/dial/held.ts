/** Flows that stay open after their dial, until a later one goes over them, or the agent ends. */
import type { Socket as UdpSocket } from 'node:dgram';
import type { Socket as TcpSocket } from 'node:net';
import { errorName } from '../io/errors.ts';
import type { DialRecord } from '../../conversations/dial.ts';

interface Held<S> {
  socket: S;
  since: number;
  /** When the other end, or the network, closed it while it was held; null while it is open. */
  endedAfterMs: number | null;
  /** What has come meanwhile: a responder that speaks first does so before the dial that waits for it begins. */
  arrived: Buffer[];
  /** Nothing more is kept. */
  leave: () => void;
}

/** A flow that is held no longer. */
export interface Taken<S> {
  socket: S;
  held: NonNullable<DialRecord['held']>;
  arrived: readonly Buffer[];
}

/** More than a responder says unasked, with late answers to the dial before. */
const keptAtMost = 64;

/** By the nonce of the dial that left them open. */
export interface HeldFlows {
  tcp: Map<string, Held<TcpSocket>>;
  udp: Map<string, Held<UdpSocket>>;
}

/** None yet. */
export function noHeldFlows(): HeldFlows {
  return { tcp: new Map(), udp: new Map() };
}

/** Keeps a connection under the nonce of its dial. Nothing is sent on it meanwhile. */
export function holdTcp({ tcp }: HeldFlows, nonce: string, socket: TcpSocket): void {
  const held = newHeld(socket);
  const ended = (): void => noteEnd(held);
  const keep = (piece: Buffer): void => keepOf(held, piece);
  socket.once('end', ended).once('close', ended).on('data', keep);
  held.leave = () => socket.off('data', keep);
  tcp.set(nonce, held);
}

/** Keeps a socket that is connected to its target. */
export function holdUdp({ udp }: HeldFlows, nonce: string, socket: UdpSocket): void {
  const held = newHeld(socket);
  const keep = (message: Buffer): void => keepOf(held, message);
  socket.on('message', keep);
  held.leave = () => socket.off('message', keep);
  socket.on('error', (error) => {
    // Cilium destroys sockets whose pod has left a Service. An ICMP error ends nothing.
    if (errorName(error) === 'ECONNABORTED') noteEnd(held);
  });
  udp.set(nonce, held);
}

function newHeld<S>(socket: S): Held<S> {
  return { socket, since: performance.now(), endedAfterMs: null, arrived: [], leave: () => {} };
}

function keepOf(held: Held<unknown>, piece: Buffer): void {
  if (held.arrived.length < keptAtMost) held.arrived.push(piece);
}

function noteEnd(held: Held<unknown>): void {
  held.endedAfterMs ??= Math.round(performance.now() - held.since);
}

/** Returns the connection and keeps it no longer; null when there is none. */
export const takeTcp = ({ tcp }: HeldFlows, nonce: string) => take(tcp, nonce);

/** The same for a UDP socket. */
export const takeUdp = ({ udp }: HeldFlows, nonce: string) => take(udp, nonce);

function take<S>(all: Map<string, Held<S>>, nonce: string): Taken<S> | null {
  const found = all.get(nonce);
  if (found === undefined) return null;
  all.delete(nonce);
  found.leave();
  const { socket, since, endedAfterMs, arrived } = found;
  return { socket, held: { idleMs: Math.round(performance.now() - since), endedAfterMs }, arrived };
}
