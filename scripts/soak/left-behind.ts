import { bpfIds } from '../../tests/support/bpf.ts';
import type { Machine } from '../../tests/support/machine.ts';

/** A machine, and the BPF programs and maps in its kernel. (Sets of ipset are part of a network namespace, and end with it.) */
export interface Found extends Machine {
  readonly bpf: readonly string[];
}

/** Looks for these as well. */
export async function withBpf(machine: Machine): Promise<Found> {
  return { ...machine, bpf: await bpfIds() };
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
