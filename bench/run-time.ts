/** Where the time of a run goes: `npm run bench:run-time -- --help`. Figures are of this machine, at this moment. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { startLab } from '../lab/index.ts';
import { runSuite } from '../tests/support/run-suite.ts';
import { tableOf, type Timed } from './run-time/table.ts';

const command = new Command('npm run bench:run-time --')
  .description('Where the time of a run goes: medians in seconds, by phase and by clause, on labs of its own.')
  .argument('[runs]', 'how many on each lab', Number, 3)
  .argument('[nodes...]', 'a lab of so many nodes each (default: 3 5)')
  .option(
    '--against <folder>',
    'another checkout, with its packages: both run on the same lab, in turns, and are compared',
  )
  .option('--clause <id>', 'only this one, repeatable: another checkout may not have the newest', collect, [])
  .addOption(new Option('--level <level>', 'only clauses of this level').choices(['MUST', 'SHOULD', 'INFO']))
  .addOption(new Option('--latency <form>', 'as of a run').choices(['off', 'short', 'full']).default('off'))
  .parse();
const { against, clause, level, latency } = command.opts<{
  against?: string;
  clause: string[];
  level?: string;
  latency: string;
}>();
const [runs, sizes] = command.processedArgs as [number, string[]];
const here = process.cwd();
const options = [
  '--latency',
  latency,
  ...(level === undefined ? [] : ['--level', level]),
  ...clause.flatMap((id) => ['--clause', id]),
];
const folders = against === undefined ? [here] : [here, resolve(against)];

for (const nodes of sizes.length === 0 ? [3, 5] : sizes.map(Number)) {
  const started = performance.now();
  const lab = await startLab({
    nodes,
    proxy: 'iptables',
    families: ['IPv4'],
    topology: 'routed',
    dns: true,
    log: () => {},
  });
  const upMs = performance.now() - started;
  try {
    const reports = new Map<string, Timed[]>(folders.map((folder) => [folder, []]));
    for (let turn = 0; turn < runs; turn += 1)
      // The order alternates, since a lab's age and the machine's temperature change.
      for (const cwd of turn % 2 === 0 ? folders : folders.toReversed()) {
        const { report } = await runSuite(['--kubeconfig', lab.kubeconfigPath, ...options], { cwd });
        if (report !== null) reports.get(cwd)!.push(report);
      }
    console.log(tableOf({ nodes, upMs, reports: folders.map((folder) => reports.get(folder)!) }));
  } finally {
    await lab.stop();
  }
}
console.log('\nHow long upstream’s suites take, as published: docs/measurements.md.');

function collect(id: string, before: readonly string[]): string[] {
  return [...before, id];
}
