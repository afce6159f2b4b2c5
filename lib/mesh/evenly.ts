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
