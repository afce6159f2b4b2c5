import type { Paint } from './paint.ts';

/** How text for a terminal is laid out. */
export interface BlockOptions {
  paint: Paint;
  /** Columns to wrap at; null for lines as long as they are. */
  width: number | null;
  /** Whether an INFO clause tells all; else what it saw, in two lines at most. */
  details?: boolean;
}
