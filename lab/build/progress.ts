import { styleText } from 'node:util';

/** Where lines go: `line` is kept, `passing` may be overwritten by the next one (on a terminal), and is undefined elsewhere. */
export interface Output {
  readonly line: (text: string) => void;
  readonly passing?: ((text: string) => void) | undefined;
}

/** Does a long step and reports its progress: what, how many of how many, since when. Plain lines every 30 s where there is no terminal. */
export async function withProgress<T>(
  output: Output,
  what: string,
  work: (done: (count: number, of: number) => void) => Promise<T>,
): Promise<T> {
  const start = performance.now();
  let said = start;
  let counted = '';
  const text = () => `${what}${counted}, ${duration(performance.now() - start)}`;
  output.line(`${what} …`);
  const timer = setInterval(() => {
    if (output.passing) output.passing(text());
    else if (performance.now() - said > 30_000) {
      said = performance.now();
      output.line(text());
    }
  }, 500);
  try {
    const result = await work((count, of) => {
      counted = `: ${Math.min(count, of)} of ${of}`;
    });
    output.line(`${what}: ${styleText('green', 'done')} in ${duration(performance.now() - start)}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

/** 75,300 ms reads `1 min 15 s`, 800 ms reads `0.8 s`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
