/** What node:net lacks, by way of libc. Loaded in the raw helper only: a wrong call could crash the process. */
import { constants } from 'node:os';
import { dlopen, getInt32 } from 'node:ffi';

export const { functions: libc } = dlopen(null, {
  socket: { arguments: ['int32', 'int32', 'int32'], return: 'int32' },
  connect: { arguments: ['int32', 'buffer', 'uint32'], return: 'int32' },
  poll: { arguments: ['buffer', 'uint64', 'int32'], return: 'int32' },
  getsockopt: { arguments: ['int32', 'int32', 'int32', 'buffer', 'buffer'], return: 'int32' },
  sendto: {
    arguments: ['int32', 'buffer', 'uint64', 'int32', 'buffer', 'uint32'],
    return: 'int64',
  },
  recvfrom: {
    arguments: ['int32', 'buffer', 'uint64', 'int32', 'buffer', 'buffer'],
    return: 'int64',
  },
  close: { arguments: ['int32'], return: 'int32' },
  __errno_location: { arguments: [], return: 'pointer' },
});

// linux/socket.h
export const inet = 2;
export const inet6 = 10;
export const raw = 3;
const nonBlocking = 0o4000;

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

/** "ENETUNREACH". */
export function errnoName(number: number): string {
  return names.get(number) ?? `errno ${number}`;
}

/** Of an errno, with its name as `code`. */
export function failure(number: number): Error {
  const code = errnoName(number);
  return Object.assign(new Error(code), { code });
}

/** Of the last call. */
export function lastFailure(): Error {
  return failure(getInt32(libc.__errno_location(), 0));
}

/** Opens a socket that never blocks, and returns its descriptor; throws with an errno name as `code`. */
export function open(family: number, type: number, protocol: number): number {
  const descriptor = libc.socket(family, type | nonBlocking, protocol);
  if (descriptor < 0) throw lastFailure();
  return descriptor;
}
