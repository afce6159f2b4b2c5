import type { Run } from '../verdict/run.ts';

/** `report.json`: the Run as it stands. JSON escapes control characters and lone surrogates by itself. */
export function json(run: Run): string {
  return `${JSON.stringify(run, null, 2)}\n`;
}
