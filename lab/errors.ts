// What the lab reports when it cannot go on. Codes are stable; messages are not.

/** A lab failure: what happened in one sentence, a stable `code`, and the command or step that helps. */
export class LabError extends Error {
  readonly code: LabErrorCode;
  readonly remedy: string;
  constructor(code: LabErrorCode, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LabError';
    this.code = code;
    this.remedy = remedy;
  }

  /** The same failure, naming the folder to which the logs were moved. */
  withLogsIn(folder: string, kept: string): LabError {
    return new LabError(this.code, this.message, this.remedy.replace(folder, kept), { cause: this.cause });
  }
}

export type LabErrorCode =
  | 'LAB_NOT_LINUX'
  | 'LAB_NOT_ROOT'
  | 'LAB_NO_GO'
  | 'LAB_MISSING_TOOLS'
  | 'LAB_NO_TUN'
  | 'LAB_NO_CGROUP2'
  | 'LAB_INSTALL_FAILED'
  | 'LAB_ADDRESSES_TAKEN'
  | 'LAB_BUSY'
  | 'LAB_ALREADY_UP'
  | 'LAB_NOT_UP'
  | 'LAB_LIMIT_TOO_LOW'
  | 'LAB_WRONG_OPTION'
  | 'LAB_UNKNOWN_NODE'
  | 'LAB_BUILD_FAILED'
  | 'LAB_COMMAND_FAILED'
  | 'LAB_COMPONENT_DIED'
  | 'LAB_NOT_READY'
  | 'LAB_INTERRUPTED'
  | 'LAB_NOT_REMOVED';

export const notLinux = () =>
  new LabError(
    'LAB_NOT_LINUX',
    'The lab needs Linux: its nodes are network namespaces.',
    'Point the suite at a cluster of your own: npm test -- --kubeconfig=FILE',
  );

export const notRoot = () =>
  new LabError(
    'LAB_NOT_ROOT',
    'The lab needs root: it makes network namespaces, mounts and cgroups.',
    'Start it as root (sudo npm …), or point the suite at a cluster of your own: npm test -- --kubeconfig=FILE',
  );

export const noGo = (found: string | undefined, needed: string) =>
  new LabError(
    'LAB_NO_GO',
    found === undefined
      ? `The lab is built with Go, and there is no \`go\` in PATH.`
      : `The lab needs Go ${needed}, and \`go\` in PATH is ${found}.`,
    `Install Go ${needed} or newer, or point the suite at a cluster of your own: npm test -- --kubeconfig=FILE`,
  );

export const missingTools = (tools: readonly string[], packages: readonly string[]) =>
  new LabError(
    'LAB_MISSING_TOOLS',
    `The lab needs ${tools.join(', ')}, not found on this machine.`,
    `Install the packages that contain them; on Debian: apt-get install ${packages.join(' ')}`,
  );

export const installFailed = (packages: readonly string[], cause: unknown) =>
  new LabError(
    'LAB_INSTALL_FAILED',
    `Installing ${packages.join(', ')} failed: ${lastLine(cause)}`,
    `Install by hand: apt-get update && apt-get install ${packages.join(' ')}`,
    { cause },
  );

export const noTun = () =>
  new LabError(
    'LAB_NO_TUN',
    'This topology needs /dev/net/tun, which this machine does not have.',
    'Load its module (modprobe tun), or choose another topology.',
  );

export const noCgroup2 = () =>
  new LabError(
    'LAB_NO_CGROUP2',
    'This topology needs a cgroup v2 hierarchy below /sys/fs/cgroup, which this machine does not have: its programs would act on every process here.',
    'Mount one (mkdir /sys/fs/cgroup/unified && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified), or choose another topology.',
  );

export const addressesTaken = (range: string, holder: string) =>
  new LabError(
    'LAB_ADDRESSES_TAKEN',
    `The lab's address range ${range} is in use on this machine: ${holder}.`,
    'Take that interface or route down while the lab is up.',
  );

export const busy = (pid: number) =>
  new LabError(
    'LAB_BUSY',
    `Another lab is being started or used by process ${pid}.`,
    'Wait until it ends, or remove it with: npm run lab -- down',
  );

const removeIt = 'Remove it with: npm run lab -- down';

export const alreadyUp = ({ nodes, topology, proxy }: { nodes: readonly string[]; topology: string; proxy: string }) =>
  new LabError(
    'LAB_ALREADY_UP',
    `A lab of ${nodesOf(nodes.length)} (${topology}, ${proxy}) is already up.`,
    'Run on it with: npm test -- --kubeconfig=$(npm run -s lab -- kubeconfig), or remove it first with: npm run lab -- down',
  );

/** For a lab whose state file is missing, or in a format that this checkout does not know. */
export const unknownLab = () =>
  new LabError(
    'LAB_BUSY',
    `Another lab is running on this machine, and its state can't be read here: another version of flatnet may have started it.`,
    removeIt,
  );

export const notUp = ({ leftovers }: { leftovers: boolean }) =>
  leftovers
    ? new LabError('LAB_NOT_UP', 'No lab is up, but an earlier one was not removed.', removeIt)
    : new LabError('LAB_NOT_UP', 'No lab is up.', 'Start one with: npm run lab -- up');

export const notWhole = (dead: readonly string[]) =>
  new LabError('LAB_NOT_UP', `The lab that is up is incomplete: ${dead.join(', ')} ended.`, removeIt);

export const limitTooLow = (limit: string, { now, needed }: { now: number; needed: number }, cause: unknown) =>
  new LabError(
    'LAB_LIMIT_TOO_LOW',
    `The lab needs ${limit} of ${needed}; it is ${now} here, and could not be raised: ${lastLine(cause)}`,
    `Start a lab of fewer nodes, or raise it by hand: sysctl -w ${limit}=${needed}`,
    { cause },
  );

export const wrongOption = (what: string, allowed: string) =>
  new LabError('LAB_WRONG_OPTION', `${what}.`, `Use ${allowed}.`);

export const unknownNode = (name: string, nodes: readonly string[]) =>
  new LabError('LAB_UNKNOWN_NODE', `The lab has no node ${name}.`, `Its nodes are ${nodes.join(', ')}.`);

export const buildFailed = (what: string, lastLines: string) =>
  new LabError(
    'LAB_BUILD_FAILED',
    `Building ${what} failed.\n${lastLines}`,
    'See the compiler’s last lines above; what was compiled so far is kept, so that a second start continues from there.',
  );

export const commandFailed = (command: string, output: string, cause: unknown) =>
  new LabError(
    'LAB_COMMAND_FAILED',
    `\`${command}\` failed: ${output}`,
    'If this repeats: npm run lab -- down, then start again.',
    { cause },
  );

export const commandTooSlow = (command: string, seconds: number) =>
  new LabError(
    'LAB_COMMAND_FAILED',
    `\`${command}\` has not ended within ${seconds} s, and was stopped.`,
    'If this repeats: npm run lab -- down, then start again.',
  );

export const componentDied = (component: string, node: string, exitCode: string, lastLines: string, log: string) =>
  new LabError(
    'LAB_COMPONENT_DIED',
    `${component} on ${node} ended with exit code ${exitCode}; its last lines:\n${lastLines}`,
    `The whole log is in ${log}.`,
  );

export const notReady = (what: string, seconds: number, seen: string, logs: string) =>
  new LabError(
    'LAB_NOT_READY',
    `${what} was not reached within ${seconds} s; last seen: ${seen}.`,
    `Look at the logs in ${logs}.`,
  );

export const interrupted = () =>
  new LabError(
    'LAB_INTERRUPTED',
    'The lab was interrupted while it started, and was removed.',
    'Start it again with: npm run lab -- up',
  );

export const notRemoved = (what: string) =>
  new LabError(
    'LAB_NOT_REMOVED',
    `The lab could not be removed completely: ${what}.`,
    'Try once more: npm run lab -- down',
  );

const lastLine = (cause: unknown): string =>
  String(cause instanceof Error ? cause.message : cause)
    .trim()
    .split('\n')
    .at(-1) ?? '';

/** `1 node`, `3 nodes`. */
export const nodesOf = (count: number): string => `${count} node${count === 1 ? '' : 's'}`;
