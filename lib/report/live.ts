import type { ClauseResult, Run } from '../verdict/run.ts';
import type { BlockOptions } from './block-options.ts';
import { clauseLines } from './clause-line.ts';
import { foldKept } from './fold-kept.ts';
import { painter, wantsColor } from './paint.ts';
import { hasOwnLine, heading, terminalEnd } from './terminal.ts';
import { duration, oneLine } from './text.ts';

/** What a run writes while it goes. */
export interface Live {
  /**
   * What is being done now ("waiting for 9 probes: 6 ready"): shown on a TTY only, with the time since the line
   * was last empty. null clears it.
   */
  now(text: string | null): void;
  /** A line that stays. */
  say(text: string): void;
  /** What is being tested. */
  heading(run: Pick<Run, 'suite' | 'cluster'>): void;
  clause(result: ClauseResult): void;
  /** Failures, findings, notes, the verdict. Also ends the progress line. */
  end(run: Run): void;
  /** Clears the progress line and stops its clock; can be called twice. */
  close(): void;
}

export interface LiveOptions {
  stream: NodeJS.WriteStream;
  strict: boolean;
  /** Whether to print everything that INFO clauses report. */
  details?: boolean;
  /** How many clauses there will be: where a line for each is more than the screen has, kept ones of a folder share one. */
  clauses?: number;
  env?: Readonly<Record<string, string | undefined>>;
}

/** Writes to `stream`: with a progress line when it is a TTY and not CI, plain lines otherwise. */
export function live({ stream, strict, details = false, clauses = 0, env = process.env }: LiveOptions): Live {
  const moving = stream.isTTY && !isCI(env);
  const options: BlockOptions = {
    paint: painter(wantsColor(stream)),
    width: stream.isTTY ? Math.min(columnsOf(stream), 120) : null,
    details,
    short: stream.isTTY && !details,
  };
  // `npm test | head` closes the pipe: the run still has to clean up.
  stream.on('error', () => {});
  const progress = moving ? progressLine(stream, options) : null;
  const isLow = stream.isTTY && stream.rows > 0 && clauses + linesBesides > stream.rows;

  function print(text: string): void {
    progress?.hide();
    stream.write(`${text}\n`);
    progress?.show();
  }

  const byFolder = isLow && !details ? foldKept({ strict, options, print }) : null;

  return {
    now: (text) => progress?.set(text),
    say: (text) => print(oneLine(text)),
    heading: (run) => print(`${heading(run, options)}\n`),
    clause(result) {
      if (!hasOwnLine(result, { strict }, options)) return;
      if (byFolder === null) print(clauseLines(result, { strict }, options));
      else byFolder.take(result);
    },
    end(run) {
      byFolder?.flush();
      progress?.set(null);
      print(`\n${terminalEnd(run, options)}`);
    },
    close: () => progress?.set(null),
  };
}

/** What a healthy run prints besides its clauses: heading, a finding, where to look, the verdict. */
const linesBesides = 18;

/** Some pseudo-terminals report 0. */
function columnsOf(stream: NodeJS.WriteStream): number {
  return stream.columns > 20 ? stream.columns : 80;
}

function isCI(env: Readonly<Record<string, string | undefined>>): boolean {
  return env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false' && env['CI'] !== '0';
}

function progressLine(stream: NodeJS.WriteStream, { paint }: BlockOptions) {
  let text: string | null = null;
  let since = 0;
  let clock: NodeJS.Timeout | null = null;

  function show(): void {
    if (text === null) return;
    const seconds = Math.floor((performance.now() - since) / 1000);
    const line = seconds === 0 ? oneLine(text) : `${oneLine(text)} (${duration(seconds * 1000)})`;
    // A line that wraps could not be cleared again.
    const room = columnsOf(stream) - 1;
    stream.write(`\r\x1b[2K${paint('dim', line.length > room ? `${line.slice(0, room - 1)}…` : line)}`);
  }

  function hide(): void {
    if (text !== null) stream.write('\r\x1b[2K');
  }

  function set(next: string | null): void {
    hide();
    if (next !== null && text === null) since = performance.now();
    text = next;
    if (text === null) {
      if (clock !== null) clearInterval(clock);
      clock = null;
      return;
    }
    clock ??= setInterval(show, 1000).unref();
    show();
  }

  return { show, hide, set };
}
