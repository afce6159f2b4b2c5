/** So many of them at most, in even steps around the ring. */
export function evenly<T>(all: readonly T[], { most, from = 0 }: { most: number; from?: number }): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, k) => all[(from + Math.floor((k * all.length) / most)) % all.length]!);
}

/** All of them, beginning with another one. */
export function rotated<T>(items: readonly T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

/** The first of each list, then the second of each, and so on; `most` of each, or all. */
export function inTurns<T>(lists: readonly (readonly T[])[], { most = Infinity }: { most?: number } = {}): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: Math.min(most, longest) }, (_, n) =>
    lists.flatMap((list) => list.slice(n, n + 1)),
  ).flat();
}
