/** Lists in pages, so that a large cluster's answer does not come as one huge object. */

const pageSize = 500;

interface Page<T> {
  items: T[];
  metadata?: { _continue?: string };
}

/** All items of a list; one request per 500. */
export async function listAll<T>(
  list: (page: { limit: number; _continue?: string }) => Promise<Page<T>>,
  { limit = pageSize }: { limit?: number } = {},
): Promise<T[]> {
  const items: T[] = [];
  let next: string | undefined;
  do {
    const page: Page<T> = await list(next ? { limit, _continue: next } : { limit });
    items.push(...page.items);
    next = page.metadata?._continue || undefined;
  } while (next);
  return items;
}
