import { Command, CommanderError } from 'commander';
import type { Marks } from '../../cluster/index.ts';
import type { LatencyForm, PoliciesForm } from '../../verdict/session.ts';
import { afterHelp, declareOptions, type RawOptions } from './declared.ts';
import { limitsOf, marksOf } from './marks.ts';
import { npmArguments, type NpmOption } from './npm.ts';
import { userPath } from './path.ts';
import { selectClauses, type KnownClause } from './select.ts';
import { familiesAskedFor, topologyNames, topologyTable, type LabTarget } from '../target/lab.ts';
import type { KubeconfigTarget } from '../target/target.ts';
import { UsageError } from '../usage-error.ts';

export interface Options {
  action: 'run' | 'list' | 'dry-run' | 'help' | 'version';
  target: LabTarget | KubeconfigTarget;
  /** Ids of the clauses to run, in the catalogue's order; never empty. */
  clauses: string[];
  /** Whether this is only a part of the catalogue. */
  selected: boolean;
  strict: boolean;
  keep: boolean;
  /** null: the suite's own default. */
  image: string | null;
  imagePullSecret: { namespace: string; name: string } | null;
  /** null: the kernel chooses. */
  hostPort: number | null;
  /** No probe speaks for a node. */
  podsOnly: boolean;
  marks: Marks;
  /** Of the probes' containers, by resource. */
  limits: Readonly<Record<string, string>>;
  latency: LatencyForm;
  /** How long flows are held idle at least. */
  holdMs: number;
  /** Whether clauses may load the network. */
  headroom: boolean;
  policies: PoliciesForm;
  /** A directory; relative to the working directory when it is not absolute. */
  reports: string;
  /** Whether the terminal shows everything that INFO clauses report. */
  details: boolean;
  setUpDeadlineMs: number;
}

/** What the user asked for. Pure; `known` is the catalogue in its own order. Throws a `UsageError`. */
export function parseOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  known: readonly KnownClause[],
): Options {
  const direct = parse(argv);
  const { argv: kept, rest } = npmArguments(env, npmOptions(), direct.plain);
  if (rest.length > 0) throw stray(rest);
  return check(withPaths(merge(parse(kept).raw, direct.raw), env), known);
}

/** What `--help` prints. */
export function helpText(): string {
  return `${declareOptions(new Command()).helpInformation()}\n${afterHelp}`;
}

function parse(argv: readonly string[]): { raw: RawOptions; plain: string[] } {
  const command = declareOptions(new Command())
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} });
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof CommanderError) throw valueOfFlag(error, command) ?? fromCommander(error);
    throw error;
  }
  return { raw: command.opts<RawOptions>(), plain: command.args };
}

/** npm never passes on its own options of the same name: `npm_config_proxy` is the user's HTTP proxy, not kube-proxy's mode. */
const npmsOwn: ReadonlySet<string> = new Set(['--help', '--version', '--proxy']);

/** The options that npm may keep for itself: see `npmArguments`. */
export function npmOptions(): NpmOption[] {
  return declareOptions(new Command())
    .options.filter(({ long }) => !npmsOwn.has(long!))
    .map((option) => ({
      name: option.long!.slice(2),
      value: option.required ? 'required' : option.optional ? 'optional' : 'none',
    }));
}

function merge(kept: RawOptions, direct: RawOptions): RawOptions {
  const merged: Record<string, unknown> = { ...kept };
  for (const [name, value] of Object.entries(direct)) {
    const other = merged[name];
    if (Array.isArray(value) && Array.isArray(other)) merged[name] = [...other, ...value];
    else if (other === undefined || other === value) merged[name] = value;
    else {
      throw new UsageError('given-twice', `--${dashed(name)} is given twice, with different values.`);
    }
  }
  return merged;
}

function withPaths(raw: RawOptions, env: Readonly<Record<string, string | undefined>>): RawOptions {
  return {
    ...raw,
    ...(typeof raw.kubeconfig === 'string' && { kubeconfig: userPath(raw.kubeconfig, env) }),
    ...(raw.reports !== undefined && { reports: userPath(raw.reports, env) }),
  };
}

function check(raw: RawOptions, known: readonly KnownClause[]): Options {
  const levels = raw.level ?? [];
  // --help and --version work whatever else is given.
  const action = raw.help ? 'help' : raw.version ? 'version' : raw.list ? 'list' : raw.dryRun ? 'dry-run' : 'run';
  const isQuestion = action === 'help' || action === 'version';
  const clauses = isQuestion ? [] : selectClauses(known, { clauses: raw.clause ?? [], levels });
  if (raw.headroom === true && ['run', 'dry-run'].includes(action)) refuseToLoadFor(clauses, known);
  if (raw.podsOnly === true && raw.hostPort !== undefined)
    throw new UsageError(
      'not-together',
      '--host-port is for probes on the host network, and --pods-only makes none.',
      'Leave out one of them.',
    );
  return {
    action,
    target: target(isQuestion ? {} : raw),
    clauses,
    selected: clauses.length < known.length,
    strict: raw.strict ?? false,
    keep: raw.keep ?? false,
    image: raw.image ?? null,
    imagePullSecret: raw.imagePullSecret ?? null,
    hostPort: raw.hostPort ?? null,
    podsOnly: raw.podsOnly ?? false,
    marks: marksOf(raw),
    limits: limitsOf(raw.limits),
    latency: raw.latency ?? 'short',
    holdMs: 1_000 * (raw.hold ?? 0),
    headroom: raw.headroom ?? false,
    policies: raw.policies ?? 'short',
    reports: raw.reports ?? 'reports',
    details: raw.details ?? false,
    setUpDeadlineMs: (raw.deadline ?? 180) * 1000,
  };
}

/** Allowing a load that no chosen clause makes is a mistake. */
function refuseToLoadFor(chosen: readonly string[], known: readonly KnownClause[]): void {
  const loading = known.filter(({ needs }) => needs?.includes('load')).map(({ id }) => id);
  if (loading.some((id) => chosen.includes(id))) return;
  const missed = loading.length === 1 ? 'that clause was not chosen' : 'none of these clauses was chosen';
  throw new UsageError(
    'nothing-to-load-for',
    `--headroom lets ${loading.join(', ')} load the network, and ${missed}.`,
    `Add --clause ${loading[0]}, or leave out --headroom.`,
  );
}

function target(raw: RawOptions): LabTarget | KubeconfigTarget {
  if (raw.kubeconfig !== undefined) {
    refuse(raw, ['nodes', 'proxy', 'families', 'dualStack', 'topology'], (option) => [
      'only-for-the-lab',
      `${option} configures the lab and has no effect with --kubeconfig.`,
      `Leave out ${option}, or --kubeconfig.`,
    ]);
    return {
      kind: 'kubeconfig',
      file: raw.kubeconfig === true ? null : raw.kubeconfig,
      context: raw.context ?? null,
    };
  }
  // A user who names a context or a registry has a cluster in mind: the lab would be the wrong answer.
  refuse(raw, ['context', 'image', 'imagePullSecret'], (option) => [
    'needs-kubeconfig',
    `${option} needs --kubeconfig: without it the suite runs on its own lab.`,
    `npm test -- --kubeconfig ${option} …`,
  ]);
  const topology = raw.topology ?? topologyNames[0];
  const families = familiesAskedFor(raw);
  if (families === null)
    throw new UsageError(
      'not-together',
      `--dual-stack contradicts --families ${raw.families}.`,
      'Leave out one of them.',
    );
  if (families.includes('IPv6') && !topologyTable[topology].ipv6)
    throw new UsageError(
      'not-together',
      `--topology ${topology} carries IPv4 only.`,
      `Leave out --${raw.dualStack === true ? 'dual-stack' : 'families'}, or choose another topology.`,
    );
  if (raw.proxy !== undefined && !topologyTable[topology].kubeProxy)
    throw new UsageError(
      'not-together',
      `--topology ${topology} runs no kube-proxy.`,
      'Leave out --proxy, or choose another topology.',
    );
  return {
    kind: 'lab',
    nodes: raw.nodes ?? 3,
    proxy: raw.proxy ?? 'iptables',
    families,
    topology,
  };
}

function refuse(
  raw: RawOptions,
  names: readonly (keyof RawOptions)[],
  why: (option: string) => ConstructorParameters<typeof UsageError>,
): void {
  const given = names.find((name) => raw[name] !== undefined);
  if (given !== undefined) throw new UsageError(...why(`--${dashed(given)}`));
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function stray(rest: readonly string[]): UsageError {
  const [first] = rest;
  return new UsageError(
    'stray-argument',
    `"${first}" does not belong to any option.`,
    'npm test -- --kubeconfig FILE runs on your cluster, npm test -- --clause ID runs one clause; npm test -- --help shows all options.',
  );
}

/** commander calls "--strict=3" an unknown option, and suggests what was typed. */
function valueOfFlag({ code, message }: CommanderError, { options }: Command): UsageError | null {
  const [, name, value] = /'(--[^=']+)=([^']*)'/.exec(code === 'commander.unknownOption' ? message : '') ?? [];
  if (!options.some(({ long }) => long === name)) return null;
  return new UsageError('invalid-value', `${name} takes no value but was given "${value}".`, null);
}

function fromCommander(error: CommanderError): UsageError {
  // "error: unknown option '--stict'\n(Did you mean --strict?)"
  const said = error.message
    .replace(/^error: /, '')
    .replace(/\n\((.*)\)$/s, '. $1')
    .replaceAll("'", '"');
  const sentence = said.charAt(0).toUpperCase() + said.slice(1);
  const code = error.code === 'commander.unknownOption' ? 'unknown-option' : 'missing-value';
  return new UsageError(
    code,
    /[.?]$/.test(sentence) ? sentence : `${sentence}.`,
    'npm test -- --help shows all options.',
  );
}
