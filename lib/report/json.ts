import type { Run } from '../verdict/run.ts';

/** `report.json`: the Run as it is. JSON itself escapes control characters and lone surrogates. */
export function json(run: Run): string {
  return `${JSON.stringify(run, null, 2)}\n`;
}
