import type { Machine } from '../../tests/support/machine.ts';

/** What is on a machine now and was not before, and the other way round: "links: + cilium_host". Empty: the lab left it as it was. */
export function leftBehind(before: Machine, now: Machine): string[] {
  return Object.keys(before).flatMap((key) => {
    const [was, is] = [before, now].map((one) => new Set(one[key as keyof Machine]));
    const [more, less] = [[...is!].filter((line) => !was!.has(line)), [...was!].filter((line) => !is!.has(line))];
    return [...more.map((line) => `${key}: + ${line}`), ...less.map((line) => `${key}: - ${line}`)];
  });
}
