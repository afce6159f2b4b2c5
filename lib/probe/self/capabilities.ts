/** What the container may do. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';

const capNetRaw = 1n << 13n;

/** null when raw sockets can be opened, otherwise why not. Opens none. */
export function noRawSockets(): string | null {
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  if ((effective & capNetRaw) === 0n) return 'no CAP_NET_RAW';
  return isBuiltin('node:ffi') ? null : `no node:ffi in Node ${process.version}`;
}
