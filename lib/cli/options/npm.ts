/**
 * npm ≤ 11 keeps options that come before `--` for itself and passes them on as environment variables. Observed with npm 11.19:
 *
 *     npm test --kubeconfig             npm_config_kubeconfig="true"
 *     npm test --kubeconfig=FILE        npm_config_kubeconfig="FILE"
 *     npm test --kubeconfig FILE        npm_config_kubeconfig="true", and FILE as a plain argument
 *     npm test --kubeconfig=            npm_config_kubeconfig=""  (so is --no-kubeconfig, and --strict=false)
 *     npm test --clause=a --clause=b    npm_config_clause="a\n\nb"
 *     npm test --proxy nftables         nothing at all: `proxy` is an option of npm itself
 */
import { distance } from './nearest.ts';
import { UsageError } from '../usage-error.ts';

export interface NpmOption {
  /** Without the dashes in front: "host-port". */
  name: string;
  value: 'none' | 'optional' | 'required';
}

/** What npm kept, as the arguments that the user wrote; `rest` are the plain arguments that belong to none of them. */
export function npmArguments(
  env: Readonly<Record<string, string | undefined>>,
  options: readonly NpmOption[],
  plain: readonly string[],
): { argv: string[]; rest: string[] } {
  // `npm run check --strict` sets the same variables for everything that it starts: only what `npm test` itself was given counts.
  if (env['npm_lifecycle_event'] !== 'test') return { argv: [], rest: [...plain] };
  const names = options.map(({ name }) => name);
  refuseMisspelt(env, names);

  const argv: string[] = [];
  const bare: NpmOption[] = [];
  for (const option of options) {
    const text = env[variable(option.name)];
    if (text === undefined) continue;
    for (const value of text.split('\n\n')) {
      if (option.value === 'none') argv.push(...plainFlag(option.name, value));
      else if (value === 'true') bare.push(option);
      else argv.push(`--${option.name}=${value}`);
    }
  }

  if (plain.length > 0 && bare.length === plain.length && new Set(bare).size === 1) {
    for (const value of plain) argv.push(`--${bare[0]!.name}=${value}`);
    return { argv, rest: [] };
  }
  if (plain.length > 0 && bare.length > 0) throw ambiguous(bare, plain);
  for (const { name } of bare) argv.push(`--${name}`);
  return { argv, rest: [...plain] };
}

function variable(name: string): string {
  return `npm_config_${name.replaceAll('-', '_')}`;
}

function plainFlag(name: string, value: string): string[] {
  if (value === 'true') return [`--${name}`];
  if (value === '' || value === 'false') return [];
  throw new UsageError('invalid-value', `--${name} takes no value but was given "${value}".`, null);
}

function ambiguous(bare: readonly NpmOption[], plain: readonly string[]): UsageError {
  const names = [...new Set(bare.map(({ name }) => `--${name}`))].join(', ');
  return new UsageError(
    'stray-argument',
    `npm passed on ${plain.map((text) => `"${text}"`).join(', ')} without saying which of ${names} it belongs to.`,
    'Put the options after two dashes: npm test -- --kubeconfig FILE --context NAME …',
  );
}

/** A typo such as `npm test --kubeconfg=FILE` must not start the lab: npm passes that on too, under the misspelt name. */
function refuseMisspelt(env: Readonly<Record<string, string | undefined>>, names: readonly string[]): void {
  for (const key of Object.keys(env)) {
    if (!key.startsWith('npm_config_')) continue;
    const word = key.slice('npm_config_'.length).replaceAll('_', '-');
    if (names.includes(word)) continue;
    // npm's own `usage` is two letters away from `image`: short names must be closer.
    const meant = names.find((name) => distance(word, name) <= (name.length >= 8 ? 2 : name.length >= 5 ? 1 : 0));
    if (meant !== undefined) {
      throw new UsageError('unknown-option', `Unknown option --${word}. Did you mean --${meant}?`, null);
    }
  }
}
