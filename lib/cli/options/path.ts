import { isAbsolute, join } from 'node:path';

/** A path as the user meant it: npm runs scripts in the root of the package, and no shell expands the "~" of `--kubeconfig=~/file`. */
export function userPath(path: string, env: Readonly<Record<string, string | undefined>>): string {
  const { HOME: home, INIT_CWD: startedIn } = env;
  if (home !== undefined && (path === '~' || path.startsWith('~/'))) return join(home, path.slice(1));
  // Everything that npm starts inherits INIT_CWD; only for `npm test` itself is it the directory the user was in.
  if (startedIn === undefined || env['npm_lifecycle_event'] !== 'test' || isAbsolute(path)) return path;
  return join(startedIn, path);
}
