/**
 * Completes package-lock.json: `npm run lock`, after installing a package.
 * A registry mirror may lack the native packages of some platforms. npm silently leaves them out of the lock file,
 * and then `npm ci` rejects it on every machine ("Missing: @oxlint/binding-darwin-arm64@ from lock file").
 */
import { readFile, writeFile } from 'node:fs/promises';
import { missingFrom, type Lock } from './missing-from-lock.ts';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(await readFile(file, 'utf8')) as Lock;
const missing = missingFrom(lock);

for (const { name, version, dev } of missing) {
  // "@oxlint/binding-linux-arm-musleabihf", "@oxlint-tsgolint/win32-x64"
  const [os, cpu, abi = ''] = name.replace(/^.*\/(binding-)?/, '').split('-') as [string, string, string?];
  const libc = os !== 'linux' ? null : abi.startsWith('musl') ? 'musl' : abi.startsWith('gnu') ? 'glibc' : null;
  lock.packages[`node_modules/${name}`] = {
    version,
    cpu: [cpu],
    ...(dev && { dev }),
    ...(libc !== null && { libc: [libc] }),
    optional: true,
    os: [os],
  };
}

const sorted = Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1));
await writeFile(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
console.log(`${missing.length} packages of other platforms were added to package-lock.json.`);
