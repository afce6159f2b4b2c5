import type { Marks } from '../../cluster/index.ts';
import { UsageError } from '../usage-error.ts';

const name = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const keyForm = new RegExp(`^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?${name}$`);
const labelForm = new RegExp(`^(${name})?$`);
/** Whatever the run needs to find its own things again. */
const own = /^(app\.kubernetes\.io\/managed-by$|([\w.-]*\.)?flatnet\/)/;
const quantityForm = /^\d+(\.\d+)?(m|[kMGTPE]|[KMGTPE]i)?$/;

/** "team=net" and so on. Throws a UsageError. */
export function marksOf({ label = [], annotation = [] }: { label?: string[]; annotation?: string[] }): Marks {
  return {
    labels: pairs('label', label, (value) => labelForm.test(value)),
    annotations: pairs('annotation', annotation, () => true),
  };
}

/** "cpu=500m,memory=256Mi" as a container's limits. Throws a UsageError. */
export function limitsOf(text: string | undefined): Record<string, string> {
  const known = new Set(['cpu', 'memory', 'ephemeral-storage']);
  return Object.fromEntries(
    (text === undefined ? [] : text.split(',')).map((part) => {
      const [resource = '', amount = '', ...more] = part.trim().split('=');
      if (!known.has(resource) || !quantityForm.test(amount) || more.length > 0)
        throw new UsageError(
          'invalid-value',
          `--limits takes amounts of ${[...known].join(', ')}, not "${part}".`,
          'For example --limits cpu=500m,memory=256Mi.',
        );
      return [resource, amount];
    }),
  );
}

function pairs(option: string, texts: readonly string[], isValue: (value: string) => boolean): Record<string, string> {
  const found: Record<string, string> = {};
  for (const text of texts) {
    const [key = '', ...rest] = text.split('=');
    const value = rest.join('=');
    if (rest.length === 0 || !keyForm.test(key) || !isValue(value))
      throw new UsageError(
        'invalid-value',
        `--${option} takes KEY=VALUE, not "${text}".`,
        `For example --${option} team=network.`,
      );
    if (own.test(key))
      throw new UsageError('invalid-value', `--${option} can't set ${key}: the suite finds its own things by it.`);
    if (found[key] !== undefined && found[key] !== value)
      throw new UsageError('given-twice', `--${option} gives ${key} two values.`);
    found[key] = value;
  }
  return found;
}
