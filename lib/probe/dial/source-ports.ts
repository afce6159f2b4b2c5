/** Source ports of two kinds, so that a dial through a Service and one to the pod behind it never come from the same one. */
import { readFileSync } from 'node:fs';

/** The first and the last. */
interface PortRange {
  from: number;
  to: number;
}

/** How many ports of each kind were handed out, and of which range. */
export interface PortTurns {
  direct: number;
  apart: number;
  range: PortRange;
}

/** The first of each is anywhere in the range: probes behind one address would otherwise all use the same. */
export function newPortTurns(range: PortRange = ephemeral()): PortTurns {
  return { direct: Math.floor(Math.random() * 65_536), apart: Math.floor(Math.random() * 65_536), range };
}

/** A prime, of which no usual number of ports is a multiple: each is left alone for as long as possible, and those that follow each other are far apart. */
const stride = 7_919;

/**
 * The next source port of a kind, out of those that the kernel itself chooses from: filters and translations that know its range
 * see no difference. Linux gives connect() ports of the parity of the lowest one, as long as there are any, so that the others are `apart`.
 */
export function nextPort(kind: 'direct' | 'apart', turns: PortTurns): number {
  const { range } = turns;
  const first = range.from + (kind === 'apart' ? 1 : 0);
  const count = Math.floor((range.to - first) / 2) + 1;
  turns[kind] += 1;
  return first + 2 * ((turns[kind] * stride) % count);
}

/** Of the agent's own network namespace; as Linux has it by default where it can't be read. */
function ephemeral(): PortRange {
  try {
    const [from, to] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/).map(Number);
    if (from !== undefined && to !== undefined && from + 1 < to) return { from, to };
  } catch {
    // What a sandbox hides has the usual values.
  }
  return { from: 32_768, to: 60_999 };
}
