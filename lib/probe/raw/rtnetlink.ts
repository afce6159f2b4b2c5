/** Messages of rtnetlink: how the kernel is asked for a route and for its rules, and what it answers (linux/netlink.h, rtnetlink.h, fib_rules.h). */
import { isIPv6 } from 'node:net';
import type { Family } from '../../conversations/basics.ts';
import type { Route, RoutingRule } from '../../conversations/self/routes.ts';
import { addressBytes, addressText } from './address-bytes.ts';

const headerBytes = 16;
const attributeBytes = 4;
/** Of rtmsg and of fib_rule_hdr. */
const bodyBytes = 12;
/** Of ifinfomsg. */
const linkBodyBytes = 16;
const types = { error: 2, done: 3, newLink: 16, getLink: 18, newRoute: 24, getRoute: 26, newRule: 32, getRule: 34 };
const flags = { request: 1, dump: 0x300 };
const families: Record<Family, number> = { IPv4: 2, IPv6: 10 };
/** rtm_flags: else an IPv4 route is always said to be of the main table. */
const lookupTable = 0x1000;
const ofRoute = { destination: 1, link: 4, gateway: 5, table: 15, via: 18 };
const ofLink = { name: 3 };
const ofRule = { priority: 6, table: 15 };
const lookup = 1;
/** Actions from here on refuse: blackhole, unreachable, prohibit. */
const refuses = 6;

/** The kernel's own: they look into local (255), main (254) and default (253). */
const usualRules: ReadonlySet<string> = new Set(['0 255', '32766 254', '32767 253']);

/** One message of those that answer request number `sequence`. */
export interface Message {
  type: number;
  sequence: number;
  payload: Buffer;
}

/** Asks for the route to one address: RTM_GETROUTE. */
export function routeRequest(address: string, sequence: number): Buffer {
  const destination = addressBytes(address);
  const body = Buffer.alloc(bodyBytes);
  body[0] = families[isIPv6(address) ? 'IPv6' : 'IPv4'];
  body[1] = destination.length * 8;
  body.writeUInt32LE(lookupTable, 8);
  return message(types.getRoute, flags.request, sequence, [body, attribute(ofRoute.destination, destination)]);
}

/** Asks for what is known of an interface, by its number: RTM_GETLINK. */
export function linkRequest(link: number, sequence: number): Buffer {
  const body = Buffer.alloc(linkBodyBytes);
  body.writeUInt32LE(link, 4);
  return message(types.getLink, flags.request, sequence, [body]);
}

/** Asks for all rules of a family: RTM_GETRULE. */
export function rulesRequest(family: Family, sequence: number): Buffer {
  const body = Buffer.alloc(bodyBytes);
  body[0] = families[family];
  return message(types.getRule, flags.request | flags.dump, sequence, [body]);
}

/** The messages of a datagram; what is cut off is left out. */
export function messagesIn(datagram: Buffer): Message[] {
  const found: Message[] = [];
  for (let at = 0; at + headerBytes <= datagram.length;) {
    const length = datagram.readUInt32LE(at);
    if (length < headerBytes || at + length > datagram.length) break;
    found.push({
      type: datagram.readUInt16LE(at + 4),
      sequence: datagram.readUInt32LE(at + 8),
      payload: datagram.subarray(at + headerBytes, at + length),
    });
    at += aligned(length);
  }
  return found;
}

/** Nothing follows it. */
export function isLast({ type }: Message): boolean {
  return [types.done, types.error, types.newRoute, types.newLink].includes(type);
}

/** The number of the interface that it leaves by, where there is a way, and an errno where there is none. */
type RouteFound = Pick<Route, 'gateway' | 'table'> & { link: number | null; errno: number };

/** What the answer says of a route; `errno` is 0 where there is one. null: it says nothing. */
export function routeIn(answer: readonly Message[]): RouteFound | null {
  const failed = answer.find(({ type, payload }) => type === types.error && payload.length >= 4);
  if (failed !== undefined) return { gateway: null, table: null, link: null, errno: -failed.payload.readInt32LE() };
  const route = answer.find(({ type, payload }) => type === types.newRoute && payload.length >= bodyBytes);
  if (route === undefined) return null;
  const attributes = attributesOf(route.payload);
  const gateway = attributes.get(ofRoute.gateway) ?? attributes.get(ofRoute.via)?.subarray(2);
  return {
    gateway: gateway === undefined ? null : addressText(gateway),
    table: numberIn(attributes.get(ofRoute.table)) ?? route.payload.readUInt8(4),
    link: numberIn(attributes.get(ofRoute.link)),
    errno: 0,
  };
}

/** The name of the interface that was asked for; null: there is none. */
export function linkNameIn(answer: readonly Message[]): string | null {
  const link = answer.find(({ type, payload }) => type === types.newLink && payload.length >= linkBodyBytes);
  const name = link === undefined ? undefined : attributesOf(link.payload, linkBodyBytes).get(ofLink.name);
  return name === undefined ? null : name.toString('latin1').replace(/\0.*$/s, '');
}

/** The rules in an answer, without the usual ones; those that only differ in what they match are one. */
export function rulesIn(answer: readonly Message[], family: Family): RoutingRule[] {
  const found = new Map<string, RoutingRule>();
  for (const { type, payload } of answer) {
    if (type !== types.newRule || payload.length < bodyBytes) continue;
    const attributes = attributesOf(payload);
    // The kernel leaves out what is 0.
    const priority = numberIn(attributes.get(ofRule.priority)) ?? 0;
    const table = numberIn(attributes.get(ofRule.table)) ?? payload.readUInt8(4);
    const action = payload.readUInt8(7);
    const key = `${priority} ${table}`;
    if ((action === lookup || action >= refuses) && !usualRules.has(key))
      found.set(key, { family, priority, table: action === lookup ? table : null });
  }
  return [...found.values()];
}

function message(type: number, flag: number, sequence: number, parts: Buffer[]): Buffer {
  const header = Buffer.alloc(headerBytes);
  const whole = Buffer.concat([header, ...parts]);
  whole.writeUInt32LE(whole.length);
  whole.writeUInt16LE(type, 4);
  whole.writeUInt16LE(flag, 6);
  whole.writeUInt32LE(sequence, 8);
  return whole;
}

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(aligned(attributeBytes + value.length));
  bytes.writeUInt16LE(attributeBytes + value.length);
  bytes.writeUInt16LE(type, 2);
  value.copy(bytes, attributeBytes);
  return bytes;
}

/** By their numbers: what follows the body. */
function attributesOf(payload: Buffer, after = bodyBytes): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = after; at + attributeBytes <= payload.length;) {
    const length = payload.readUInt16LE(at);
    if (length < attributeBytes || at + length > payload.length) break;
    found.set(payload.readUInt16LE(at + 2), payload.subarray(at + attributeBytes, at + length));
    at += aligned(length);
  }
  return found;
}

function numberIn(value: Buffer | undefined): number | null {
  return value === undefined || value.length < 4 ? null : value.readUInt32LE();
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}
