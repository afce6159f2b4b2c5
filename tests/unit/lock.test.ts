import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { missingFrom, type Lock } from '../../scripts/missing-from-lock.ts';

describe('package-lock.json', () => {
  it('holds the packages of every platform, so that npm ci accepts it (else: npm run lock)', async () => {
    const lock = JSON.parse(await readFile(new URL('../../package-lock.json', import.meta.url), 'utf8')) as Lock;
    expect(missingFrom(lock)).to.deep.equal([]);
  });

  it('with one of them missing is noticed', () => {
    const lock = { packages: { 'node_modules/a': { optionalDependencies: { '@a/linux-x64': '1.0.0' }, dev: true } } };
    expect(missingFrom(lock)).to.deep.equal([{ name: '@a/linux-x64', version: '1.0.0', dev: true }]);
  });
});
