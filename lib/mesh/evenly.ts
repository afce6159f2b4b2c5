/** So many of them at most, in even steps around the ring. */
export function evenly<T>(all: readonly T[], { most, from = 0 }: { most: number; from?: number }): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, k) => all[(from + Math.floor((k * all.length) / most)) % all.length]!);
}
