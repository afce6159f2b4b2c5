/** The options of the soak. */
import { Command, InvalidArgumentError } from 'commander';
import { type Circumstance, circumstances, furtherNetworks } from './circumstances.ts';

export interface Options {
  /** In each circumstance. */
  readonly runs: number;
  readonly chosen: readonly Circumstance[];
  /** Earlier runs of this commit do not count. */
  readonly again: boolean;
  /** Plants the faults whose name matches; null: healthy runs only. */
  readonly fault: RegExp | null;
  /** Runs nothing: the documents are written anew from docs/soak.json. */
  readonly onlyWrite: boolean;
}

interface Given {
  write?: true;
  only?: RegExp;
  again?: boolean;
  networks?: boolean;
  faults?: boolean;
  fault?: RegExp;
}

/** Reads the command line; ends the process for `--help` and for wrong input. */
export function readOptions(argv: readonly string[]): Options {
  const names = circumstances.map(({ name }) => name);
  const command = new Command('npm run soak --')
    .description(
      'Runs, so many in each circumstance, on labs of its own: does the suite ever say what is not true? Those of the same commit count that docs/soak.json has already.',
    )
    .argument('[runs]', 'how many in each (default: 10), or with each fault (default: 1)', wholeNumber)
    .option(
      '--only <pattern>',
      `circumstances whose name this regular expression finds; there are ${names.join(' · ')}`,
      pattern,
    )
    .option(
      '--networks',
      `instead of these: every other network of the lab, ${furtherNetworks.length} in all, named "flannel, nftables, ipv6"`,
    )
    .option('--faults', 'with each fault planted that makes sense there')
    .option('--fault <pattern>', 'only those whose name this regular expression finds', pattern)
    .option('--again', 'all anew, whatever docs/soak.json has')
    .option(
      '--write',
      'run nothing: write docs/soak.md, docs/kill-matrix.md and docs/networks.md anew from docs/soak.json',
    )
    .configureOutput({ outputError: (text, write) => write(text) })
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse(argv);
  const {
    write = false,
    only = /^/,
    again = false,
    networks = false,
    faults = false,
    fault = faults ? /^/ : null,
  } = command.opts<Given>();
  const all = networks ? furtherNetworks : circumstances;
  const chosen = all.filter(({ name }) => only.test(name));
  if (chosen.length === 0)
    command.error(`No circumstance is called ${only}; there are ${all.map(({ name }) => name).join(' · ')}.`);
  const [runs = fault === null ? 10 : 1] = command.processedArgs as [number?];
  return { runs, chosen, again, fault, onlyWrite: write };
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Not a number of runs.');
  return Number(text);
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch {
    throw new InvalidArgumentError('Not a regular expression.');
  }
}
