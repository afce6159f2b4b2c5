import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { execa } from 'execa';
import { mostNodes } from './addresses.ts';
import { down } from './down.ts';
import { LabError, type LabErrorCode, wrongOption } from './errors.ts';
import { familiesAskedFor, familiesNames, type FamiliesName } from './families.ts';
import { firstOf } from './index.ts';
import { kubeconfigFile } from './places.ts';
import { enter } from './spaces.ts';
import { bringUp, type BringUpOptions } from './start.ts';
import { liveState } from './state.ts';
import { statusLines } from './status.ts';
import { topologyList, topologyNames } from './topology/names.ts';

const program = new Command('npm run lab --')
  .description(
    'A real Kubernetes cluster of several nodes on this machine, for trying the suite and for planting faults.',
  )
  .enablePositionalOptions()
  .showHelpAfterError(
    '`npm run lab -- --help` lists the commands; a command of a node follows two dashes: npm run lab -- exec node-2 -- ip route',
  )
  .exitOverride();

program
  .command('up')
  .description('start a lab and leave it running')
  .option('--nodes <count>', `number of nodes, ${mostNodes} at most`, wholeNumber, 3)
  .addOption(new Option('--proxy <mode>', 'kube-proxy mode').choices(['iptables', 'nftables']).default('iptables'))
  .addOption(new Option('--families <which>', 'IP families of the cluster; left out: ipv4').choices(familiesNames))
  .option('--dual-stack', 'IPv4 and IPv6: --families dual')
  .option('--no-dns', 'without CoreDNS')
  .addOption(
    new Option('--topology <name>', `how pods reach pods on other nodes: ${topologyList}`)
      .choices(topologyNames)
      .default(topologyNames[0]),
  )
  .action(async ({ families: named, dualStack, ...options }: UpOptions) => {
    const families = familiesAskedFor({ families: named, dualStack });
    if (families === null) throw wrongOption(`--dual-stack contradicts --families ${named}`, 'one of them');
    const interruption = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort());
    await bringUp({ ...options, families, owned: false, output: terminalOutput(), signal: interruption.signal });
    process.stderr.write(`kubeconfig: ${kubeconfigFile}\n`);
  });

program
  .command('down')
  .description('remove the lab and everything it left')
  .action(() => down((line) => process.stderr.write(`${line}\n`)));

program
  .command('status')
  .description('show what is running, and how much memory it takes')
  .action(async () => {
    process.stdout.write(`${(await statusLines(await liveState())).join('\n')}\n`);
  });

program
  .command('kubeconfig')
  .description('print the path of the lab’s kubeconfig')
  .action(async () => {
    await liveState();
    process.stdout.write(`${kubeconfigFile}\n`);
  });

program
  .command('exec')
  .description('run a command inside a node, or inside "control"')
  .argument('<node>')
  .argument('<command...>')
  .passThroughOptions()
  .action(async (node: string, argv: string[]) => {
    // npm passes the first `--` on when it comes after the node's name.
    if (argv[0] === '--') argv.shift();
    const [command, ...args] = enter(firstOf(await liveState(), node));
    const { exitCode } = await execa(command, [...args, ...argv], {
      stdio: 'inherit',
      reject: false,
      env: { PATH: `${process.env['PATH'] ?? ''}:/opt/flatnet/bin:/usr/local/sbin:/usr/sbin:/sbin` },
    });
    process.exitCode = exitCode ?? 1;
  });

type UpOptions = Pick<BringUpOptions, 'nodes' | 'proxy' | 'topology' | 'dns'> & {
  readonly families?: FamiliesName;
  readonly dualStack?: true;
};

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Not a whole number.');
  return Number(text);
}

// On a terminal the next line overwrites a passing one; elsewhere, and in CI, there are only complete lines.
function terminalOutput(): BringUpOptions['output'] {
  const line = (text: string) => process.stderr.write(`${text}\n`);
  if (!process.stderr.isTTY || process.env['CI']) return { line };
  return {
    line: (text) => process.stderr.write(`\r\x1b[K${text}\n`),
    passing: (text) => process.stderr.write(`\r\x1b[K${text}`),
  };
}

const exitCodes: Partial<Record<LabErrorCode, number>> = {
  LAB_INTERRUPTED: 130,
  LAB_WRONG_OPTION: 2,
  LAB_UNKNOWN_NODE: 2,
};

try {
  await program.parseAsync();
} catch (error) {
  // 0 when help was asked for; commander has printed the rest.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof LabError) {
    process.stderr.write(`${error.message}\n${error.remedy}\n`);
    process.exitCode = exitCodes[error.code] ?? 1;
  } else throw error;
}
