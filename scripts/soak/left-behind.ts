import { setTimeout as pause } from 'node:timers/promises';
import { bpfIds } from '../../tests/support/bpf.ts';
import { machine, type Machine } from '../../tests/support/machine.ts';

/** A machine, and the BPF programs and maps in its kernel. (Sets of ipset are part of a network namespace, and end with it.) */
export interface Found extends Machine {
  readonly bpf: readonly string[];
}

/** Looks for these as well. */
export async function withBpf(found: Machine): Promise<Found> {
  return { ...found, bpf: await bpfIds() };
}

const freedWithinMs = 15_000;

/** What the machine has now that it had not before, once the kernel is done: it frees network namespaces, and with them their BPF programs, after the last process has gone. */
export async function leftSince(before: Found): Promise<string[]> {
  const until = performance.now() + freedWithinMs;
  for (;;) {
    const left = leftBehind(before, await withBpf(await machine()));
    if (performance.now() > until || !left.some((line) => line.startsWith('bpf: +'))) return left;
    await pause(500);
  }
}

/** What is on a machine now and was not before, and the other way round: "links: + cilium_host". Empty: the lab left it as it was. */
export function leftBehind(before: Found, now: Found): string[] {
  return Object.keys(before).flatMap((key) => {
    const [was, is] = [before, now].map((one) => new Set(one[key as keyof Found]));
    const [more, less] = [[...is!].filter((line) => !was!.has(line)), [...was!].filter((line) => !is!.has(line))];
    // Programs of others come and go: systemd's, with its units.
    const gone = key === 'bpf' ? [] : less;
    return [...more.map((line) => `${key}: + ${line}`), ...gone.map((line) => `${key}: - ${line}`)];
  });
}
