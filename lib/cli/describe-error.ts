import type { Run } from '../verdict/run.ts';

const usageCodes: ReadonlySet<string> = new Set([
  'kubeconfig-not-found',
  'kubeconfig-unreadable',
  'kubeconfig-invalid',
  'context-unknown',
  'proxy-invalid',
]);

/** An error as the user and the report see it: a code, a sentence, what to do next. A bug keeps its stack. */
export function describeError(error: unknown): NonNullable<Run['failure']> {
  const known = error as { code?: unknown; message?: unknown; remedy?: unknown; stack?: unknown };
  const message = typeof known?.message === 'string' ? known.message : String(error);
  if (isForPeople(error))
    return { code: String(known.code), message, remedy: typeof known.remedy === 'string' ? known.remedy : null };
  return {
    code: 'bug',
    message: `The suite itself failed: ${typeof known?.stack === 'string' ? known.stack : message}`,
    remedy: 'This is a bug in the suite, not in your cluster.',
  };
}

/** 2 when the request itself is wrong (a kubeconfig that does not exist), 3 when it could not be carried out. */
export function exitCodeOf({ code }: NonNullable<Run['failure']>): 2 | 3 {
  return usageCodes.has(code) ? 2 : 3;
}

/** Errors with a code and a remedy were written for people. */
function isForPeople(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && 'remedy' in error;
}
