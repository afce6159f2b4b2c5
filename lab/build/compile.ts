import { totalmem } from 'node:os';
import { buildFailed } from '../errors.ts';
import { outcomeOf, type Outcome } from '../run.ts';
import { type Output, withProgress } from './progress.ts';

// No debug information anywhere, and no optimiser for the generated clients, which are rarely used here:
// from scratch 5 min 53 s on two cores, against 10 min with Go's defaults.
const unused = [
  'k8s.io/client-go/applyconfigurations/...',
  'k8s.io/client-go/kubernetes/...',
  'k8s.io/client-go/informers/...',
  'k8s.io/kubernetes/pkg/generated/...',
];

/** For every `go build` of the lab. */
export const compilerFlags = [
  '-gcflags=all=-dwarf=false',
  ...unused.map((pattern) => `-gcflags=${pattern}=-N -l -dwarf=false`),
];

/** For fetching and for compiling, each, on a slow machine. */
const buildLimitMs = 60 * 60_000;

/** Runs `go` to its end. */
export type Go = (args: readonly string[], onLine?: (line: string) => void) => Promise<Outcome>;

/** `go` in a folder with a go.mod. Aborting ends it, and rejects with LAB_INTERRUPTED. */
export function goIn(
  folder: string,
  { cgo = true, signal }: { cgo?: boolean; signal?: AbortSignal | undefined } = {},
): Go {
  // The compiler's garbage collector costs a fifth of the time; the largest packages take under 3 GiB without it.
  const env = { CGO_ENABLED: cgo ? '1' : '0', GOFLAGS: '', GOGC: totalmem() > 12 * 2 ** 30 ? 'off' : '200' };
  return (args, onLine) =>
    outcomeOf('go', args, { cwd: folder, env, signal, limitMs: buildLimitMs, ...(onLine ? { onLine } : {}) });
}

export interface Compiled {
  /** As in "Fetching the Go modules of …". */
  readonly modules: string;
  /** As in "Building … failed". */
  readonly what: string;
  /** Arguments of `go list` that name all packages, for counting them. */
  readonly listed: readonly string[];
  /** Arguments of each `go build -v`. */
  readonly builds: readonly (readonly string[])[];
}

/** Fetches and compiles, reporting progress; LAB_BUILD_FAILED with the compiler's last lines. */
export async function compile(go: Go, { modules, what, listed, builds }: Compiled, output: Output): Promise<void> {
  const packages = await withProgress(output, `Fetching the Go modules of ${modules}`, () =>
    go(['list', '-deps', ...listed]),
  );
  if (packages.exitCode !== 0) throw buildFailed(what, packages.stderr);
  const total = packages.stdout.split('\n').length;
  await withProgress(output, 'Compiling them, once: packages', async (done) => {
    const last: string[] = [];
    let compiled = 0;
    const onLine = (line: string) => {
      if (/^[\w./~-]+$/.test(line)) done(++compiled, total);
      else last.push(line);
    };
    for (const build of builds)
      if ((await go(['build', '-v', ...build], onLine)).exitCode !== 0)
        throw buildFailed(what, last.slice(-20).join('\n'));
  });
}
