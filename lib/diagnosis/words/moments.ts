/** "between second 4 and second 19 of the run", of milliseconds since it began: both moments lie within. */
export function betweenSeconds({ fromMs, toMs }: { fromMs: number; toMs: number }): string {
  return `between second ${Math.floor(fromMs / 1_000)} and second ${1 + Math.floor(toMs / 1_000)} of the run`;
}
