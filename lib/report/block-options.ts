import type { Paint } from './paint.ts';

/** How text for a terminal is laid out. */
export interface BlockOptions {
  paint: Paint;
  /** Columns to wrap at; null for lines as long as they are. */
  width: number | null;
  /** Whether to print everything an INFO clause reports; otherwise only what it saw. */
  details?: boolean;
  /** A healthy run fits on a screen: a line per clause, and of findings and times only what matters most. */
  short?: boolean;
}
