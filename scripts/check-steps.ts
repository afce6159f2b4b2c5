export interface Step {
  name: string;
  command: [string, ...string[]];
  /** Counts its tests individually; any other step counts as one. */
  isMocha: boolean;
  /** Left out by `--fast`. */
  needsLab: boolean;
  /** Takes too long for every check: run where it is named. */
  isExtra?: true;
  /** A step that hangs is stopped after this. */
  limitMs: number;
}

const minute = 60_000;

/** The steps of `npm run check`, in this order: the fast ones first. */
export const steps: readonly Step[] = [
  plain('types', 'tsc', '-p', '.'),
  plain('lint', 'oxlint'),
  plain('format', 'oxfmt', '--check'),
  plain('unused', 'knip'),
  tests('unit', { files: ['tests/unit/**/*.test.ts'], timeoutMs: 60_000, limitMs: 25 * minute }),
  // The first bring-up on a machine compiles Kubernetes.
  tests('lab', { files: ['tests/lab/**/*.test.ts'], timeoutMs: 5 * minute, limitMs: 120 * minute, needsLab: true }),
  // One step, so that they share one lab.
  tests('suite', {
    files: ['tests/suite/**/*.test.ts', 'tests/faults/**/*.test.ts'],
    timeoutMs: 5 * minute,
    limitMs: 60 * minute,
    needsLab: true,
  }),
  {
    ...tests('longer', {
      files: ['tests/longer/**/*.test.ts'],
      timeoutMs: 5 * minute,
      limitMs: 60 * minute,
      needsLab: true,
    }),
    isExtra: true,
  },
];

function plain(name: string, ...command: [string, ...string[]]): Step {
  return { name, command, isMocha: false, needsLab: false, limitMs: 10 * minute };
}

/** Without mocha's configuration files: those in the root belong to the suite. */
function tests(
  name: string,
  {
    files,
    timeoutMs,
    limitMs,
    needsLab = false,
  }: { files: string[]; timeoutMs: number; limitMs: number; needsLab?: boolean },
): Step {
  const options = ['--no-config', '--no-package', '--forbid-only', '--reporter', 'scripts/mocha-counter.ts'];
  return {
    name,
    command: ['mocha', ...options, '--timeout', String(timeoutMs), ...files],
    isMocha: true,
    needsLab,
    limitMs,
  };
}
