/** Lists in pages, so that a large cluster's answer does not come as one huge object. */
import { z } from 'zod';

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

/** A page of a plugin's own objects: client-node does not convert it (`continue`, not `_continue`). */
export const customPage = z
  .object({ items: z.array(z.unknown()), metadata: z.object({ continue: z.string().optional() }).optional() })
  .transform(({ items, metadata: meta }) => ({ items, metadata: meta?.continue ? { _continue: meta.continue } : {} }));
