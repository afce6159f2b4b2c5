/**
 * A long and unsteady cable, as a process: what comes out of one of its two interfaces goes into the other, later. Many kernels lack `tc netem`; all that runs
 * containers or VPNs have TAP interfaces. Run in the network namespace of the lab's switch: node delay.ts NAME… '{"delayMs":…}'
 */
import { openSync, read, writeSync } from 'node:fs';
import { setPriority } from 'node:os';

/** What happens to frames that leave a node; those that come to it are as fast as ever. */
export interface Unsteady {
  delayMs: number;
  /** More or less by up to so much, each by itself: so that they overtake each other. */
  jitterMs: number;
  /** The share that arrives twice. */
  twice: number;
}

/** linux/if_tun.h */
const tunSetIff = 0x4004_54can;
const tapWithoutHeader = 0x1002;
const largestFrame = 65_600;

async function openTaps(names: readonly string[]): Promise<number[]> {
  const { dlopen } = await import('node:ffi');
  const { functions: libc } = dlopen(null, {
    ioctl: { arguments: ['int32', 'uint64', 'buffer'], return: 'int32' },
  });
  return names.map((name) => {
    const fd = openSync('/dev/net/tun', 'r+');
    const request = Buffer.alloc(40);
    request.write(name);
    request.writeUInt16LE(tapWithoutHeader, 16);
    if (libc.ioctl(fd, tunSetIff, request) !== 0) throw new Error(`no TAP interface ${name}`);
    return fd;
  });
}

function pass(from: number, to: number, send: (frame: Buffer, write: () => void) => void): void {
  const buffer = Buffer.alloc(largestFrame);
  const next = (): void =>
    read(from, buffer, 0, largestFrame, null, (error, length) => {
      if (error !== null) {
        // An interface that is not up yet.
        setTimeout(next, 50);
        return;
      }
      const frame = Buffer.from(buffer.subarray(0, length));
      send(frame, () => {
        try {
          writeSync(to, frame);
        } catch {
          // What an interface that is down does not take is lost.
        }
      });
      next();
    });
  next();
}

/** By pairs: that on the node's side, and that on the switch's. */
async function carry(names: readonly string[], { delayMs, jitterMs, twice }: Unsteady): Promise<void> {
  // A cable does not wait for a busy machine.
  setPriority(-20);
  const taps = await openTaps(names);
  // Whoever laid the cables is gone.
  process.stdin.resume().once('close', () => process.exit());
  for (let at = 0; at + 1 < taps.length; at += 2) {
    const [near, far] = [taps[at]!, taps[at + 1]!];
    pass(far, near, (_, write) => write());
    pass(near, far, (_, write) => {
      for (let copies = Math.random() < twice ? 2 : 1; copies > 0; copies -= 1)
        setTimeout(write, Math.round(delayMs + (2 * Math.random() - 1) * jitterMs));
    });
  }
  console.log('carries');
}

if (import.meta.main) await carry(process.argv.slice(2, -1), JSON.parse(process.argv.at(-1) ?? '') as Unsteady);
