/** Splits the records of a conversation that has several kinds; a kind without records is left out. */
export function byKind<R extends { kind: string }>(
  records: readonly R[],
): { [K in R['kind']]?: Extract<R, { kind: K }>[] } {
  return Object.groupBy(records, ({ kind }) => kind) as ReturnType<typeof byKind<R>>;
}
