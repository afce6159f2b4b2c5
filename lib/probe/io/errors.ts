/** What a socket error says about the network. */
import type { DialOutcome } from '../../conversations/dial.ts';

/** The errno name of a system error, or its message. */
export function errorName(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}

const outcomes: Record<string, DialOutcome> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  // ICMP "protocol unreachable".
  ENOPROTOOPT: 'unreachable',
  // UDP: a router reported that the datagram is too big for its next link (ICMP "fragmentation needed"); the next one is fragmented.
  EMSGSIZE: 'unreachable',
  // A local firewall rule, or a route of type "prohibit".
  EACCES: 'unreachable',
  EPERM: 'unreachable',
};

/** The outcome of a dial that ended with this error. Errors that the probe itself causes (no socket, no port, no buffer) are inconclusive. */
export function outcomeOf(error: unknown): DialOutcome {
  const ownPort = error instanceof Error && 'syscall' in error && error.syscall === 'bind';
  return ownPort ? 'inconclusive' : (outcomes[errorName(error)] ?? 'inconclusive');
}
