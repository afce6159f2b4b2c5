import { createRequire } from 'node:module';
import { checkCluster } from './check-cluster.ts';
import { describeError, exitCodeOf } from './describe-error.ts';
import { dryRunText } from './dry-run.ts';
import { listText } from './list.ts';
import { helpText, parseOptions } from './options/options.ts';
import { loadClauses } from './suite.ts';
import { UsageError } from './usage-error.ts';

/** The exit code of a run that has none, an interrupted one included. */
const noVerdict = 3;

/** The command line: returns the exit code. */
async function main(argv: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const clauses = await loadClauses();
  const options = parseOptions(argv, env, clauses);
  const chosen = clauses.filter(({ id }) => options.clauses.includes(id));
  switch (options.action) {
    case 'help':
      return print(helpText());
    case 'version':
      return print((createRequire(import.meta.url)('../../package.json') as { version: string }).version);
    case 'list':
      return print(listText(chosen));
    case 'dry-run':
      return print(await dryRunText(options, chosen));
    case 'run':
      return checkCluster(options, chosen);
  }
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

function complain(error: unknown): number {
  const failure = describeError(error);
  process.stderr.write(`${failure.message}\n${failure.remedy === null ? '' : `${failure.remedy}\n`}`);
  return error instanceof UsageError ? error.exitCode : exitCodeOf(failure);
}

process.exitCode = await main(process.argv.slice(2), process.env).catch(complain);
// What a clause still waits for that a signal ended would keep the process for a while.
if (process.exitCode === noVerdict) process.stdout.write('', () => process.exit());
