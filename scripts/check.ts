/**
 * The project's own tests: `npm run check`, or without the lab `npm run check:fast`.
 * `npm run check -- lint unit` runs only these steps; `npm run check -- longer` those that take too long for every check. Every step is run, even if others fail.
 */
import { npmOptions } from '../lib/cli/options/options.ts';
import { duration } from '../lib/report/text.ts';
import { steps, type Step } from './check-steps.ts';
import { runStep, type StepResult } from './run-step.ts';

const wanted = chosen(process.argv.slice(2));
const env = withoutOptions(process.env);
let interrupted = false;
// The step has received the signal too: wait until it has cleaned up.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (interrupted = true));

const results: { step: Step; result: StepResult }[] = [];
for (const step of wanted) {
  if (interrupted) break;
  console.log(`\n── ${step.name}: ${step.command.join(' ')}`);
  const result = await runStep(step, env);
  results.push({ step, result });
  console.log(describe(step, result));
}

console.log('\n── summary');
for (const { step, result } of results) console.log(describe(step, result));
for (const { result } of results) for (const failure of result.failures) console.log(`✗ ${failure}`);
const left = wanted.slice(results.length).map(({ name }) => name);
if (left.length > 0) console.log(`interrupted: ${left.join(', ')} not run`);
const passed = results.reduce((sum, { result }) => sum + result.passed, 0);
const failed = results.reduce((sum, { result }) => sum + result.failed, 0) + left.length;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function describe({ name, isMocha }: Step, result: StepResult): string {
  const mark = result.failed === 0 ? '✓' : '✗';
  const pending = result.pending === 0 ? '' : `, ${result.pending} pending`;
  const tests = isMocha ? `${result.passed} passed, ${result.failed} failed${pending}` : '';
  const time = duration(result.durationMs).padStart(10);
  return [`${mark} ${name.padEnd(6)}`, time, tests, result.reason]
    .filter((part) => part !== '' && part !== null)
    .join('  ');
}

function chosen(args: readonly string[]): Step[] {
  if (args.some((arg) => arg === '--help' || arg === '-h')) {
    console.log(usage());
    process.exit(0);
  }
  const names = args.filter((arg) => arg !== '--fast');
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(`There is no step ${unknown.join(', ')}. There are ${steps.map(({ name }) => name).join(', ')}.`);
    process.exit(2);
  }
  return steps
    .filter(({ needsLab }) => !needsLab || !args.includes('--fast'))
    .filter(({ name, isExtra }) => (names.length === 0 ? isExtra !== true : names.includes(name)));
}

function usage(): string {
  const usual = steps.filter(({ isExtra }) => isExtra !== true);
  const named = (some: readonly Step[]): string => some.map(({ name }) => name).join(', ');
  return `Usage: npm run check -- [--fast] [step...]

The project's own tests: ${named(usual)}.
Every step is run, even if others fail. With names, only these steps are; ${named(steps.filter(({ isExtra }) => isExtra))} only when named.

  --fast      only those that need no lab: ${named(usual.filter(({ needsLab }) => !needsLab))}
  -h, --help  this text`;
}

/** `npm run check --kubeconfig=…` must not run the suite's tests on a user's cluster. */
function withoutOptions(inherited: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = new Set(npmOptions().map(({ name }) => `npm_config_${name.replaceAll('-', '_')}`));
  return Object.fromEntries(Object.entries(inherited).filter(([name]) => !own.has(name)));
}
