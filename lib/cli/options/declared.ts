import type { Command } from 'commander';
import { level as levelSchema, type Level } from '../../verdict/run.ts';
import {
  familiesNames,
  type FamiliesName,
  mostNodes,
  topologyList,
  type TopologyName,
  topologyNames,
} from '../target/lab.ts';
import { UsageError } from '../usage-error.ts';

/** The arguments as commander parses them; an option that was not given is undefined. */
export interface RawOptions {
  kubeconfig?: string | true;
  context?: string;
  clause?: string[];
  level?: Level[];
  list?: boolean;
  dryRun?: boolean;
  strict?: boolean;
  keep?: boolean;
  image?: string;
  imagePullSecret?: { namespace: string; name: string };
  hostPort?: number;
  podsOnly?: boolean;
  label?: string[];
  annotation?: string[];
  limits?: string;
  reports?: string;
  details?: boolean;
  latency?: 'short' | 'full' | 'off';
  headroom?: boolean;
  hold?: number;
  policies?: 'short' | 'full' | 'off';
  deadline?: number;
  nodes?: number;
  proxy?: 'iptables' | 'nftables';
  families?: FamiliesName;
  dualStack?: boolean;
  topology?: TopologyName;
  help?: boolean;
  version?: boolean;
}

/** Every option of `npm test`, with its help. Defaults are applied later: here "not given" must remain visible. */
export function declareOptions(command: Command): Command {
  return command
    .name('npm test --')
    .usage('[options]')
    .description(
      'Does this Kubernetes cluster keep the promises of the network model?\n' +
        'Without --kubeconfig the suite builds and starts a cluster of its own (the lab), runs on it and removes it.',
    )
    .helpOption(false)
    .configureHelp({ helpWidth: 116 })
    .allowExcessArguments(true)
    .optionsGroup('Which cluster:')
    .option(
      '--kubeconfig [file]',
      'run on your cluster; without a file: $KUBECONFIG, or else ~/.kube/config',
      text('kubeconfig'),
    )
    .option('--context <name>', 'the context to use (default: the current one)', text('context'))
    .optionsGroup('What is checked:')
    .option('--clause <id>', 'only this clause, or every clause in this folder; can be repeated', list('clause'))
    .option('--level <level>', 'only clauses of this level: MUST, SHOULD or INFO; can be repeated', levels)
    .option('--strict', 'a SHOULD clause that fails makes the run not conformant; without this it is a finding')
    .option(
      '--latency <form>',
      "how to measure kube-proxy's latency and jitter: short (default, at most 20 s), full (at most 3 min) or off",
      oneOf('latency', ['short', 'full', 'off']),
    )
    .option(
      '--headroom',
      'let services/headroom load the network: 20 s of TCP and 10 s of UDP, at most 24 GiB, announced beforehand',
    )
    .option(
      '--hold <seconds>',
      'how long flows stay idle before protocols/held-connections uses them; clouds forget them after about 350 s (default: as long as the run takes)',
      integer('hold', 1, 3600),
    )
    .option(
      '--policies <form>',
      'how to try NetworkPolicies, on pods of the run alone: short (default, about 15 s), full (2 to 4 min where they are enforced) or off',
      oneOf('policies', ['short', 'full', 'off']),
    )
    .option('--list', 'list the clauses and exit; needs no cluster')
    .option('--dry-run', 'show what would be created, and where; create nothing')
    .optionsGroup('How it runs:')
    .option(
      '--image <image>',
      'the image of the probes, for example from a private registry; must contain Node 26',
      text('image'),
    )
    .option('--image-pull-secret <namespace/name>', 'an existing Secret to pull it with', secret)
    .option('--host-port <port>', 'the port that host-network probes listen on (default: any free port)', port)
    .option(
      '--pods-only',
      'no probes on the host network: the others pass the restricted Pod Security level; nodes themselves are not checked',
    )
    .option('--label <key=value>', 'a label for everything that is created; can be repeated', list('label'))
    .option(
      '--annotation <key=value>',
      'an annotation for everything that is created; can be repeated',
      list('annotation'),
    )
    .option(
      '--limits <list>',
      'limits of the probes, for example cpu=500m,memory=256Mi (default: none)',
      text('limits'),
    )
    .option(
      '--deadline <seconds>',
      'how long to wait for the probes to start (default: 180)',
      integer('deadline', 5, 3600),
    )
    .option('--keep', 'leave the probes in the cluster, and print the command that removes them')
    .option('--reports <directory>', 'where to write reports (default: reports)', text('reports'))
    .option(
      '--details',
      'print a line per clause, findings in full and the tables of INFO clauses, however short the terminal is; the reports always include them',
    )
    .optionsGroup('The lab (without --kubeconfig):')
    .option(
      '--nodes <number>',
      `the number of nodes, at most ${mostNodes} (default: 3)`,
      integer('nodes', 1, mostNodes),
    )
    .option(
      '--proxy <mode>',
      "kube-proxy's mode: iptables (default) or nftables",
      oneOf('proxy', ['iptables', 'nftables']),
    )
    .option('--families <which>', 'IP families: ipv4 (default), ipv6 or dual', oneOf('families', familiesNames))
    .option('--dual-stack', 'use both IPv4 and IPv6: --families dual')
    .option('--topology <name>', `how pods reach other nodes: ${topologyList}`, oneOf('topology', topologyNames))
    .optionsGroup('Other:')
    .option('--help', 'print this help')
    .option('--version', 'print the version');
}

/** Follows the options in `--help`. */
export const afterHelp = `Examples:
  npm test                                          on the lab
  npm test -- --kubeconfig                          on your default cluster
  npm test -- --kubeconfig FILE --context NAME      on that one
  npm test -- --clause flat-network --level MUST    some clauses only

Up to npm 11 the two dashes can be omitted (npm test --kubeconfig=FILE), except for --proxy, --help and --version,
which npm keeps for itself. npm 12 requires them.

Exit codes:
  0  conformant (there may be findings; with --strict, of INFO clauses alone)
  1  not conformant
  2  wrong usage
  3  no verdict: the run could not be completed, or a MUST clause was inconclusive
After Ctrl-C npm ends by that signal, which a shell shows as 130; report.json has the run's own code.
`;

function text(name: string): (value: string) => string {
  return (value) => {
    if (value !== '') return value;
    throw new UsageError(
      'missing-value',
      `--${name} was given an empty value.`,
      'Check that the variable you used there is set.',
    );
  };
}

function list(name: string): (value: string, before?: string[]) => string[] {
  return (value, before = []) => [...before, text(name)(value)];
}

function levels(value: string, before: Level[] = []): Level[] {
  const known = levelSchema.safeParse(value.toUpperCase());
  if (!known.success) throw invalid('level', value, levelSchema.options.join(', '));
  return [...before, known.data];
}

function integer(name: string, min: number, max: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    throw invalid(name, value, `a whole number from ${min} to ${max}`);
  };
}

function port(value: string): number {
  return integer('host-port', 1, 65_535)(value);
}

/** commander's `choices()` would repeat them in the help, which already explains them, and reports them only inside a sentence of its own. */
function oneOf<T extends string>(name: string, values: readonly T[]): (value: string) => T {
  return (value) => {
    const known = values.find((one) => one === value);
    if (known !== undefined) return known;
    throw invalid(name, value, new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(values));
  };
}

function secret(value: string): { namespace: string; name: string } {
  const label = '[a-z0-9]([-a-z0-9.]*[a-z0-9])?';
  if (!new RegExp(`^${label}/${label}$`).test(value)) throw invalid('image-pull-secret', value, 'NAMESPACE/NAME');
  const [namespace, name] = value.split('/') as [string, string];
  return { namespace, name };
}

function invalid(name: string, value: string, expected: string): UsageError {
  return new UsageError(
    'invalid-value',
    `--${name} takes ${expected}, not "${value}".`,
    'npm test -- --help shows all options.',
  );
}
