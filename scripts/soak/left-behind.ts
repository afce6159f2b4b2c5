import { bpfIds } from '../../tests/support/bpf.ts';
import { machine, type Machine } from '../../tests/support/machine.ts';

/** A machine, and the BPF programs and maps in its kernel. (Sets of ipset are part of a network namespace, and end with it.) */
export interface Found extends Machine {
  readonly bpf: readonly string[];
}

/** Its present state. */
export async function lookRound(): Promise<Found> {
  return { ...(await machine()), bpf: await bpfIds() };
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
