import type { Run } from '../verdict/run.ts';

/** Lists that may have thousands of items: each item is one line, so that the file is shorter and can be searched by line. */
const itemsALine: ReadonlySet<string> = new Set(['edges', 'measurements', 'cells', 'layers']);

/** `report.json`: the Run as it is. JSON itself escapes control characters and lone surrogates. */
export function json(run: Run): string {
  return `${write(run, { key: '', indent: '' })}\n`;
}

function write(value: unknown, { key, indent }: { key: string; indent: string }): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const items = Array.isArray(value)
    ? value.map((item: unknown) =>
        itemsALine.has(key) ? JSON.stringify(item) : write(item, { key: '', indent: inner }),
      )
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([name, item]) => `${JSON.stringify(name)}: ${write(item, { key: name, indent: inner })}`);
  return items.length === 0 ? `${open}${close}` : `${open}\n${inner}${items.join(`,\n${inner}`)}\n${indent}${close}`;
}
